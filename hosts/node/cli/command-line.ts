/**
 * The command line: what there is to say, and what was said.
 */

import { parseWords } from "./flags.js";
import { type ClientCommand, isClientKind, parseClientWords } from "./parse-get-put.js";
import { readServeCommand, SERVE_FLAGS, type ServeCommand } from "./parse-serve.js";
import { withStatusPageValue } from "./status-page-flag.js";
import { UsageError } from "./usage-error.js";

export const HELP = `lockstep-tftp: a TFTP server

Usage:
  lockstep-tftp serve DIR [options]
  lockstep-tftp get tftp://HOST[:PORT]/PATH [FILE] [options]
  lockstep-tftp put FILE tftp://HOST[:PORT]/PATH [options]

"lockstep-tftp get --help" tells of the options of get and put.

Serves the files in DIR until it is stopped with Ctrl-C. Without options it
listens on port 69 of every address of this machine, and lets nobody write.

  --config FILE        settings and rules for names; flags go before it, and
                       SIGHUP reads it again (docs/serving.md)

Where it listens:
  --host H             an address or name; can be given several times
                       (default: every address, IPv4 and IPv6)
  --port N             the port for requests (default: 69; ports below 1024
                       need a right, so try 6969)
  --single-port        answer from that port too, instead of one port for each
                       transfer; for networks that translate addresses
  --port-range A-B     take the ports of transfers from this range
  --strict             for a network you do not trust: at most 4 transfers of
                       one address that it has not answered, and at most 200
                       answers a second
  --allow NETWORK      answer only these clients, e.g. 192.168.0.0/24;
                       can be given several times (default: all)

What clients may do:
  --write              put new files
  --overwrite          put new files and replace those that exist
  --write-only         put files but not fetch any; with --write or --overwrite
  --max-size SIZE      largest upload, e.g. 500K, 64M, 2G (default: no limit)
  --ignore-case        find "Boot/BCD" when "boot/bcd" is asked for
  --checksums          answer NAME.sha256 with the checksum of NAME

Transfers:
  --max-transfers N    how many at once (default: 1024)
  --max-window N       largest window in blocks, 1 for none (default: 16)
  --timeout TIME       wait before the first repeat, until a round trip has
                       been measured, e.g. 500ms or 2s (default: 300ms)
  --give-up TIME       end a transfer after so long without progress
                       (default: 25s)
  --no-busy-polling    sleep at once when no packet is there, instead of looking
                       for the next one for 50 microseconds
  --grace TIME         when stopped, let transfers run for so long
                       (default: 10s)

What it shows:
  --status-page [ADDRESS:PORT]
                       a page for a browser, and metrics for Prometheus
                       (at 127.0.0.1:8069 if no place is given)
  --log FORMAT         live: lines, and progress below them, on a terminal;
                       text: lines; json: lines for programs
                       (default: live on a terminal, else text)
  --log-level LEVEL    error, warn, info or debug (default: info)

  --help, -h           this text
  --version, -V        the version

Fetch a file:  lockstep-tftp get tftp://127.0.0.1:6969/readme.txt
`;

export type Command = ServeCommand | ClientCommand | { readonly kind: "help" | "client-help" | "version" };

/**
 * @throws UsageError when the words make no command.
 */
export async function readCommandLine(words: readonly string[]): Promise<Command> {
  const [first, ...others] = words;
  return isClientKind(first) ? (parseClientWords(first, others) ?? { kind: "client-help" }) : readServerWords(words);
}

async function readServerWords(words: readonly string[]): Promise<Command> {
  const { values, others, asksForHelp, asksForVersion } = parseWords(withStatusPageValue(words), SERVE_FLAGS);
  if (asksForVersion) {
    return { kind: "version" };
  }
  if (asksForHelp || words.length === 0 || others[0] === "help") {
    return { kind: "help" };
  }
  const [command, root, ...rest] = others;
  if (command !== "serve") {
    throw new UsageError(`"${command ?? ""}" is no command; there are: serve DIR, get URL, put FILE URL`);
  }
  if (rest.length > 0) {
    throw new UsageError(`serve takes one folder; "${rest[0]}" is one too many`);
  }
  return readServeCommand(values, root);
}
