/** The flags of `get` and `put`. */
import type { FlagKinds } from "./flags.js";

export const PUT_FLAGS = {
  netascii: "switch",
  options: "switch",
  blksize: "text",
  windowsize: "text",
  timeout: "text",
  wait: "switch",
  "min-interval": "text",
  "give-up": "text",
  quiet: "switch",
} as const satisfies FlagKinds;

export const GET_FLAGS = { ...PUT_FLAGS, "max-size": "text" } as const satisfies FlagKinds;
