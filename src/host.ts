/**
 * Interfaces of a host: a transport, a storage, and optionally an observer. The engine calls them while it processes a
 * datagram, and they answer at once, with numbers. They must not throw: a host catches the exceptions of its platform and
 * answers with a {@link Refusal}.
 */
import type { Outcome } from "./outcome.js";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
} from "./packet.js";

/** A peer's network address, opaque to the engine: it compares addresses with `===` and passes them back. */
export type Address = string | number;

/**
 * Number of a local port: the slot of the transfer that owns it, or, from {@link FIRST_LISTENER}, a port on which the host
 * listens for requests. The host numbers its listening ports.
 */
export type LocalPort = number;

/** Number of the first listening port, above every slot. */
export const FIRST_LISTENER: LocalPort = 65_536;

/** Sends datagrams and opens ports. */
export interface Transport {
  /**
   * Sends the first `length` bytes of `packet`. The engine overwrites them with its next message, so a transport that cannot
   * send at once copies them. A datagram that cannot be sent is lost, and the engine repeats it in time.
   */
  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void;

  /**
   * Opens a port for the transfer in `slot`, on the address of `listener` (RFC 1350 §4: each end chooses a transfer
   * identifier). Not called with the option `singlePort`.
   *
   * @param peerAddress address of the peer, and `peerPort` the port of its request, or of ours.
   * @returns whether a port was opened. Without one a server does not answer the request, and the client asks again.
   */
  open(slot: number, listener: LocalPort, peerAddress: Address, peerPort: number): boolean;

  /** Closes the port of `slot`. Datagrams that arrive there later must not reach the engine. */
  close(slot: number): void;
}

/** Reason why a storage refuses, one of the constants below. Refusals are negative, successes are 0 or more. */
export type Refusal = number;

/** The file, or the folder for it, does not exist: ERROR 1 of RFC 1350 §5. */
export const NOT_FOUND: Refusal = ~ERROR_FILE_NOT_FOUND;
/** The name, the direction or the client is not allowed: ERROR 2. */
export const FORBIDDEN: Refusal = ~ERROR_ACCESS_VIOLATION;
/** The medium is full, or the file larger than allowed: ERROR 3. */
export const DISK_FULL: Refusal = ~ERROR_DISK_FULL;
/** The file exists and must not be overwritten: ERROR 6. */
export const EXISTS: Refusal = ~ERROR_FILE_EXISTS;
/** Anything else, such as a medium that cannot be read: ERROR 0. */
export const FAILED: Refusal = ~ERROR_NOT_DEFINED;
/** Memory or file handles are short for the moment: the request gets no answer, and the client asks again. */
export const BUSY: Refusal = -0x10000;

/**
 * Result of {@link WritableFile.commit} while the file is being completed elsewhere: the last ACK waits, and
 * {@link Server.resumeCommits} asks again. No refusal, and no other result of a commit.
 */
export const PENDING = 0x10000;

// In code that XS runs from flash, evaluating a string literal allocates.
const NUMBER = "number";

/** Whether a storage refused to open a file. */
export function isRefusal(opened: object | Refusal): opened is Refusal {
  return typeof opened === NUMBER;
}

/** A file that is being sent. */
export interface ReadableFile {
  /** Size in bytes, for a client that asks for it (RFC 2349 `tsize`), or -1 if unknown. */
  readonly sizeBytes: number;

  /**
   * Fills `target`, which is always the engine's block of 512 bytes, with the bytes from `position`. A repeated block is
   * read again, and must have the same bytes.
   *
   * @returns number of bytes read, less than the length of `target` only at the end of the file; or a {@link Refusal}.
   */
  read(target: Uint8Array, position: number): number;

  /** Closes the file. Always the last call. */
  close(): void;
}

/** A file that is being received. Nothing is visible under its name before `commit`. */
export interface WritableFile {
  /**
   * Writes `length` bytes of `source` from `offset` to `position`. Positions are consecutive, and each is written once.
   * `length` may be 0. The engine reuses the bytes after the call.
   *
   * @returns 0, or a {@link Refusal}; `DISK_FULL` if the medium is full.
   */
  write(source: DataView, offset: number, length: number, position: number): number;

  /**
   * Completes the file after its last block: it takes its name in one atomic step.
   *
   * @returns 0, or a {@link Refusal}; or, on a server, `PENDING` of the engine, after which it is called again. On a client it must
   * answer at once.
   */
  commit(): number;

  /** Closes the file. Always the last call. Without a successful `commit` before it, everything written is discarded. */
  close(): void;
}

/**
 * Finds files by name. A name is not empty and has no leading `/`, no `.` or `..` as a component, no empty component, no
 * backslash and no control characters. Bytes that are not part of UTF-8 are characters from U+DC80 to U+DCFF, halves of pairs
 * of UTF-16 with the byte in the lower eight bits, so that a storage can find a file by its bytes.
 */
export interface Storage {
  /**
   * Opens a file that the client at `address` requests.
   *
   * @returns the opened file, or a {@link Refusal}.
   */
  openForReading(name: string, address: Address): ReadableFile | Refusal;

  /**
   * Opens a file that the client at `address` wants to send.
   *
   * @param sizeBytes size that the client announced (RFC 2349 `tsize`), or -1.
   * @returns the opened file, or a {@link Refusal}.
   */
  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal;
}

/** A transfer as an observer sees it. Valid during the call only: the slot is reused. */
export interface TransferView {
  /** Number of the slot, from 0 to the size of the pool less one. */
  readonly slot: number;
  /** The peer's address. */
  readonly address: Address;
  /** The peer's port: its transfer identifier. */
  readonly port: number;
  /** Name of the file, as the storage was asked for it. */
  readonly name: string;
  /** Whether the client sends the file (a write request). */
  readonly isUpload: boolean;
  /** Whether the mode is netascii. */
  readonly isNetascii: boolean;
  /** Size of the file as told by the storage or the peer, or -1. */
  readonly sizeBytes: number;
  /** Bytes of the file that were acknowledged by the peer, or received and written. */
  readonly bytes: number;
  /** Blocks that were acknowledged by the peer, or received and written. */
  readonly blocks: number;
  /** Bytes in a block, 8 to 512 (RFC 2348). */
  readonly blockSizeBytes: number;
  /** Blocks in a window, 1 in lock-step (RFC 7440). */
  readonly windowSize: number;
  /** Messages sent again because no answer came in time. */
  readonly retransmissions: number;
  /** Messages of the peer that had been received before. */
  readonly duplicates: number;
  /** Code of the ERROR that ended the transfer, sent by either end, 0 to 65,535 (RFC 1350 §5); -1 without one. */
  readonly errorCode: number;
  /** Smoothed round trip in milliseconds, or -1 before the first sample. */
  readonly roundTripMs: number;
  /** Time of the request, by the host's clock. */
  readonly startedAt: number;
}

/** Receives the events of transfers as they happen. Must not call the engine. */
export interface TransferObserver {
  /** A server has accepted a request, or a client's request has its first answer. */
  started(transfer: TransferView, now: number): void;
  /** Blocks were acknowledged by the peer, or received and written. */
  progressed(transfer: TransferView, now: number): void;
  /** The transfer has ended. The slot of a received file lingers after this. */
  ended(transfer: TransferView, outcome: Outcome, now: number): void;
}

/** Receives the events of a server. */
export interface Observer extends TransferObserver {
  /**
   * A request was answered with an ERROR and took no slot. `name` is as the client sent it, control characters and `..`
   * included, and decoded as for {@link Storage}; it is empty if the request is malformed.
   */
  refused(name: string, isUpload: boolean, errorCode: number, address: Address, port: number): void;
}
