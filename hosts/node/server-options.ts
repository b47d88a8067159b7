/** Options and events of a {@link TftpServer}. */
import type { Outcome, ServerOptions, TransferView } from "../../src/index.js";
import { readableName } from "../common/printable.js";
import type { Reason } from "../common/reasons.js";
import type { ContentOptions } from "./content.js";
import type { IgnoredRequest } from "./udp/broadcast-requests.js";
import type { PortRange } from "./udp/transfer-ports.js";

/** Enough for a rack or classroom that boots at once. */
const DEFAULT_MAX_TRANSFERS = 1024;
/**
 * A window costs no memory, and over long round trips this is 64 times as fast as lock-step. Whoever forges an ACK to have it
 * sent to a victim must guess the port, one of 28,000 on Linux: a forged ACK so brings less than two bytes on average.
 */
const DEFAULT_MAX_WINDOW_SIZE = 64;

/** Options of a {@link TftpServer}. */
export interface TftpServerOptions extends Omit<ServerOptions, "addressHash">, ContentOptions {
  /** Addresses or names to listen on. Default: every address of the machine, IPv4 and IPv6. */
  host?: string | readonly string[];
  /** Port on which requests arrive. Default 69, which needs a permission on most systems. 0 takes any free port. */
  port?: number;
  /**
   * Descriptors of UDP sockets that take requests in place of `host` and `port`: bound already, each to one address, as
   * systemd passes them (sd_listen_fds(3)). Linux only. Default: none.
   */
  inheritedSockets?: readonly number[];
  /**
   * Lets other servers of the same user take requests on the same port, in other processes: the system spreads clients over
   * them. Linux and Node 22.12 or later only, and not with `singlePort`. Default false.
   */
  reusePort?: boolean;
  /** Transfers at once, 1 to 65,536. Default 1,024; a slot takes some 300 bytes. */
  maxTransfers?: number;
  /**
   * Largest window granted, in blocks, 1 to 16,384 (RFC 7440); 1 keeps lock-step. Default 64; 16 with `portRange` and 8 with
   * `singlePort`, where the port of a transfer is easier to guess, and a forged ACK brings a victim a window.
   */
  maxWindowSize?: number;
  /** Ports of transfers. Default: any free port. */
  portRange?: PortRange;
  /**
   * Answers requests that come to a broadcast or multicast address, from this machine's address in the client's network.
   * A request with a forged sender then brings the victim an answer from each such server. Default false: they are ignored
   * (RFC 1123 §4.2.3.5), and the event `ignored` tells of them.
   */
  answerBroadcast?: boolean;
  /**
   * While transfers run, look for the next packet for 50 microseconds before sleeping, as long as that pays. It makes
   * lock-step transfers on a fast network up to twice as fast, and keeps a core busier. Default true.
   */
  busyPolling?: boolean;
  /** Closes the server at once when it is aborted. */
  signal?: AbortSignal;
}

/** Adds the defaults that are not the engine's. Where the port of a transfer is easy to guess, its smaller window holds. */
export function withDefaults(options: TftpServerOptions): TftpServerOptions {
  const isGuessable = options.singlePort === true || options.portRange !== undefined;
  const window = isGuessable ? {} : { maxWindowSize: options.maxWindowSize ?? DEFAULT_MAX_WINDOW_SIZE };
  return { ...options, ...window, maxTransfers: options.maxTransfers ?? DEFAULT_MAX_TRANSFERS };
}

/** A copy of the figures of a transfer. It is frozen, and may be kept. */
export interface TransferSnapshot extends Readonly<TransferView> {
  /** The client's address. */
  readonly address: string;
  /** Name of the file. Bytes that are not UTF-8 are written as `\xff`. */
  readonly name: string;
}

/** Copies the view of a transfer, whose slot is used again. */
export function snapshotOf(transfer: TransferView): TransferSnapshot {
  return Object.freeze({
    slot: transfer.slot,
    address: transfer.address as string,
    port: transfer.port,
    name: readableName(transfer.name),
    isUpload: transfer.isUpload,
    isNetascii: transfer.isNetascii,
    sizeBytes: transfer.sizeBytes,
    bytes: transfer.bytes,
    blocks: transfer.blocks,
    blockSizeBytes: transfer.blockSizeBytes,
    windowSize: transfer.windowSize,
    retransmissions: transfer.retransmissions,
    duplicates: transfer.duplicates,
    errorCode: transfer.errorCode,
    roundTripMs: transfer.roundTripMs,
    startedAt: transfer.startedAt,
  } satisfies TransferSnapshot);
}

/** The transfer itself; a copy if its name must be made readable. */
export function readableView(transfer: TransferView): TransferView {
  return readableName(transfer.name) === transfer.name ? transfer : snapshotOf(transfer);
}

/** A request that was answered with an ERROR. It is frozen, and may be kept. */
export interface RefusedRequest {
  /**
   * The requested name; empty if the request is malformed. Bytes that are not UTF-8 are written as `\xff`. It may hold
   * anything, control characters included: show it through {@link printable}.
   */
  readonly name: string;
  /** Whether the client wanted to put the file. */
  readonly isUpload: boolean;
  /** Error code of RFC 1350 §5; {@link errorText} puts it in words. */
  readonly errorCode: number;
  /** Reason of the refusal, for the owner of the server. The client got no more than the error code. */
  readonly reason: Reason;
  /** The client's address. */
  readonly address: string;
  /** The client's port. */
  readonly port: number;
}

/** A request for one name that a rule changed into another name. It is frozen, and may be kept. */
export interface RenamedRequest {
  /** The requested name. */
  readonly name: string;
  /** The name that the rule made of it, which may not exist. */
  readonly foundName: string;
  /** Whether the client wants to put the file. */
  readonly isUpload: boolean;
  /** The client's address. */
  readonly address: string;
  /** Number of the rule, from 1. */
  readonly rule: number;
}

/** The end of a transfer. It is frozen, and may be kept. */
export interface EndedTransfer {
  /** Number of the outcome; {@link outcomeText} puts it in words. */
  readonly outcome: Outcome;
  /** Name of the outcome: `completed`, `timed_out`, … */
  readonly outcomeName: string;
  /** Time from the request to the end, in milliseconds. */
  readonly durationMs: number;
  /** Reason why the file could not be read or written, with the outcomes `storage_failed` and `too_large` only. */
  readonly reason?: Reason;
}

/** Events of a {@link TftpServer}, with the arguments of their listeners. */
export interface TftpServerEvents {
  /** A request was accepted. */
  started: [transfer: TransferSnapshot];
  /**
   * Blocks got through. Emitted for every ACK of a download and every block of an upload, so be quick. The view is good
   * during the call only: copy what you keep.
   */
  progress: [transfer: TransferView];
  /** A transfer is over, well or not. */
  ended: [transfer: TransferSnapshot, end: EndedTransfer];
  /** A request was answered with an ERROR. */
  refused: [request: RefusedRequest];
  /** A request got no answer on purpose. */
  ignored: [request: IgnoredRequest];
  /** A rule changed the name in a request. */
  renamed: [request: RenamedRequest];
  /**
   * The storage or a listener threw, or a file could not be read or written; `cause` of the error is what was thrown. The
   * server goes on. Without a listener for this event, the process emits a warning.
   */
  error: [error: Error];
  /** The owner of the served folder should know this. At most once for each content and reason. */
  warning: [message: string];
  /** The server is closed: it has no open socket and no timer. */
  close: [];
}

/** An address on which a server listens. */
export interface ListeningAddress {
  /** An address of this machine, IPv4 or IPv6. */
  readonly address: string;
  /** The port, also where any free one was asked for. */
  readonly port: number;
}

/** Options of {@link TftpServer.close}. */
export interface CloseOptions {
  /** Time for which running transfers may go on, in milliseconds. Default 0. */
  graceMs?: number;
}
