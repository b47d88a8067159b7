/** What a client is told when an upstream has failed, and the reason for the owner of the server. */
import { DISK_FULL, EXISTS, FAILED, FORBIDDEN, NOT_FOUND, type Refusal } from "../../../src/index.js";
import { printable } from "../../common/printable.js";
import { refuseFor } from "../../common/reasons.js";
import type { UpstreamFailureLike } from "./upstream-options.js";

const REFUSALS: Readonly<Record<UpstreamFailureLike["outcome"], Refusal>> = {
  not_found: NOT_FOUND,
  forbidden: FORBIDDEN,
  exists: EXISTS,
  too_large: DISK_FULL,
  failed: FAILED,
};

/** @throws `error` if it is no failure of the upstream. */
export function refuseFailed(error: unknown): Refusal {
  const { outcome, code, message } = error as Partial<UpstreamFailureLike>;
  if (outcome === undefined || code === undefined) {
    throw error;
  }
  return refuseFor(REFUSALS[outcome], code, `: ${printable(message ?? "")}`);
}
