/** The server's engine, with the port on which requests arrive. */
import {
  type Address,
  checked,
  type LocalPort,
  MAX_PORT,
  OPCODE_WRITE_REQUEST,
  Server,
  TFTP_PORT,
  type TransferView,
} from "../../src/index.js";
import { GuardedStorage } from "../common/guarded-storage.js";
import { Callbacks } from "./callbacks.js";
import { EngineLoop } from "./engine-loop.js";
import type TFTPServer from "./server.js";
import type { TFTPServerOptions } from "./server.js";
import { LISTENER, Sockets } from "./sockets.js";

export class ServerLoop extends EngineLoop {
  readonly maxSizeBytes: number;
  protected override readonly sockets: Sockets;
  protected override readonly engine: Server;
  private readonly callbacks: Callbacks;

  constructor(server: TFTPServer, options: TFTPServerOptions) {
    super();
    this.maxSizeBytes = options.maxSizeBytes ?? Number.MAX_SAFE_INTEGER;
    this.callbacks = new Callbacks(server, options);
    this.sockets = new Sockets(options.io, this);
    const port = checked("port", options.port ?? TFTP_PORT, 1, MAX_PORT);
    const storage = new GuardedStorage(options.storage, this.callbacks);
    this.engine = new Server(this.sockets, storage, options, this.callbacks.observer);
    this.sockets.listen(port);
    this.start();
  }

  get unansweredRequests(): number {
    return this.engine.unansweredRequests;
  }

  get droppedDatagrams(): number {
    return this.sockets.droppedDatagrams;
  }

  get maxTransfers(): number {
    return this.engine.free + this.engine.used;
  }

  visitRunning(visit: (transfer: TransferView) => void): void {
    this.engine.visitRunning(visit);
  }

  now(): number {
    return this.clock.now();
  }

  override failed(error: unknown): void {
    this.callbacks.failed(error);
  }

  protected override deliver(
    packet: DataView,
    length: number,
    localPort: LocalPort,
    address: Address,
    port: number,
  ): void {
    if (localPort !== LISTENER) {
      this.engine.receive(packet, length, localPort, address, port, this.clock.now());
    } else if (!isRequest(packet, length) || this.callbacks.isWelcome(address)) {
      this.engine.request(packet, length, localPort, address, port, this.clock.now());
    }
  }
}

/** Everything else that arrives where requests do is not worth a question. */
function isRequest(packet: DataView, length: number): boolean {
  return length >= 2 && packet.getUint16(0) <= OPCODE_WRITE_REQUEST;
}
