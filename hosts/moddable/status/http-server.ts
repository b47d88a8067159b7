/** Accepts HTTP connections, up to a limit. */
import type { Site } from "../../status/site.js";
import { HTTPConnection } from "./http-connection.js";
import type { Listener, ListenerConstructor } from "./tcp.js";

export interface HTTPServerOptions {
  readonly io: ListenerConstructor;
  readonly port: number;
  readonly maxConnections: number;
  readonly headTimeoutMs: number;
  readonly site: Site;
  /** Whether a client at this address gets an answer. */
  readonly isWelcome: (address: string) => boolean;
  /** Reports an exception. Must not throw. */
  readonly failed: (error: unknown) => void;
}

export class HTTPServer {
  private readonly listener: Listener;
  private readonly connections = new Set<HTTPConnection>();

  /**
   * @throws whatever `io` throws: no network yet, the port is taken, no memory.
   */
  constructor(private readonly options: HTTPServerOptions) {
    this.listener = new options.io({
      port: options.port,
      target: this,
      onReadable(count) {
        (this.target as HTTPServer).readable(count);
      },
    });
  }

  get site(): Site {
    return this.options.site;
  }

  get headTimeoutMs(): number {
    return this.options.headTimeoutMs;
  }

  gone(connection: HTTPConnection): void {
    this.connections.delete(connection);
  }

  failed(error: unknown): void {
    this.options.failed(error);
  }

  close(): void {
    for (const connection of [...this.connections]) {
      connection.close();
    }
    this.listener.close();
  }

  private readable(count: number): void {
    for (let left = count; left > 0; left--) {
      try {
        this.accept();
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private accept(): void {
    const accepted = this.listener.read();
    if (accepted === undefined) {
      return;
    }
    // Read at once: the connection may close, and lwIP's class fails on a closed one.
    const address = accepted.remoteAddress;
    if (this.connections.size >= this.options.maxConnections || !this.options.isWelcome(address)) {
      accepted.close();
      return;
    }
    this.connections.add(new HTTPConnection(accepted, this, address));
  }
}
