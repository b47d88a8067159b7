/** The help on a terminal of 80 columns. */
import { COMMAND_NAMES, COMMANDS, type CommandHelp, type CommandName, PROGRAM } from "./commands.js";
import { type FlagHelp, writtenFlag } from "./flag-help.js";

const COLUMNS = 80;
/** Column at which explanations begin. */
const TEXT_COLUMN = 23;
const INDENT = "  ";
/** Unicode's space between words that stay together. */
const NO_BREAK = "\u00a0";

/** The commands. */
export function overview(): string {
  const commands = COMMAND_NAMES.flatMap((name) => entry(`${name} ${COMMANDS[name].operands}`, COMMANDS[name].summary));
  return [
    `${PROGRAM}: a TFTP server and client`,
    "",
    `Usage: ${PROGRAM} COMMAND [options]`,
    "",
    ...commands,
    ...entry("help [COMMAND]", "print this text, or that of a command; also --help, -h"),
    ...entry("--version, -V", "print the version"),
    "",
    "Examples:",
    `${INDENT}${PROGRAM} serve . --port 6969`,
    `${INDENT}${PROGRAM} get tftp://127.0.0.1:6969/readme.txt`,
    "",
    `For the options of a command: ${PROGRAM} COMMAND --help`,
  ].join("\n");
}

/**
 * The help of a command.
 *
 * @param isFull whether every flag is explained with all that is known of it. Otherwise the text fits a screen.
 */
export function commandHelp(name: CommandName, isFull: boolean): string {
  const command = COMMANDS[name];
  const flags = Object.entries(command.flags).filter(([, flag]) => isFull || !flag.isRare);
  return [
    ...filled(`Usage: ${PROGRAM} ${name} ${command.operands}${flags.length > 0 ? " [options]" : ""}`, COLUMNS),
    "",
    ...filled(command.about, COLUMNS),
    "",
    ...flags.flatMap(([flag, help]) => (isFull ? fullEntry(flag, help) : flagEntry(flag, help, help.summary))),
    ...(isFull && flags.length > 0 ? [""] : []),
    ...entry("--help, -h", helpOfHelp(command, isFull)),
    "",
    "Examples:",
    ...command.examples.map((example) => `${INDENT}${example}`),
    "",
    ...filled(`Exit codes: ${exitCodes(command)}`, COLUMNS, INDENT),
  ].join("\n");
}

function helpOfHelp({ flags }: CommandHelp, isFull: boolean): string {
  if (isFull || Object.keys(flags).length === 0) {
    return "print this text";
  }
  const areSomeRare = Object.values(flags).some(({ isRare }) => isRare);
  return `print this text; --help --all ${areSomeRare ? "has all options" : "says more"}`;
}

/** A code stays beside its meaning. */
function exitCodes({ exitCodes }: CommandHelp): string {
  return Object.entries(exitCodes)
    .map(([code, meaning]) => `${code} ${meaning}`.replaceAll(" ", NO_BREAK))
    .join(", ");
}

function fullEntry(name: string, flag: FlagHelp): string[] {
  const heading = flag.heading === undefined ? [] : ["", `${flag.heading}:`];
  const text = flag.more === undefined ? flag.summary : `${flag.summary}. ${flag.more}`;
  return [...heading, ...flagEntry(name, flag, text)];
}

function flagEntry(name: string, flag: FlagHelp, text: string): string[] {
  return entry(`${writtenFlag(name, flag)}${flag.value === undefined ? "" : ` ${flag.value}`}`, text);
}

/** A term, with its explanation beside it, or below it if the term is long. */
function entry(term: string, text: string): string[] {
  const lines = filled(text, COLUMNS - TEXT_COLUMN);
  const beside = `${INDENT}${term}`.padEnd(TEXT_COLUMN);
  const below = lines.map((line) => `${" ".repeat(TEXT_COLUMN)}${line}`);
  const isLong = beside.length > TEXT_COLUMN || !beside.endsWith(INDENT);
  return isLong ? [beside.trimEnd(), ...below] : [`${beside}${lines[0]}`, ...below.slice(1)];
}

/** Breaks a text between words, but not at {@link NO_BREAK}. */
function filled(text: string, columns: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => each.replaceAll(NO_BREAK, " "));
}
