/** Completion for fish. */
import { COMMAND_NAMES, COMMANDS, type CommandName, type OperandOffers, PROGRAM } from "../commands.js";
import { type CompletedFlag, completedFlags } from "./completed-flags.js";

const START = `complete -c ${PROGRAM}`;
const NO_COMMAND = "-n __fish_use_subcommand";

export function fishCompletion(): string {
  return [
    `# Completion of ${PROGRAM} for fish. To load it: ${PROGRAM} completion fish | source`,
    "",
    // Files are offered where they are asked for only.
    `${START} -f`,
    ...COMMAND_NAMES.map((name) => `${START} ${NO_COMMAND} -a ${name} -d ${quoted(COMMANDS[name].summary)}`),
    `${START} ${NO_COMMAND} -a help -d ${quoted("print the help of a command")}`,
    `${START} ${NO_COMMAND} -s V -l version -d ${quoted("print the version")}`,
    `${START} -s h -l help -d ${quoted("print the help")}`,
    `${START} ${within("help")} -a ${quoted(COMMAND_NAMES.join(" "))}`,
    ...COMMAND_NAMES.flatMap(commandLines),
    "",
  ].join("\n");
}

function within(command: string): string {
  return `-n ${quoted(`__fish_seen_subcommand_from ${command}`)}`;
}

function commandLines(name: CommandName): string[] {
  const command = COMMANDS[name];
  const operands = [...new Set(command.offers)].map((offers) => `${START} ${within(name)} ${action(offers)}`);
  return [...operands, ...completedFlags(command).map((flag) => flagLine(name, flag))];
}

function flagLine(name: CommandName, { written, summary, needsValue, offers = [] }: CompletedFlag): string {
  const value = needsValue ? ` -r ${action(offers)}` : "";
  return `${START} ${within(name)} -l ${written.slice(2)}${value} -d ${quoted(summary)}`;
}

function action(offers: OperandOffers): string {
  switch (offers) {
    case "files":
      return "-F";
    case "folders":
      return "-f -a '(__fish_complete_directories)'";
    case "urls":
      return "-f -a tftp://";
    default:
      return offers.length === 0 ? "-f" : `-f -a ${quoted(offers.join(" "))}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
