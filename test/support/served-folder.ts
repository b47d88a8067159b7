/** A server on an ephemeral port of loopback, with a folder that is removed with it. */
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type EndedTransfer, TftpServer, type TftpServerOptions, type TransferView } from "lockstep-tftp";
import { type PeerOptions, SocketPeer } from "./socket-peer.js";

export const LOOPBACK = "127.0.0.1";

/** Longer than any test: a message is repeated only if a test asks for that. */
export const NO_REPEATS = { initialIntervalMs: 600_000, minIntervalMs: 600_000, maxIntervalMs: 600_000 };

export class ServedFolder implements AsyncDisposable {
  private constructor(
    readonly server: TftpServer,
    readonly root: string,
  ) {}

  static async open(files: Record<string, Uint8Array>, options: TftpServerOptions = {}): Promise<ServedFolder> {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "tftp-served-"));
    for (const [name, bytes] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      fs.writeFileSync(path.join(root, name), bytes);
    }
    const server = new TftpServer({ root, host: LOOPBACK, port: 0, ...NO_REPEATS, ...options });
    const folder = new ServedFolder(server, root);
    try {
      await server.listen();
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    fs.rmSync(this.root, { recursive: true });
  }

  get port(): number {
    return this.server.addresses[0]?.port as number;
  }

  peer(options: PeerOptions = {}): Promise<SocketPeer> {
    return SocketPeer.open(this.port, this.server.addresses[0]?.address, options);
  }

  /** Returns a file's present content. */
  contents(name: string): Uint8Array {
    return fs.readFileSync(path.join(this.root, name));
  }

  has(name: string): boolean {
    return fs.existsSync(path.join(this.root, name));
  }

  /** Waits for the end of the next transfer. Call it before that transfer can end. */
  async nextEnd(): Promise<{ outcome: number; bytes: number }> {
    const [transfer, end] = (await once(this.server, "ended")) as [TransferView, EndedTransfer];
    return { outcome: end.outcome, bytes: transfer.bytes };
  }
}
