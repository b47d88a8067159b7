/** A client in a world of its own: servers are peers that answer as the case has it. */

import {
  type Address,
  FIRST_LISTENER,
  isRefusal,
  type LocalPort,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  type Outcome,
} from "lockstep-tftp/engine";
import {
  Client,
  type ClientOptions,
  type ClientRequest,
  type ClientTransferView,
  NO_SLOT,
} from "lockstep-tftp/engine/client";
import { equal, equalBytes, ok } from "./assertions.js";
import { EndpointHarness } from "./endpoint-harness.js";
import { OCTET, type Options, readRequest, writeRequest } from "./packets.js";
import type { Peer } from "./peer.js";
import { type EndedTransfer, RecordingObserver } from "./recording-observer.js";
import { checkClientMessage } from "./virtual-network.js";

/** The client's only slot, whose number its local port has, unless there are more. */
export const SLOT = 0;
const REQUEST_PORT = 69;

/** The end of a client's transfer. */
export interface EndedRequest extends EndedTransfer {
  readonly errorText: string;
}

class ClientRecorder extends RecordingObserver {
  readonly errorTexts: string[] = [];

  override ended(transfer: ClientTransferView, outcome: Outcome, now: number): void {
    super.ended(transfer, outcome, now);
    this.errorTexts.push(transfer.errorText);
  }
}

export class ClientHarness extends EndpointHarness {
  readonly observer = new ClientRecorder();
  readonly client: Client;
  /** Where requests go. */
  readonly requestPort: Peer;
  /** The port from which the server answers: its transfer identifier (RFC 1350 §4). */
  readonly server: Peer;
  private askedCount = 0;

  constructor(options: ClientOptions = {}) {
    super(options.maxTransfers ?? 1, false, checkClientMessage);
    this.client = new Client(this.network, options, this.observer);
    this.requestPort = this.peer(REQUEST_PORT);
    this.server = this.peer();
    this.server.serverPort = SLOT;
  }

  /** Asks for a file, which is to be written under its name into the storage. */
  get(request: ClientRequest): number {
    const file = this.storage.openForWriting(request.name, -1);
    ok(!isRefusal(file), "the place for the file can be opened");
    return this.asked(file, () => this.client.get(request, file, this.server.address, REQUEST_PORT, this.now));
  }

  /** Puts a file of the storage. */
  put(request: ClientRequest): number {
    const file = this.storage.openForReading(request.name);
    ok(!isRefusal(file), "the file can be opened");
    return this.asked(file, () => this.client.put(request, file, this.server.address, REQUEST_PORT, this.now));
  }

  abort(slot = SLOT): void {
    this.client.abort(slot, this.now);
    this.check();
  }

  /** The request has come, byte for byte. */
  expectRead(name: string, options: Options = [], mode = OCTET): void {
    equalBytes(this.requestPort.receive(OPCODE_READ_REQUEST), readRequest(name, options, mode), "the read request");
  }

  expectWrite(name: string, options: Options = [], mode = OCTET): void {
    equalBytes(this.requestPort.receive(OPCODE_WRITE_REQUEST), writeRequest(name, options, mode), "the write request");
  }

  /** The file that has been fetched. */
  expectFile(name: string, bytes: Uint8Array): void {
    const file = this.storage.files.get(name);
    ok(file !== undefined, `there is a file ${name}`);
    equalBytes(file, bytes, `the file ${name}`);
  }

  expectNoFile(name: string): void {
    equal(this.storage.files.has(name), false, `that there is a file ${name}`);
  }

  /** The only transfer that there was, at its end. */
  get ended(): EndedRequest {
    const { endedTransfers, errorTexts } = this.observer;
    equal(endedTransfers.length, 1, "transfers that have ended");
    return { ...(endedTransfers[0] as EndedTransfer), errorText: errorTexts[0] as string };
  }

  /** A client listens nowhere. */
  protected override hand(
    packet: DataView,
    length: number,
    localPort: LocalPort,
    address: Address,
    port: number,
  ): void {
    if (localPort < FIRST_LISTENER) {
      this.client.receive(packet, length, localPort, address, port, this.now);
    }
  }

  protected override get endpoint(): Client {
    return this.client;
  }

  protected override get seenRunning(): number {
    return this.askedCount - this.observer.endedTransfers.length;
  }

  private asked(file: { close(): void }, ask: () => number): number {
    this.askedCount++;
    const slot = ask();
    if (slot === NO_SLOT) {
      this.askedCount--;
      file.close();
    }
    this.check();
    return slot;
  }
}
