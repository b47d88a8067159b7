/** What the completions of all shells know of a flag. */
import type { CommandHelp } from "../commands.js";
import { type FlagHelp, writtenFlag } from "../flag-help.js";

export interface CompletedFlag {
  /** As people write it, with its dashes. */
  readonly written: string;
  readonly summary: string;
  /** Whether a value must follow. */
  readonly needsValue: boolean;
  /** Name of the value; undefined for a switch. */
  readonly value: string | undefined;
  readonly offers: FlagHelp["offers"];
}

export function completedFlags({ flags }: CommandHelp): CompletedFlag[] {
  return Object.entries(flags).map(([name, flag]) => ({
    written: writtenFlag(name, flag),
    summary: flag.summary,
    needsValue: flag.value !== undefined && !flag.value.startsWith("["),
    value: flag.value,
    offers: flag.offers,
  }));
}
