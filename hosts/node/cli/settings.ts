/** Settings of `serve`. The command line and the configuration file share their names. */
import type { FlagKinds, FlagValues } from "./flags.js";

export const SETTING_KINDS = {
  host: "texts",
  port: "text",
  "single-port": "switch",
  "port-range": "text",
  "answer-broadcast": "switch",
  strict: "switch",
  allow: "texts",
  write: "switch",
  overwrite: "switch",
  "write-only": "switch",
  "max-size": "text",
  "ignore-case": "switch",
  checksums: "switch",
  "links-into": "texts",
  "max-transfers": "text",
  "max-window-size": "text",
  "initial-interval": "text",
  "min-interval": "text",
  "give-up": "text",
  "busy-polling": "switch",
  processes: "text",
  "status-page": "text",
  http: "switch",
  dhcp: "text",
  "boot-file": "text",
  grace: "text",
  log: "text",
  "log-level": "text",
} as const satisfies FlagKinds;

/** Settings that were called otherwise before: an error message suggests the current name. */
export const FORMER_NAMES: Readonly<Record<string, SettingName>> = {
  "max-window": "max-window-size",
  timeout: "initial-interval",
};

export type SettingKinds = typeof SETTING_KINDS;
export type SettingName = keyof SettingKinds;
export type SettingValues = FlagValues<SettingKinds>;

export const SETTING_NAMES = Object.keys(SETTING_KINDS) as readonly SettingName[];
