/** A client in a simulated world, where a case decides what servers answer. */

import {
  type Address,
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
import { type OptionTexts, readRequest, writeRequest } from "lockstep-tftp/simulated";
import { equal, equalBytes, ok } from "./assertions.js";
import { EndpointHarness } from "./endpoint-harness.js";
import { checkClientMessage } from "./message-checks.js";
import type { Peer } from "./peer.js";
import { type EndedTransfer, RecordingObserver } from "./recording-observer.js";

/** The client's first slot, which is also its local port. */
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
  /** The server's listening port. */
  readonly requestPort: Peer;
  /** The port from which the server answers: its transfer identifier (RFC 1350 §4). */
  readonly server: Peer;
  private askedCount = 0;

  constructor(options: ClientOptions = {}) {
    super(options.maxTransfers ?? 1, false, checkClientMessage, []);
    this.client = new Client(this.transport, options, this.observer);
    this.requestPort = this.peer(REQUEST_PORT);
    this.server = this.peer();
    this.server.serverPort = SLOT;
  }

  /** Downloads a file into the storage, under the same name. */
  get(request: ClientRequest): number {
    const file = this.storage.openForWriting(request.name, -1);
    ok(!isRefusal(file), "the place for the file can be opened");
    return this.asked(file, () => this.client.get(request, file, this.server.address, REQUEST_PORT, this.now));
  }

  /** Uploads a file of the storage. */
  put(request: ClientRequest): number {
    const file = this.storage.openForReading(request.name);
    ok(!isRefusal(file), "the file can be opened");
    return this.asked(file, () => this.client.put(request, file, this.server.address, REQUEST_PORT, this.now));
  }

  abort(slot = SLOT): void {
    this.client.abort(slot, this.now);
    this.settle();
  }

  /** The read request has come, byte for byte. */
  expectRead(name: string, options: OptionTexts = [], mode = "octet"): void {
    equalBytes(this.requestPort.receive(OPCODE_READ_REQUEST), readRequest(name, options, mode), "the read request");
  }

  /** The write request has come, byte for byte. */
  expectWrite(name: string, options: OptionTexts = [], mode = "octet"): void {
    equalBytes(this.requestPort.receive(OPCODE_WRITE_REQUEST), writeRequest(name, options, mode), "the write request");
  }

  /** A downloaded file has these bytes. */
  expectFile(name: string, bytes: Uint8Array): void {
    const file = this.storage.files.get(name);
    ok(file !== undefined, `there is a file ${name}`);
    equalBytes(file, bytes, `the file ${name}`);
  }

  expectNoFile(name: string): void {
    equal(this.storage.files.has(name), false, `that there is a file ${name}`);
  }

  /** The only transfer, at its end. */
  get ended(): EndedRequest {
    const { endedTransfers, errorTexts } = this.observer;
    equal(endedTransfers.length, 1, "transfers that have ended");
    return { ...(endedTransfers[0] as EndedTransfer), errorText: errorTexts[0] as string };
  }

  protected override hand(
    packet: DataView,
    length: number,
    localPort: LocalPort,
    address: Address,
    port: number,
  ): void {
    this.client.receive(packet, length, localPort, address, port, this.now);
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
    this.settle();
    return slot;
  }
}
