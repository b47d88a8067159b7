/** The client's role: requests files from servers and sends files to them. */
import type { Address, ReadableFile, Transport, WritableFile } from "../host.js";
import { HEADER_BYTES } from "../packet.js";
import { STATE_OPENING } from "../transfer.js";
import { ClientLockstep, NO_LISTENER } from "./lockstep.js";
import { type ClientRequest, checkRequest } from "./request.js";
import { type ClientOptions, ClientSettings } from "./settings.js";
import { type ClientObserver, ClientTransfer } from "./transfer.js";

/**
 * Longer than a server's. atftpd does not acknowledge a repeated block, but repeats its ACK after 5 s without a packet: a
 * client that never paused for that long would keep it from doing so.
 */
const MAX_INTERVAL_MS = 6000;

/** A server may take a request that is repeated too early for a second one: RFC 6298 §2.1 waits one second. */
const INITIAL_INTERVAL_MS = 1000;

/** Returned by `get` and `put` if no slot or no port is free. */
export const NO_SLOT = -1;

/**
 * A TFTP client without I/O: a host hands it datagrams and the time, and it talks to servers through the host's
 * {@link Transport}. No method throws on anything that comes from the wire.
 */
export class Client {
  private readonly transport: Transport;
  private readonly slots: readonly ClientTransfer[];
  private readonly lockstep: ClientLockstep;

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(transport: Transport, options: ClientOptions = {}, observer: ClientObserver | null = null) {
    const { maxTransfers, maxSizeBytes } = new ClientSettings(options);
    const { minIntervalMs = 0 } = options;
    const { maxIntervalMs = Math.max(MAX_INTERVAL_MS, minIntervalMs) } = options;
    const { initialIntervalMs = Math.max(INITIAL_INTERVAL_MS, minIntervalMs) } = options;
    const times = { ...options, initialIntervalMs, maxIntervalMs };
    const slots = Array.from({ length: maxTransfers }, (_, slot) => new ClientTransfer(slot));
    this.transport = transport;
    this.slots = slots;
    this.lockstep = new ClientLockstep(transport, slots, times, maxSizeBytes, observer);
  }

  /** Number of unused slots. */
  get free(): number {
    return this.slots.length - this.used;
  }

  /** Number of slots in use, lingering ones included. `free + used` is the size of the pool. */
  get used(): number {
    return this.lockstep.schedule.size;
  }

  /** Number of transfers that have not ended. */
  get running(): number {
    return this.used - this.lockstep.transfers.lingeringCount;
  }

  /** Time at which `poll` is needed next; {@link NEVER} when nothing waits. May be early, never late. */
  get nextAt(): number {
    return this.lockstep.schedule.nextAt;
  }

  /**
   * Requests a file. It is written into `file`, which gets its `commit` when it is complete, and is closed at the end in any
   * case.
   *
   * @param port the port that the request goes to; the server answers from a port of its choice (RFC 1350 §4).
   * @returns the slot, or {@link NO_SLOT} if no slot or no port is free: then `file` is not touched.
   * @throws RangeError when the request cannot be sent as it is.
   */
  get(request: ClientRequest, file: WritableFile, address: Address, port: number, now: number): number {
    return this.ask(request, file, false, -1, address, port, now);
  }

  /**
   * Sends a file: `file` is read block by block, and closed at the end.
   *
   * @param port the port that the request goes to; the server answers from a port of its choice (RFC 1350 §4).
   * @returns the slot, or {@link NO_SLOT} if no slot or no port is free: then `file` is not touched.
   * @throws RangeError when the request cannot be sent as it is.
   */
  put(request: ClientRequest, file: ReadableFile, address: Address, port: number, now: number): number {
    return this.ask(request, file, true, file.sizeBytes, address, port, now);
  }

  private ask(
    request: ClientRequest,
    file: ReadableFile | WritableFile,
    isPut: boolean,
    sizeBytes: number,
    address: Address,
    port: number,
    now: number,
  ): number {
    checkRequest(request);
    const slot = this.lockstep.freeSlot()?.slot ?? NO_SLOT;
    if (slot === NO_SLOT || !this.transport.open(slot, NO_LISTENER, address, port)) {
      return NO_SLOT;
    }
    const transfer = this.transferIn(slot);
    transfer.ask(request, file, isPut, sizeBytes, address, port, now);
    transfer.intervalMs = this.lockstep.retransmission.initialIntervalMs;
    this.lockstep.start(transfer, now);
    this.lockstep.sendOutstanding(transfer, now);
    return slot;
  }

  /**
   * Takes a datagram that arrived on a transfer's port. Never throws, whatever it contains.
   *
   * @param packet holds the datagram from its first byte; may be written to (text and netascii are decoded in place).
   * @param length length of the datagram; `packet` has at least as many bytes.
   * @param slot the transfer whose port it is.
   * @param address address of the sender, and `port` its port.
   * @param now time of the host in whole milliseconds. It should not go back; if it does, waits become longer once.
   */
  receive(packet: DataView, length: number, slot: number, address: Address, port: number, now: number): void {
    if (length < HEADER_BYTES) {
      return;
    }
    const transfer = this.transferIn(slot);
    if (transfer.port === port && transfer.address === address) {
      this.lockstep.receive(transfer, packet, length, now);
    } else if (transfer.state === STATE_OPENING && transfer.address === address) {
      this.lockstep.receiveFirst(transfer, packet, length, port, now);
    } else {
      this.lockstep.refuseStranger(transfer, packet, address, port);
    }
  }

  /** Does what is due: repeats messages, and ends transfers that got no answer for too long. */
  poll(now: number): void {
    this.lockstep.poll(now);
  }

  /** Ends the transfer in a slot: the server is told with an ERROR, and an incomplete file is discarded. */
  abort(slot: number, now: number): void {
    this.lockstep.stop(this.transferIn(slot), now);
  }

  /** Ends every transfer, as `abort` does. */
  stop(now: number): void {
    this.lockstep.stopAll(now);
  }

  private transferIn(slot: number): ClientTransfer {
    return this.slots[slot] as ClientTransfer;
  }
}
