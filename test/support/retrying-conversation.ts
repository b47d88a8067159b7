/**
 * One transfer of the tests' client over a real socket, in either direction.
 */
import dgram from "node:dgram";
import { isIPv6 } from "node:net";
import { ERROR_NOT_DEFINED, HEADER_BYTES, OPCODE_ERROR, OPCODE_OPTION_ACKNOWLEDGEMENT } from "lockstep-tftp/engine";
import { errorMessage, numberOf, opcodeOf, optionsOf, textsOf } from "lockstep-tftp/simulated";

/** The options of RFC 2348, 2349 and 7440, by their names on the wire. */
export interface TransferOptions {
  readonly blksize?: number;
  readonly timeout?: number;
  readonly tsize?: number;
  readonly windowsize?: number;
}

export interface ClientOptions {
  /** The server's port. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The client's own address. Default: the system chooses. */
  readonly localAddress?: string;
  /** Default octet. */
  readonly mode?: string;
  /** The options to ask for (RFC 2347); the server's answer decides. */
  readonly options?: TransferOptions;
  /** Time before the last message is repeated. Default 250 ms. */
  readonly intervalMs?: number;
  /**
   * Time before the request is repeated. Default 5 s, as in tftp-hpa: a repeated request that crosses its answer and
   * arrives late would replace the transfer by a new one.
   */
  readonly requestIntervalMs?: number;
  /** Called with the number of transferred blocks before the client continues. An exception aborts the transfer. */
  readonly step?: (blocks: number) => void | Promise<void>;
  /** Makes the client vanish silently. */
  readonly signal?: AbortSignal;
}

/** The server answered with an ERROR. */
export class ErrorAnswer extends Error {
  constructor(
    readonly errorCode: number,
    text: string,
    /** The address that the answer came from. */
    readonly address: string,
  ) {
    super(`ERROR ${errorCode}: ${text}`);
  }
}

/** The server has stopped answering. */
export class NoAnswer extends Error {}

const BLOCK_BYTES = 512;
const REQUEST_INTERVAL_MS = 5000;
/** Longer than any server of the tests is silent. */
const PATIENCE_MS = 20_000;
/** Many times the size of a window of 16. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/** A transfer in either direction: a request, a peer, the last message, and when it is repeated. */
export abstract class Conversation {
  readonly ended: Promise<void>;
  peerAddress = "";
  peerPort = 0;
  granted: TransferOptions | undefined;

  protected readonly intervalMs: number;
  private readonly socket: dgram.Socket;
  private readonly request: Uint8Array;
  private timer: NodeJS.Timeout | undefined;
  private heardAt = Date.now();
  private isBusy = false;
  private isOver = false;
  private end!: (failure?: unknown) => void;

  constructor(
    request: Uint8Array,
    protected readonly options: ClientOptions,
  ) {
    this.intervalMs = options.intervalMs ?? 250;
    this.request = request;
    this.socket = dgram.createSocket({
      type: isIPv6(this.host) ? "udp6" : "udp4",
      // Answers at once, so that what is sent is out when the socket is closed.
      lookup: (address, _options, done) => done(null, address, isIPv6(address) ? 6 : 4),
    });
    this.ended = new Promise((resolve, reject) => {
      this.end = (failure) => {
        if (!this.isOver) {
          this.isOver = true;
          clearTimeout(this.timer);
          this.socket.close();
          options.signal?.removeEventListener("abort", this.vanish);
          failure === undefined ? resolve() : reject(failure);
        }
      };
    });
    this.socket.on("error", (error) => this.end(error));
    this.socket.on("message", (message, { address, port }) => void this.heard(message, address, port));
    this.socket.bind(0, options.localAddress, () => this.begin());
  }

  /** Repeats the messages that wait for an answer. */
  protected abstract repeat(): void;
  /** Takes an OACK, DATA or ACK. Returns whether the transfer is complete. */
  protected abstract received(opcode: number, message: Buffer): Promise<boolean>;

  protected send(packet: Uint8Array): void {
    this.socket.send(packet, this.peerPort, this.peerAddress);
  }

  /** Starts to wait for an answer. */
  protected wait(): void {
    this.waitFor(this.intervalMs);
  }

  private get host(): string {
    return this.options.host ?? "127.0.0.1";
  }

  private readonly vanish = (): void => this.end(this.options.signal?.reason);

  private begin(): void {
    this.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    this.socket.setBroadcast(true);
    if (this.options.signal?.aborted) {
      this.vanish();
      return;
    }
    this.options.signal?.addEventListener("abort", this.vanish);
    this.sendRequest();
  }

  private sendRequest(): void {
    this.socket.send(this.request, this.options.port, this.host);
    this.waitFor(this.options.requestIntervalMs ?? REQUEST_INTERVAL_MS);
  }

  private waitFor(ms: number): void {
    clearTimeout(this.timer);
    if (!this.isOver) {
      this.timer = setTimeout(() => this.timedOut(), ms);
    }
  }

  private timedOut(): void {
    if (!this.isBusy && Date.now() - this.heardAt > PATIENCE_MS) {
      this.end(new NoAnswer(`Nothing has come from the server for ${PATIENCE_MS} ms`));
    } else if (this.peerPort === 0) {
      this.sendRequest();
    } else {
      if (!this.isBusy) {
        this.repeat();
      }
      this.wait();
    }
  }

  /** Takes a message. What comes during a `step` is ignored, as if it were lost. */
  private async heard(message: Buffer, address: string, port: number): Promise<void> {
    if (this.isBusy || this.isOver || (this.peerPort !== 0 && port !== this.peerPort)) {
      return;
    }
    this.peerAddress = address;
    this.peerPort = port;
    this.heardAt = Date.now();
    const opcode = opcodeOf(message);
    if (opcode === OPCODE_ERROR) {
      const [text = ""] = textsOf(message, HEADER_BYTES);
      this.end(new ErrorAnswer(numberOf(message), text, address));
      return;
    }
    this.isBusy = true;
    try {
      if (opcode === OPCODE_OPTION_ACKNOWLEDGEMENT) {
        this.granted ??= grantedIn(message);
      }
      if (await this.received(opcode, message)) {
        this.end();
      }
    } catch (failure) {
      this.abort();
      this.end(failure);
    } finally {
      this.isBusy = false;
    }
  }

  /** Tells the server that the transfer is aborted. */
  private abort(): void {
    if (!this.isOver) {
      this.send(errorMessage(ERROR_NOT_DEFINED, ""));
    }
  }

  protected get blockBytes(): number {
    return this.granted?.blksize ?? BLOCK_BYTES;
  }

  protected get windowSize(): number {
    return this.granted?.windowsize ?? 1;
  }
}

/** Options of a request, as on the wire. */
export function optionTexts({ options = {} }: ClientOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => [name, String(value)]);
}

function grantedIn(message: Uint8Array): TransferOptions {
  const texts = optionsOf(message);
  const options: [name: string, value: number][] = [];
  for (let index = 0; index + 1 < texts.length; index += 2) {
    options.push([texts[index] as string, Number(texts[index + 1])]);
  }
  return Object.fromEntries(options);
}
