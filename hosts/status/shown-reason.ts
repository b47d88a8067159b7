/** Reasons of refusals as people see them on the page, which may be open to more people than the log. */
import type { Reason } from "../common/reasons.js";

/** Their texts may name paths outside the served folder. */
const FOR_THE_LOG: readonly string[] = Object.freeze(["failed", "link_leads_out"]);

export function shownReason({ code, text }: Reason): string {
  return FOR_THE_LOG.includes(code) ? nameInWords(code) : text;
}

/** `disk full` for `disk_full`. */
export function nameInWords(name: string): string {
  return name.replaceAll("_", " ");
}
