/** The manual page, in the macros of man(7). The build writes it into the package. */
import { COMMAND_NAMES, COMMANDS, type CommandHelp, type CommandName, PROGRAM } from "./commands.js";
import { type FlagHelp, writtenFlag } from "./flag-help.js";

const ABOUT =
  "A TFTP server for a folder of files, and a client that fetches and puts files. Downloads and uploads appear under their " +
  "names only when they are complete.";

/** Variables that a person may set, with their effects. Those of systemd are not among them. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  NO_COLOR: "Turns off colours on a terminal.",
  NODE_DISABLE_COMPILE_CACHE: "Keeps a server from writing its compiled code for the next start.",
  TMPDIR: "Folder for uploads over a file in whose folder the server cannot make files.",
  XDG_CACHE_HOME:
    "Folder of caches, ~/.cache by default. In its folder lockstep-tftp are the compiled code of a server, and files of an upstream.",
};

/** @param version version of the package. */
export function manualPage(version: string): string {
  return `${[
    `.TH ${PROGRAM.toUpperCase()} 1 "" "${PROGRAM} ${version}" "User Commands"`,
    ".SH NAME",
    `${PROGRAM} \\- serve files by TFTP, fetch them and put them`,
    ".SH SYNOPSIS",
    COMMAND_NAMES.map(synopsis).join("\n.br\n"),
    ".SH DESCRIPTION",
    text(ABOUT),
    ...COMMAND_NAMES.flatMap(commandSection),
    ".SH EXIT STATUS",
    ...COMMAND_NAMES.flatMap((name) => [`.SS ${name}`, ...exitCodes(COMMANDS[name])]),
    ".SH EXAMPLES",
    ".EX",
    ...COMMAND_NAMES.flatMap((name) => COMMANDS[name].examples.map(flagText)),
    ".EE",
    ".SH ENVIRONMENT",
    ...Object.entries(ENVIRONMENT).flatMap(([name, effect]) => [".TP", `.B ${name}`, text(effect)]),
  ].join("\n")}\n`;
}

function synopsis(name: CommandName): string {
  const { operands, flags } = COMMANDS[name];
  const options = Object.keys(flags).length > 0 ? " [options]" : "";
  return `.B ${PROGRAM} ${name}\n${text(operands + options)}`;
}

function commandSection(name: CommandName): string[] {
  const { about, flags } = COMMANDS[name];
  return [`.SH ${name.toUpperCase()}`, text(about), ...Object.entries(flags).flatMap(flagEntry)];
}

function flagEntry([name, flag]: [string, FlagHelp]): string[] {
  const heading = flag.heading === undefined ? [] : [`.SS ${flag.heading}`];
  const value = flag.value === undefined ? "" : ` " " "${text(flag.value)}"`;
  const more = flag.more === undefined ? "" : ` ${flag.more}`;
  const summary = flag.summary[0]?.toUpperCase() + flag.summary.slice(1);
  return [...heading, ".TP", `.BI "${flagText(writtenFlag(name, flag))}"${value}`, text(`${summary}.${more}`)];
}

function exitCodes({ exitCodes }: CommandHelp): string[] {
  return Object.entries(exitCodes).flatMap(([code, meaning]) => [".TP", `.B ${code}`, text(meaning)]);
}

/** What a person types: each hyphen can be searched for and copied. */
function flagText(words: string): string {
  return escaped(words).replaceAll("-", "\\-");
}

/** Prose, in which the dashes of flags are typed, too. */
function text(words: string): string {
  return escaped(words).replaceAll(/(?<=\s)--[a-z-]+/g, (flag) => flag.replaceAll("-", "\\-"));
}

/** Escapes backslashes, and a point or apostrophe that would begin a request. */
function escaped(words: string): string {
  return words.replaceAll("\\", "\\e").replace(/^[.']/, "\\&$&");
}
