/** Keeps requests of a server for storages that answer later, and ACKs for files that still grow. */
import { HeldRequests } from "../../common/later/held-requests.js";
import { PacedTransfers } from "../../common/later/paced-transfers.js";
import { now } from "../clock.js";
import type { RequestHandler } from "../udp/broadcast-requests.js";
import type { TransferReceiver } from "../udp/transfer-ports.js";

/**
 * @param request hands a request to the engine, if the client is still allowed.
 * @param resumeCommits has the engine ask again for pending commits.
 */
export function heldRequests(request: RequestHandler, resumeCommits: () => void): HeldRequests {
  return new HeldRequests({
    resumeCommits,
    request: (packet, length, listener, address, port) => request(packet, length, listener, address as string, port),
    now,
    lookAfter,
    whenSettled(promise, settled) {
      promise.then(
        (value) => settled({ isRejected: false, value }),
        (value: unknown) => settled({ isRejected: true, value }),
      );
    },
  });
}

/**
 * @param request hands a datagram of a listening port to the engine, if the client is still allowed.
 * @param receive hands one of a transfer's port to it.
 */
export function pacedTransfers(request: RequestHandler, receive: TransferReceiver["receive"]): PacedTransfers {
  return new PacedTransfers({
    request: (packet, length, listener, address, port) => request(packet, length, listener, address as string, port),
    receive: (packet, length, slot, address, port) => receive(packet, length, slot, address as string, port),
    now,
    lookAfter,
  });
}

function lookAfter(delayMs: number, look: () => void): void {
  setTimeout(look, delayMs).unref();
}
