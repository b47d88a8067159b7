/** Applies rules to names, without a server. */
import assert from "node:assert/strict";
import { type NameRule, NameRules } from "lockstep-tftp";

export const CLIENT = "192.0.2.7";

export function namesFor(rules: readonly NameRule[], name: string, address = CLIENT, isUpload = false) {
  return new NameRules(rules).namesFor(name, address, isUpload);
}

/** The one name that a rule makes, or "refused"; the name itself if the rule does not apply. */
export function mapName(rule: NameRule, name: string, address = CLIENT, isUpload = false): string {
  const [mapped, ...more] = namesFor([rule], name, address, isUpload);
  assert.deepEqual(more, []);
  return mapped ?? "refused";
}
