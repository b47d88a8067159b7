/** A server with a storage whose answers a test gives, one by one. */
import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import type { LaterStorage, ReadableFile, Refusal, RefusedRequest, TftpServer, WritableFile } from "lockstep-tftp";
import { ERROR_ILLEGAL_OPERATION } from "lockstep-tftp/engine";
import { serving } from "../../../support/serving.js";
import { SocketPeer } from "../../../support/socket-peer.js";

type Opened = ReadableFile | WritableFile | Refusal;

/** A call of the storage that waits for its answer. */
export interface Asked {
  readonly name: string;
  readonly isUpload: boolean;
  answer(opened: Opened): void;
  fail(error: unknown): void;
}

export class PromisedFiles implements LaterStorage {
  /** Calls so far, answered or not. */
  readonly calls: Asked[] = [];
  private readonly events = new EventEmitter();

  openForReading(name: string): Promise<ReadableFile | Refusal> {
    return this.ask(name, false) as Promise<ReadableFile | Refusal>;
  }

  openForWriting(name: string): Promise<WritableFile | Refusal> {
    return this.ask(name, true) as Promise<WritableFile | Refusal>;
  }

  /** Waits for the call with this number, from 0 on. */
  async asked(number: number): Promise<Asked> {
    while (this.calls.length <= number) {
      await once(this.events, "call");
    }
    return this.calls[number] as Asked;
  }

  private ask(name: string, isUpload: boolean): Promise<Opened> {
    return new Promise((answer, fail) => {
      this.calls.push({ name, isUpload, answer, fail });
      this.events.emit("call");
    });
  }
}

/** A file in memory for one transfer, which tells whether it was closed. */
export class MemoryFile implements ReadableFile, WritableFile {
  readonly sizeBytes: number;
  closedCount = 0;
  readonly received: Buffer[] = [];
  isWhole = false;

  constructor(private readonly content: Buffer = Buffer.alloc(0)) {
    this.sizeBytes = content.length;
  }

  read(target: Uint8Array, position: number): number {
    return this.content.copy(target, 0, position);
  }

  write(source: DataView, offset: number, length: number): number {
    this.received.push(Buffer.from(new Uint8Array(source.buffer, source.byteOffset + offset, length)));
    return 0;
  }

  commit(): number {
    this.isWhole = true;
    return 0;
  }

  close(): void {
    this.closedCount++;
  }
}

/** Has the server handle all that has arrived before: it answers a malformed request of another client at once. */
export async function settle(port: number): Promise<void> {
  await using peer = await SocketPeer.open(port);
  await peer.read("x", [], "no such mode");
  await peer.expectError(ERROR_ILLEGAL_OPERATION);
}

export function eventsOf(server: TftpServer): { errors: Error[]; refused: RefusedRequest[]; started: string[] } {
  const events = { errors: [] as Error[], refused: [] as RefusedRequest[], started: [] as string[] };
  server.on("error", (error) => events.errors.push(error));
  server.on("refused", (request) => events.refused.push(request));
  server.on("started", ({ name }) => events.started.push(name));
  return events;
}

/** A listening server with a storage whose answers the test gives, and a client. */
export async function start(t: TestContext, options: Partial<Parameters<typeof serving>[1]> = {}) {
  const storage = new PromisedFiles();
  const { server, port } = await serving(t, { storage, ...options });
  const peer = await SocketPeer.open(port);
  t.after(() => peer[Symbol.asyncDispose]());
  return { storage, server, port, peer, ...eventsOf(server) };
}
