/** Explanations of the flags of `serve`. */
import { LOG_FORMATS, LOG_LEVELS } from "../log.js";
import type { SERVE_FLAGS } from "../parse-serve.js";
import type { FlagHelp } from "./flag-help.js";

export const SERVE_FLAG_HELPS: Readonly<Record<keyof typeof SERVE_FLAGS, FlagHelp>> = {
  config: {
    value: "FILE",
    summary: "read settings and name rules from FILE",
    more: "Flags override the file, and SIGHUP rereads it. docs/serving.md describes it.",
    offers: "files",
  },
  host: {
    heading: "Where to listen",
    value: "H",
    summary: "address or name to listen on; repeatable (default: all)",
    more: "The default is every address of this machine, IPv4 and IPv6.",
  },
  port: {
    value: "N",
    summary: "port for requests, e.g. 6969 (default: 69)",
    more: "Ports below 1024 need a permission on most systems.",
  },
  "single-port": {
    summary: "answer from the port for requests",
    more: "The default is one port per transfer, which networks that translate addresses may block.",
    isRare: true,
  },
  "port-range": {
    value: "A-B",
    summary: "take the ports of transfers from this range",
    more: "The default is any free port.",
    isRare: true,
  },
  "answer-broadcast": {
    summary: "answer broadcast requests, too",
    more: "The answer comes from this machine's address in the client's network.",
    isRare: true,
  },
  strict: {
    summary: "set limits for an untrusted network",
    more:
      "At most 64 transfers per client address, 4 of them unanswered, and at most 200 answers a second, 50 of them to one " +
      "address.",
    isRare: true,
  },
  allow: { value: "NETWORK", summary: "answer only these clients, e.g. 10.0.0.0/8; repeatable" },
  write: { heading: "What clients may do", summary: "clients may upload new files" },
  overwrite: { summary: "clients may upload new files and replace existing ones" },
  "write-only": {
    summary: "clients may download nothing",
    more: "Needs --write or --overwrite.",
  },
  "max-size": { value: "SIZE", summary: "largest upload, e.g. 500K, 64M, 2G (default: no limit)" },
  "ignore-case": { summary: 'find "Boot/BCD" when a client asks for "boot/bcd"', isRare: true },
  checksums: { summary: "answer NAME.sha256 with the SHA-256 checksum of NAME", isRare: true },
  "links-into": {
    value: "DIR",
    summary: "follow links that lead into this folder; repeatable",
    more: "For downloads only. Without it, links within the served folder are followed, and no others.",
    offers: "folders",
    isRare: true,
  },
  "max-transfers": {
    heading: "Transfers",
    value: "N",
    summary: "transfers at once (default: 1024)",
    isRare: true,
  },
  "max-window-size": {
    value: "N",
    summary: "largest window in blocks (default: 64)",
    more: "1 is for no windows. With --port-range the default is 16, with --single-port 8: their ports are easier to guess.",
    isRare: true,
  },
  "initial-interval": {
    value: "TIME",
    summary: "wait before the first repeat (default: 300ms)",
    more: "It holds until a round trip has been measured.",
    isRare: true,
  },
  "min-interval": {
    value: "TIME",
    summary: "shortest wait before a repeat (default: 250ms)",
    more: "Use a longer one, such as 1s, for devices that pause for long and get blocks twice.",
    isRare: true,
  },
  "give-up": {
    value: "TIME",
    summary: "end a transfer without progress (default: 25s)",
    more: "A TIME is a number with ms, s or m, and without them of seconds.",
    isRare: true,
  },
  "busy-polling": {
    summary: "sleep as soon as no packet is waiting",
    more: "The default is to poll for the next one for 50 microseconds, which makes transfers faster.",
    isOnByDefault: true,
    isRare: true,
  },
  processes: {
    value: "N",
    summary: "serve with N processes, on as many cores (default: 1)",
    more: "Linux, with Node 22.12 or later. The limits are divided among them. Not with --single-port.",
    isRare: true,
  },
  grace: {
    value: "TIME",
    summary: "time for transfers to finish at shutdown (default: 10s)",
    isRare: true,
  },
  dhcp: {
    heading: "A network without DHCP (Linux)",
    value: "FIRST-LAST",
    summary: "give clients these addresses, and tell them this server",
    more:
      "For example 192.168.88.100-192.168.88.150. Needs one --host. Which client is told which file: [dhcp] in the file of " +
      "--config, which docs/boot.md describes.",
    isRare: true,
  },
  "boot-file": {
    value: "FILE",
    summary: "with --dhcp: the file that clients are told to fetch",
    more: "Rules of the table [dhcp] go first.",
    isRare: true,
  },
  "status-page": {
    heading: "Output",
    value: "[ADDRESS:PORT]",
    summary: "serve a page for browsers (default: at 127.0.0.1:8069)",
    more: "It has metrics for Prometheus, too.",
  },
  http: {
    summary: "serve the files over HTTP, too, at /files/ of the page",
    more: "For devices that begin with TFTP and go on with HTTP. Needs --status-page with an address that they reach.",
    isRare: true,
  },
  log: {
    value: "FORMAT",
    summary: "one of live, text, json (default: live on a terminal)",
    more:
      "live: lines, with progress below them, on a terminal. text: lines. json: lines for programs. Without a terminal the " +
      "default is text.",
    offers: LOG_FORMATS,
  },
  "log-level": {
    value: "LEVEL",
    summary: "one of error, warn, info, debug (default: info)",
    offers: LOG_LEVELS,
    isRare: true,
  },
};
