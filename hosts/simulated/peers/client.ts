/**
 * The common part of clients that download and clients that upload: a request with options, the server's port, a timer, and
 * how they end.
 */
import {
  ERROR_UNKNOWN_TRANSFER_ID,
  MAX_BLOCK_BYTES,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
} from "../../../src/index.js";
import { US_PER_MS } from "../network/virtual-clock.js";
import {
  errorMessage,
  numberOf,
  type OptionTexts,
  opcodeOf,
  optionsOf,
  pairsOf,
  type TransferMode,
} from "../wire/messages.js";
import { SimulatedPeer, type SimulatedPeerOptions, type SimulatedWorld } from "./peer.js";

/** RFC 2347: the client rejects the OACK. */
export const ERROR_OPTION_NEGOTIATION = 8;
export const BLOCK_NUMBER_MASK = 0xffff;

/** Options of a client: its request, and how patient it is. */
export interface SimulatedClientOptions extends SimulatedPeerOptions {
  /** The file's name. */
  name: string;
  /** The transfer's mode. Default "octet". */
  mode?: TransferMode;
  /** Asks for `blksize` (RFC 2348). Default: does not. */
  blockSizeBytes?: number;
  /** Asks for `windowsize` (RFC 7440). Default: does not. */
  windowSize?: number;
  /** Asks for `timeout` in seconds (RFC 2349). Default: does not. */
  timeoutSeconds?: number;
  /** Asks for or announces the size with `tsize` (RFC 2349). Default false. */
  tellsSize?: boolean;
  /** Time without an answer before the last message is repeated, in milliseconds. Default 1,000. */
  retryMs?: number;
  /** Repeats of a message before the client gives up. Default 6. */
  maxRetries?: number;
  /** Messages received before it stops silently. Default: it does not. */
  vanishesAfter?: number;
  /** Messages received before it forgets everything and starts again from the same port. Default: it does not. */
  restartsAfter?: number;
  /** Duration of a restart, in milliseconds. Default 100. */
  restartMs?: number;
}

const RETRY_MS = 1000;
const MAX_RETRIES = 6;
const RESTART_MS = 100;
const MIN_BLOCK_BYTES = 8;
/** No answer has come that would show the server's port of this transfer. */
const NO_PORT = -1;

/** A client that downloads or uploads one file. */
export abstract class SimulatedClient extends SimulatedPeer {
  /** The file's size from the OACK, or -1. */
  toldSizeBytes = -1;

  /** The file's name in the request. */
  protected name: string;
  /** The server's port of this transfer (RFC 1350 §4), or -1 before its first answer. */
  protected serverPort = NO_PORT;
  /** The agreed block size in bytes (RFC 2348). */
  protected blockSize = MAX_BLOCK_BYTES;
  /** The agreed window size in blocks (RFC 7440). */
  protected windowSize = 1;
  /** Repeats of the last message. */
  protected retries = 0;
  private messages = 0;

  constructor(
    world: SimulatedWorld,
    private readonly clientOptions: SimulatedClientOptions,
  ) {
    super(world, clientOptions);
    this.name = clientOptions.name;
  }

  protected begin(): void {
    this.serverPort = NO_PORT;
    this.blockSize = MAX_BLOCK_BYTES;
    this.windowSize = 1;
    this.retries = 0;
    this.forget();
    this.sendRequest();
  }

  /** The file's name in the last request. */
  get fileName(): string {
    return this.name;
  }

  /** Resets the state to that before the request. */
  protected abstract forget(): void;
  /** Makes the request. */
  protected abstract requestMessage(): Uint8Array;
  /** Takes DATA or ACK from the server. */
  protected abstract receivedBlock(message: Uint8Array, opcode: number): void;
  /** Whether an OACK is expected. */
  protected abstract awaitsOffer(): boolean;
  /** Continues after an accepted OACK. */
  protected abstract offerAccepted(): void;
  /** Repeats the last message to the server's port, which is known. */
  protected abstract repeatAnswer(): void;

  /** The value of `tsize` in the request. */
  protected abstract sizeInRequest(): number;

  /** The options of the request. */
  protected requestOptions(): OptionTexts {
    const { blockSizeBytes, windowSize, timeoutSeconds, tellsSize } = this.clientOptions;
    const values: [string, number | undefined][] = [
      ["blksize", blockSizeBytes],
      ["timeout", timeoutSeconds],
      ["tsize", tellsSize === true ? this.sizeInRequest() : undefined],
      ["windowsize", windowSize],
    ];
    return values.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
  }

  /** Time to wait for the answer to a message that was sent `retries` + 1 times, in milliseconds. */
  protected retryMs(): number {
    return this.clientOptions.retryMs ?? RETRY_MS;
  }

  /** Repeats of a message before the client gives up. */
  protected maxRetries(): number {
    return this.clientOptions.maxRetries ?? MAX_RETRIES;
  }

  /** Sends the request to the server's listening port, and waits. */
  protected sendRequest(): void {
    this.send(this.requestMessage(), this.world.serverPort);
    this.wait(this.retryMs());
  }

  protected received(message: Uint8Array, address: string, port: number): void {
    if (address !== this.world.serverAddress || this.hasLeft()) {
      return;
    }
    if (this.serverPort === NO_PORT) {
      this.serverPort = port;
    } else if (port !== this.serverPort) {
      this.receivedFromStranger(message, port);
      return;
    }
    const opcode = opcodeOf(message);
    if (numberOf(message) < 0) {
      return;
    }
    if (opcode === OPCODE_ERROR) {
      this.receivedError(message);
    } else if (opcode === OPCODE_OPTION_ACKNOWLEDGEMENT) {
      this.receivedOffer(optionsOf(message));
    } else {
      this.receivedBlock(message, opcode);
    }
  }

  /** Answers a message from another port of the server (RFC 1350 §4). */
  protected receivedFromStranger(message: Uint8Array, port: number): void {
    if (opcodeOf(message) !== OPCODE_ERROR) {
      this.send(errorMessage(ERROR_UNKNOWN_TRANSFER_ID, "Not mine"), port);
    }
  }

  /** Takes an ERROR of the server, which ends the transfer unless a model overrides this. */
  protected receivedError(message: Uint8Array): void {
    this.over("refused", `ERROR ${numberOf(message)}`);
    this.unbind();
  }

  private receivedOffer(granted: OptionTexts): void {
    if (!this.awaitsOffer() || this.isOver) {
      return;
    }
    if (!this.accepts(granted)) {
      this.breakOff(ERROR_OPTION_NEGOTIATION, "These options were not asked for");
      return;
    }
    this.retries = 0;
    this.offerAccepted();
  }

  /** Takes the granted options. Returns false if they are not acceptable. */
  protected accepts(granted: OptionTexts): boolean {
    const asked = new Map(pairsOf(this.requestOptions()));
    return pairsOf(granted).every(
      ([name, value]) => asked.has(name) && this.take(name, Number(value), Number(asked.get(name))),
    );
  }

  private take(name: string, granted: number, wanted: number): boolean {
    if (name === "blksize") {
      this.blockSize = granted;
      return granted <= wanted && granted >= MIN_BLOCK_BYTES;
    }
    if (name === "windowsize") {
      this.windowSize = granted;
      return granted <= wanted && granted >= 1;
    }
    if (name === "tsize") {
      this.toldSizeBytes = granted;
      return granted >= 0;
    }
    return granted === wanted;
  }

  /** Sends an ERROR to the server's port of this transfer. */
  protected sendError(errorCode: number, text: string): void {
    this.send(errorMessage(errorCode, text), this.serverPort);
  }

  /** Ends with an ERROR to the server. */
  protected breakOff(errorCode: number, text: string): void {
    this.sendError(errorCode, text);
    this.over("broke off", text);
    this.unbind();
  }

  /** Ends because the server stopped answering. */
  protected giveUp(): void {
    this.over("gave up", "no answer");
    this.unbind();
  }

  protected timedOut(): void {
    if (++this.retries > this.maxRetries()) {
      this.giveUp();
    } else if (this.serverPort === NO_PORT) {
      this.sendRequest();
    } else {
      this.repeatAnswer();
    }
  }

  /** Forgets everything, and starts again from the same port after a while. */
  protected restart(afterMs: number): void {
    this.unbind();
    this.timer.clear();
    this.world.network.log.note(this.world.clock.nowUs, `${this.address}:${this.port} restarts`);
    this.world.clock.after(afterMs * US_PER_MS, () => {
      if (!this.isOver) {
        this.bind(this.port);
        this.begin();
      }
    });
  }

  /** Vanishes or restarts if its options say so. */
  private hasLeft(): boolean {
    this.messages++;
    const { vanishesAfter, restartsAfter, restartMs = RESTART_MS } = this.clientOptions;
    if (this.messages === vanishesAfter) {
      this.vanish();
    } else if (this.messages === restartsAfter && !this.isOver) {
      this.restart(restartMs);
    } else {
      return false;
    }
    return true;
  }
}
