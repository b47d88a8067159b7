/**
 * Requests that came to a broadcast or multicast address. RFC 1123 §4.2.3.5 wants them ignored. Some devices have no other
 * way to ask: access points in recovery, switches that fetch their first configuration.
 */
import {
  decodeName,
  HEADER_BYTES,
  type LocalPort,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
} from "../../../src/index.js";
import { readableName } from "../../common/printable.js";
import { type Reason, type ReasonCode, reasonFor } from "../../common/reasons.js";
import { checkedBoolean } from "../files/checked-boolean.js";

const OPCODE_BYTES = 2;

/** Handles a request, whose answer leaves from the address of `listener`. */
export type RequestHandler = (
  packet: DataView,
  length: number,
  listener: LocalPort,
  address: string,
  port: number,
) => void;

/** A request that got no answer on purpose. It is frozen, and may be kept. */
export interface IgnoredRequest {
  /**
   * The requested name; empty if the request is malformed. Bytes that are not UTF-8 are written as `\xff`. It may hold
   * anything, control characters included: show it through {@link printable}.
   */
  readonly name: string;
  /** Whether the client wanted to put the file. */
  readonly isUpload: boolean;
  /**
   * Its code is `broadcast` if it came to a broadcast or multicast address and the option `answerBroadcast` would answer it,
   * `broadcast_elsewhere` if it did and the server listens on no address in the client's network; `network_not_allowed` if the
   * client is in none of the networks of the option `allow`.
   */
  readonly reason: Reason;
  /** The client's address. */
  readonly address: string;
  /** The client's port. */
  readonly port: number;
}

export class BroadcastRequests {
  /** Whether they are answered. */
  readonly areAnswered: boolean;

  /**
   * @param answer takes those that are answered, with the listener to answer from.
   * @param onIgnored receives the others. Must not throw.
   * @throws TypeError when the option `answerBroadcast` is not a boolean.
   */
  constructor(
    answerBroadcast: boolean | undefined,
    private readonly isAllowed: (address: string) => boolean,
    private readonly answer: RequestHandler,
    private readonly onIgnored: (request: IgnoredRequest) => void,
  ) {
    this.areAnswered = checkedBoolean("answerBroadcast", answerBroadcast, false);
  }

  /** @param listener the one in the client's network; undefined if there is none. */
  handle(packet: DataView, length: number, listener: LocalPort | undefined, address: string, port: number): void {
    if (!this.isAllowed(address)) {
      return;
    }
    if (this.areAnswered && listener !== undefined) {
      this.answer(packet, length, listener, address, port);
      return;
    }
    const code = listener === undefined ? "broadcast_elsewhere" : "broadcast";
    const ignored = ignoredRequest(packet, length, code, address, port);
    if (ignored !== undefined) {
      this.onIgnored(ignored);
    }
  }
}

/** Returns undefined for a packet that is not a request. */
export function ignoredRequest(
  packet: DataView,
  length: number,
  code: ReasonCode,
  address: string,
  port: number,
): IgnoredRequest | undefined {
  const asked = requestIn(packet, length);
  return asked === undefined ? undefined : Object.freeze({ ...asked, reason: reasonFor(code), address, port });
}

function requestIn(packet: DataView, length: number): Pick<IgnoredRequest, "name" | "isUpload"> | undefined {
  const opcode = length < HEADER_BYTES ? 0 : packet.getUint16(0);
  if (opcode !== OPCODE_READ_REQUEST && opcode !== OPCODE_WRITE_REQUEST) {
    return undefined;
  }
  let end = OPCODE_BYTES;
  while (end < length && packet.getUint8(end) !== 0) {
    end++;
  }
  const name = readableName(decodeName(packet, OPCODE_BYTES, end));
  return { name, isUpload: opcode === OPCODE_WRITE_REQUEST };
}
