/** Keeps requests of a server for storages that answer later. */
import { HeldRequests } from "../../common/later/held-requests.js";
import { now } from "../clock.js";
import type { RequestHandler } from "../udp/broadcast-requests.js";

/**
 * @param request hands a request to the engine, if the client is still allowed.
 * @param resumeCommits has the engine ask again for pending commits.
 */
export function heldRequests(request: RequestHandler, resumeCommits: () => void): HeldRequests {
  return new HeldRequests({
    resumeCommits,
    request: (packet, length, listener, address, port) => request(packet, length, listener, address as string, port),
    now,
    lookAfter: (delayMs, look) => void setTimeout(look, delayMs).unref(),
    whenSettled(promise, settled) {
      promise.then(
        (value) => settled({ isRejected: false, value }),
        (value: unknown) => settled({ isRejected: true, value }),
      );
    },
  });
}
