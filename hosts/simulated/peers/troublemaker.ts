/**
 * A hostile or broken peer: sends random messages to the listening port and to the ports of other clients' transfers, some
 * of them from ports that no client has.
 */
import { bytesOf } from "../wire/bytes.js";
import {
  acknowledgement,
  dataMessage,
  errorMessage,
  type OptionTexts,
  readRequest,
  writeRequest,
} from "../wire/messages.js";
import { SimulatedPeer, type SimulatedPeerOptions, type SimulatedWorld } from "./peer.js";

/** Options of a {@link Troublemaker}. */
export interface TroublemakerOptions extends SimulatedPeerOptions {
  /** Number of messages that it sends. Default 50. */
  messages?: number;
  /** Mean time between two messages, in milliseconds. Default 20. */
  intervalMs?: number;
  /** Names of files to ask for. */
  names?: readonly string[];
}

const FIRST_TRANSFER_PORT = 49_152;
/** Number of transfer ports that it guesses. */
const PORTS_GUESSED = 12;
/** Ports that it uses now and then, which no client has. */
const ODD_PORTS = [0, 69] as const;

/** A hostile or broken peer. */
export class Troublemaker extends SimulatedPeer {
  private readonly intervalMs: number;
  private readonly names: readonly string[];
  private left: number;

  constructor(world: SimulatedWorld, options: TroublemakerOptions) {
    super(world, options);
    this.left = options.messages ?? 50;
    this.intervalMs = options.intervalMs ?? 20;
    this.names = options.names ?? ["a"];
  }

  protected begin(): void {
    this.timedOut();
  }

  protected received(): void {}

  protected timedOut(): void {
    if (this.left-- === 0) {
      this.over("completed", "it has sent everything");
      this.unbind();
      return;
    }
    const { random, serverPort } = this.world;
    const port = random.chance(50) ? serverPort : FIRST_TRANSFER_PORT + random.below(PORTS_GUESSED);
    this.port = random.chance(20) ? random.pick(ODD_PORTS) : 1024 + random.below(8);
    this.send(this.message(), port);
    this.wait(random.below(2 * this.intervalMs));
  }

  private message(): Uint8Array {
    const { random } = this.world;
    const whole = this.wholeMessage();
    // A truncated message, as a broken stack sends it.
    return random.chance(20) ? whole.slice(0, random.below(whole.length + 1)) : whole;
  }

  private wholeMessage(): Uint8Array {
    const { random } = this.world;
    switch (random.below(7)) {
      case 0:
        return random.bytes(random.below(40));
      case 1:
        return acknowledgement(random.below(4));
      case 2:
        return dataMessage(random.below(4), random.bytes(random.below(520)));
      case 3:
        return errorMessage(random.below(9), "trouble");
      case 4:
        return bytesOf("\0\x06blksize\x0065464\0");
      case 5:
        return writeRequest(`trouble-${random.below(3)}`, this.options());
      default:
        return readRequest(random.pick([...this.names, "../etc/passwd", "", "con"]), this.options());
    }
  }

  private options(): OptionTexts {
    const { random } = this.world;
    const names = ["blksize", "timeout", "tsize", "windowsize", "multicast", "BLKSIZE"];
    const values = ["0", "1", "8", "512", "65464", "65465", "255", "256", "-1", "", "abc", "99999999999999999999"];
    return names.filter(() => random.chance(20)).flatMap((name) => [name, random.pick(values)]);
  }
}
