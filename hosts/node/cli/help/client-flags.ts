/** Explanations of the flags of `get` and `put`. */
import type { GET_FLAGS, PUT_FLAGS } from "../get-put-flags.js";
import type { FlagHelp } from "./flag-help.js";

export const PUT_FLAG_HELPS: Readonly<Record<keyof typeof PUT_FLAGS, FlagHelp>> = {
  wait: {
    summary: "ask every second until the server answers",
    more: "For a device that you are about to switch on.",
  },
  options: {
    summary: "send a plain request of RFC 1350",
    more: "For devices that understand no options.",
    isOnByDefault: true,
  },
  windowsize: {
    value: "N",
    summary: "blocks per acknowledgement, 1 to 16384 (default: 1)",
    more: "Transfers are faster with windows, if the server supports them (RFC 7440).",
  },
  blksize: { value: "N", summary: "bytes per block, 8 to 512 (default: 512)", more: "See RFC 2348." },
  timeout: {
    value: "N",
    summary: "seconds before both sides repeat (default: measured)",
    more: "From 1 to 255 (RFC 2349). The default follows the round trip that is measured.",
  },
  "min-interval": {
    value: "TIME",
    summary: "shortest wait before a repeat (default: 250ms)",
    more: "Use a longer one, such as 1s, for devices that pause for long and get blocks twice.",
  },
  "give-up": {
    value: "TIME",
    summary: "end the transfer without progress (default: 25s)",
    more: "A TIME is a number with ms, s or m, and without them of seconds.",
  },
  netascii: { summary: "translate line ends, for text files" },
  quiet: { summary: "print no progress, and nothing on success" },
};

export const GET_FLAG_HELPS: Readonly<Record<keyof typeof GET_FLAGS, FlagHelp>> = {
  ...PUT_FLAG_HELPS,
  "max-size": { value: "SIZE", summary: "largest file to fetch, e.g. 64M (default: no limit)" },
};
