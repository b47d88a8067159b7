/**
 * A log of the simulated network: the last entries as text for a reader, and a digest of all, which shows whether two runs
 * were the same.
 */
import { describeMessage } from "../wire/messages.js";
import type { SimulatedDatagram } from "./datagram.js";
import { US_PER_MS } from "./virtual-clock.js";

const DEFAULT_MAX_ENTRIES = 400;

/** FNV-1a, 32 bits. */
const DIGEST_START = 0x811c_9dc5;
const DIGEST_PRIME = 0x0100_0193;
/** Bytes of each datagram that are digested: its header, and enough data to tell files apart. */
const DIGESTED_BYTES = 32;

interface Entry {
  readonly atUs: number;
  readonly datagram: SimulatedDatagram | undefined;
  readonly text: string;
}

/** The last datagrams as text, and a digest of all. */
export class PacketLog {
  /** Number of entries, those that are no longer kept included. */
  count = 0;

  private readonly entries: Entry[] = [];
  private digestWord = DIGEST_START;

  /**
   * @param maxEntries entries that are kept, the latest; 0 turns the log off, and its digest too.
   * @param describe tells a message in words. Default: those of TFTP.
   */
  constructor(
    private readonly maxEntries = DEFAULT_MAX_ENTRIES,
    private readonly describe: (bytes: Uint8Array) => string = describeMessage,
  ) {}

  /** Whether entries are kept. */
  get isOn(): boolean {
    return this.maxEntries > 0;
  }

  /** Digest of every entry since the start: time, ports, first bytes, length and fate. */
  get digest(): number {
    return this.digestWord >>> 0;
  }

  /**
   * Enters a datagram.
   *
   * @param fate the time of its arrival, or the cause of its loss.
   */
  sent(atUs: number, datagram: SimulatedDatagram, fate: string): void {
    if (!this.isOn) {
      return;
    }
    this.digestNumber(datagram.fromPort);
    this.digestNumber(datagram.toPort);
    const { bytes } = datagram;
    const count = Math.min(bytes.length, DIGESTED_BYTES);
    for (let index = 0; index < count; index++) {
      this.digestWord = Math.imul(this.digestWord ^ (bytes[index] as number), DIGEST_PRIME);
    }
    this.digestNumber(bytes.length);
    this.add({ atUs, datagram, text: fate });
  }

  /** Enters a remark. */
  note(atUs: number, text: string): void {
    if (this.isOn) {
      this.add({ atUs, datagram: undefined, text });
    }
  }

  /** Returns the kept entries, one per line. */
  toString(): string {
    const kept = this.entries.length;
    const start = this.count % this.maxEntries;
    const inOrder =
      kept < this.maxEntries ? this.entries : [...this.entries.slice(start), ...this.entries.slice(0, start)];
    const lines = inOrder.map((entry) => lineOf(entry, this.describe));
    if (kept < this.count) {
      lines.unshift(`(${this.count - kept} earlier entries are not kept)`);
    }
    return lines.join("\n");
  }

  private add(entry: Entry): void {
    this.digestNumber(entry.atUs);
    for (let index = 0; index < entry.text.length; index++) {
      this.digestWord = Math.imul(this.digestWord ^ entry.text.charCodeAt(index), DIGEST_PRIME);
    }
    this.entries[this.count % this.maxEntries] = entry;
    this.count++;
  }

  private digestNumber(value: number): void {
    this.digestWord = Math.imul(this.digestWord ^ (value & 0xffff), DIGEST_PRIME);
    this.digestWord = Math.imul(this.digestWord ^ Math.floor(value / 0x1_0000), DIGEST_PRIME);
  }
}

function lineOf({ atUs, datagram, text }: Entry, describe: (bytes: Uint8Array) => string): string {
  const time = `${(atUs / US_PER_MS).toFixed(3).padStart(12)} ms`;
  if (datagram === undefined) {
    return `${time}  -- ${text}`;
  }
  const { fromAddress, fromPort, toAddress, toPort, bytes } = datagram;
  return `${time}  ${fromAddress}:${fromPort} > ${toAddress}:${toPort}  ${describe(bytes)}  [${text}]`;
}
