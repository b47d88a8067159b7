/**
 * What clients that fetch and clients that put have in common: a request with options, the server's port, a timer, and
 * the ways to go.
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

/** RFC 2347: the client does not accept what the OACK says. */
export const ERROR_OPTION_NEGOTIATION = 8;
export const BLOCK_NUMBER_MASK = 0xffff;

/** What a client asks for, and how patient it is. */
export interface SimulatedClientOptions extends SimulatedPeerOptions {
  /** The file's name, one byte a character. */
  name: string;
  /** Default "octet". */
  mode?: TransferMode;
  /** Asks for `blksize` (RFC 2348). Default: does not. */
  blockSizeBytes?: number;
  /** Asks for `windowsize` (RFC 7440). Default: does not. */
  windowSize?: number;
  /** Asks for `timeout` in seconds (RFC 2349). Default: does not. */
  timeoutSeconds?: number;
  /** Asks for or tells the size with `tsize` (RFC 2349). Default false. */
  tellsSize?: boolean;
  /** The last message is sent again after so long without an answer, in milliseconds. Default 1,000. */
  retryMs?: number;
  /** So often, then the client gives up. Default 6. */
  maxRetries?: number;
  /** It is gone without a word when it has received so many messages. Default: never. */
  vanishesAfter?: number;
  /** It forgets everything when it has received so many messages, and begins again from the same port. Default: never. */
  restartsAfter?: number;
  /** How long a restart takes, in milliseconds. Default 100. */
  restartMs?: number;
}

const RETRY_MS = 1000;
const MAX_RETRIES = 6;
const RESTART_MS = 100;
const MIN_BLOCK_BYTES = 8;
/** No answer has told the server's port of this transfer. */
const NO_PORT = -1;

/** A client that fetches or puts one file: what all of them have in common. */
export abstract class SimulatedClient extends SimulatedPeer {
  /** What the server said of the file's size, or -1. */
  toldSizeBytes = -1;

  /** The file's name, as it stands in the request. */
  protected name: string;
  /** The server's port of this transfer (RFC 1350 §4), or -1 before its first answer. */
  protected serverPort = NO_PORT;
  /** Bytes in a block, as agreed (RFC 2348). */
  protected blockSize = MAX_BLOCK_BYTES;
  /** Blocks in a window, as agreed (RFC 7440). */
  protected windowSize = 1;
  /** How often the last message was sent again. */
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

  /** The file's name, as it stands in the last request. */
  get fileName(): string {
    return this.name;
  }

  /** Sets everything back to the state before the request. */
  protected abstract forget(): void;
  /** The request, with its options. */
  protected abstract requestMessage(): Uint8Array;
  /** DATA or ACK from the server. */
  protected abstract receivedBlock(message: Uint8Array, opcode: number): void;
  /** Whether an OACK still means something. */
  protected abstract awaitsOffer(): boolean;
  /** The OACK's options are taken. */
  protected abstract offerAccepted(): void;
  /** Sends the last message again, when the server's port is known. */
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

  /** How long it waits for the answer to what it has sent `retries` + 1 times, in milliseconds. */
  protected retryMs(): number {
    return this.clientOptions.retryMs ?? RETRY_MS;
  }

  /** How often a message is sent again before the client gives up. */
  protected maxRetries(): number {
    return this.clientOptions.maxRetries ?? MAX_RETRIES;
  }

  /** Asks the server's listening port, and waits. */
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

  /** RFC 1350 §4. */
  protected receivedFromStranger(message: Uint8Array, port: number): void {
    if (opcodeOf(message) !== OPCODE_ERROR) {
      this.send(errorMessage(ERROR_UNKNOWN_TRANSFER_ID, "Not mine"), port);
    }
  }

  /** The server has sent ERROR: the end, unless a model does otherwise. */
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

  /** Takes the options that were granted; false where they are not acceptable. */
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

  /** Sends ERROR to the server's port of this transfer. */
  protected sendError(errorCode: number, text: string): void {
    this.send(errorMessage(errorCode, text), this.serverPort);
  }

  /** Ends with an ERROR to the server. */
  protected breakOff(errorCode: number, text: string): void {
    this.sendError(errorCode, text);
    this.over("broke off", text);
    this.unbind();
  }

  /** The server says nothing any more. */
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

  /** Forgets everything, and begins again from the same port after a while. */
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

  /** Vanishes or restarts where it was told to. */
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
