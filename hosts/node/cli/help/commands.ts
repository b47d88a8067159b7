/** The commands with their explanations. */
import { GET_FLAG_HELPS, PUT_FLAG_HELPS } from "./client-flags.js";
import type { FlagHelps } from "./flag-help.js";
import { SERVE_FLAG_HELPS } from "./serve-flags.js";

export const PROGRAM = "lockstep-tftp";

export type CommandName = "serve" | "get" | "put" | "completion";

/** A shell that can complete command lines. */
export type Shell = "bash" | "zsh" | "fish";

export const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

/** What a shell offers for an operand. */
export type OperandOffers = "files" | "folders" | "urls" | readonly string[];

export interface CommandHelp {
  readonly operands: string;
  readonly summary: string;
  readonly about: string;
  readonly flags: FlagHelps;
  /** Command lines. */
  readonly examples: readonly string[];
  /** Meanings of the exit codes, by number. */
  readonly exitCodes: Readonly<Record<number, string>>;
  /** What a shell offers, operand by operand. */
  readonly offers: readonly OperandOffers[];
}

const URL_OPERAND = "tftp://HOST[:PORT]/PATH";

const TRANSFER_EXIT_CODES = {
  0: "done",
  1: "wrong usage",
  3: "no response",
  4: "refused",
  5: "protocol violated",
  6: "local file",
  7: "no way to the server",
  130: "interrupted",
} as const;

export const COMMANDS: Readonly<Record<CommandName, CommandHelp>> = {
  serve: {
    operands: "DIR",
    summary: "serve the files in a folder",
    about:
      "Serves the files in DIR until Ctrl-C. By default it listens on port 69 of every address of this machine, and no " +
      "client may write.",
    flags: SERVE_FLAG_HELPS,
    examples: ["lockstep-tftp serve . --port 6969", "lockstep-tftp serve backups --write --write-only --max-size 1M"],
    exitCodes: { 0: "stopped", 1: "wrong usage, or the server could not start" },
    offers: ["folders"],
  },
  get: {
    operands: `${URL_OPERAND} [FILE]`,
    summary: "fetch a file from a server",
    about:
      'Fetches a file. FILE is a file, a folder, or "-" for standard output; without it, the file gets the last name of PATH. ' +
      "It appears once it is complete.",
    flags: GET_FLAG_HELPS,
    examples: [
      "lockstep-tftp get tftp://192.168.1.1/config.txt backups/",
      "lockstep-tftp get tftp://192.168.1.1/config.txt - | less",
    ],
    exitCodes: { ...TRANSFER_EXIT_CODES, 2: "no such file" },
    offers: ["urls", "files"],
  },
  put: {
    operands: `FILE ${URL_OPERAND}`,
    summary: "put a file to a server",
    about: 'Puts a file. FILE is a file, or "-" for standard input.',
    flags: PUT_FLAG_HELPS,
    examples: [
      "lockstep-tftp put firmware.img tftp://192.168.1.1/firmware.img --wait",
      "tar c settings | lockstep-tftp put - tftp://192.168.1.1/settings.tar",
    ],
    exitCodes: { ...TRANSFER_EXIT_CODES, 2: "no such folder", 8: "sent, but not confirmed" },
    offers: ["files", "urls"],
  },
  completion: {
    operands: SHELLS.join("|"),
    summary: "print the completion for a shell",
    about:
      "Prints a script that completes commands, flags and files. Load it where the shell starts: in ~/.bashrc, in ~/.zshrc " +
      "after compinit, or in ~/.config/fish/config.fish.",
    flags: {},
    examples: ["source <(lockstep-tftp completion bash)", "lockstep-tftp completion fish | source"],
    exitCodes: { 0: "done", 1: "wrong usage" },
    offers: [SHELLS],
  },
};

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];
