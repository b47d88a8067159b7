/**
 * What a host brings to the engine: a transport, a storage, perhaps an observer. Interfaces only.
 *
 * The engine calls them while it works on a datagram, and they answer at once, in numbers. None of them may throw: a
 * host catches what its own platform throws and answers with a number that says so.
 */
import type { Outcome } from "./outcome.js";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
} from "./packet.js";

/**
 * A peer's network address. The engine never looks inside: it compares with `===` and hands it back. A string or a
 * number, as the host likes.
 */
export type Address = string | number;

/**
 * A port of this machine, as a number that host and engine agree on: the slot of the transfer whose own port it is, or,
 * from {@link FIRST_LISTENER} on, a port on which the host listens for requests. A host numbers its listening ports itself.
 */
export type LocalPort = number;

/** The first listening port. There are never as many slots. */
export const FIRST_LISTENER: LocalPort = 65_536;

/**
 * Sends datagrams and opens ports.
 */
export interface Transport {
  /**
   * Sends the first `length` bytes of `packet`. The bytes are the engine's and change with its next message: a transport
   * that cannot send at once copies them. What cannot be sent is lost, and the engine repeats it in time.
   */
  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void;

  /**
   * Opens a port for the transfer in `slot`, on the address where `listener` listens (RFC 1350 §4: each end
   * chooses a transfer identifier). Not called with the option `singlePort`.
   *
   * @param peerAddress who the transfer is with, and `peerPort` where that peer is asked or has asked from.
   * @returns whether there is such a port. Without one the request gets no answer, and the client asks again.
   */
  open(slot: number, listener: LocalPort, peerAddress: Address, peerPort: number): boolean;

  /** Closes what `open` opened. Datagrams that arrive there later must not reach the engine. */
  close(slot: number): void;
}

/** Why a storage refuses, one of the constants below. Refusals are negative, successes are 0 or more. */
export type Refusal = number;

/** There is no such file, or no folder for it: ERROR 1 of RFC 1350 §5. */
export const NOT_FOUND: Refusal = ~ERROR_FILE_NOT_FOUND;
/** The name, the direction or the client is not allowed: ERROR 2. */
export const FORBIDDEN: Refusal = ~ERROR_ACCESS_VIOLATION;
/** No room, or the file is larger than allowed: ERROR 3. */
export const DISK_FULL: Refusal = ~ERROR_DISK_FULL;
/** The file exists and must not be overwritten: ERROR 6. */
export const EXISTS: Refusal = ~ERROR_FILE_EXISTS;
/** Anything else, such as a medium that cannot be read: ERROR 0. */
export const FAILED: Refusal = ~ERROR_NOT_DEFINED;
/** Memory or open files are short for the moment: the request gets no answer, and the client asks again. */
export const BUSY: Refusal = -0x10000;

/** A file that is being sent. */
export interface ReadableFile {
  /** The size that is told to a client who asks (RFC 2349 `tsize`), or -1 when it is not known. */
  readonly sizeBytes: number;

  /**
   * Fills `target`, which is always the engine's one block of 512 bytes, from `position`. The same position is read
   * again when a block is repeated, and must give the same bytes.
   *
   * @returns how many bytes were read, fewer than `target` has only at the end of the file; or a {@link Refusal}.
   */
  read(target: Uint8Array, position: number): number;

  /** Always the last call. */
  close(): void;
}

/** A file that is being received. Nothing is seen under its name before `commit`. */
export interface WritableFile {
  /**
   * Keeps `length` bytes of `source`, from `offset` on. Positions follow each other without gaps and are never written
   * twice. `length` may be 0.
   *
   * @returns 0, or a {@link Refusal}; `DISK_FULL` when there is no room.
   */
  write(source: DataView, offset: number, length: number, position: number): number;

  /**
   * The last block is in: gives the file its name, in one step that either happens or does not.
   *
   * @returns 0, or a {@link Refusal}.
   */
  commit(): number;

  /** Always the last call. Without `commit` before it, everything written is thrown away. */
  close(): void;
}

/**
 * Finds files by their names. Names have no leading `/`, no `.` or `..` as a component, no empty component, no backslash,
 * no control characters, and are not empty.
 */
export interface Storage {
  /**
   * Opens a file that a client wants to fetch. `address` is the client's.
   *
   * @returns the opened file, or a {@link Refusal}.
   */
  openForReading(name: string, address: Address): ReadableFile | Refusal;

  /**
   * Opens a file that a client wants to put. `address` is the client's.
   *
   * @param sizeBytes the size that the client announced (RFC 2349 `tsize`), or -1.
   * @returns the opened file, or a {@link Refusal}.
   */
  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal;
}

/** What an observer may see of a transfer. Good during the call only: the slot is used again. */
export interface TransferView {
  /** The slot's number, from 0 to the pool's size less one. */
  readonly slot: number;
  /** The client's address. */
  readonly address: Address;
  /** The client's port: its transfer identifier. */
  readonly port: number;
  /** The file's name, as the storage was asked for it. */
  readonly name: string;
  /** Whether the client sends the file (a write request). */
  readonly isUpload: boolean;
  /** Whether the mode is netascii. */
  readonly isNetascii: boolean;
  /** The file's size as far as it is known: what the storage or the client said; otherwise -1. */
  readonly sizeBytes: number;
  /** Bytes of the file that are through: acknowledged by the client, or written. */
  readonly bytes: number;
  /** Blocks that are through. */
  readonly blocks: number;
  /** Bytes in a block, 8 to 512 (RFC 2348). */
  readonly blockSizeBytes: number;
  /** Blocks in a window, 1 in lock-step (RFC 7440). */
  readonly windowSize: number;
  /** Messages that were sent again because no answer came in time. */
  readonly retransmissions: number;
  /** Messages of the client that had been received before. */
  readonly duplicates: number;
  /** The code of the ERROR that ended it, 0 to 65,535, whoever sent that (RFC 1350 §5); -1 as long as there was none. */
  readonly errorCode: number;
  /** Smoothed round trip in milliseconds, or -1 when none was measured. */
  readonly roundTripMs: number;
  /** When the request arrived, in the host's time. */
  readonly startedAt: number;
}

/** Told of what happens to transfers, while it happens. Must not call the engine. */
export interface TransferObserver {
  /** A server has accepted a request, which takes a slot; a client's request has its first answer. */
  started(transfer: TransferView, now: number): void;
  /** Blocks got through. */
  progressed(transfer: TransferView, now: number): void;
  /** The transfer is over. A received file is complete when its last block is acknowledged, though its slot lingers. */
  ended(transfer: TransferView, outcome: Outcome, now: number): void;
}

/** What a server tells. */
export interface Observer extends TransferObserver {
  /**
   * A request was answered with an ERROR and took no slot. `name` is what the client sent, whatever that is: control
   * characters and `..` included where it is refused for them. It is empty where it is no UTF-8 or there is none.
   */
  refused(name: string, isUpload: boolean, errorCode: number, address: Address, port: number): void;
}
