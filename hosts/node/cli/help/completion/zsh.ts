/** Completion for zsh. */
import { COMMAND_NAMES, COMMANDS, type CommandName, type OperandOffers, PROGRAM } from "../commands.js";
import { type CompletedFlag, completedFlags } from "./completed-flags.js";

export function zshCompletion(): string {
  return `#compdef ${PROGRAM}
# Completion of ${PROGRAM} for zsh. To load it: source <(${PROGRAM} completion zsh), after compinit

_lockstep_tftp_url() {
  compadd -S "" -- tftp://
}

_lockstep_tftp() {
  local curcontext="$curcontext" state
  local -a line commands=(
${COMMAND_NAMES.map((name) => `    ${quoted(`${name}:${COMMANDS[name].summary}`)}`).join("\n")}
    "help:print the help of a command"
  )
  _arguments -C \\
    "(- *)"{-h,--help}"[print the help]" \\
    "(- *)"{-V,--version}"[print the version]" \\
    "1:command:->command" \\
    "*::argument:->argument" && return
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${COMMAND_NAMES.map(argumentsCase).join("\n")}
        help) _arguments ${quoted(`1:command:(${COMMAND_NAMES.join(" ")})`)} ;;
      esac
      ;;
  esac
}

# A file in the path of functions is the function; a file that is loaded defines it.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _lockstep_tftp "$@"
else
  compdef _lockstep_tftp ${PROGRAM}
fi
`;
}

function argumentsCase(name: CommandName): string {
  const command = COMMANDS[name];
  const specs = [
    ...completedFlags(command).map(flagSpec),
    quoted("(-h --help)--help[print the help]"),
    ...command.offers.map((offers, index) => quoted(`${index + 1}:${nameOf(offers)}:${action(offers)}`)),
  ];
  return `        ${name})\n          _arguments ${specs.join(" \\\n            ")}\n          ;;`;
}

/** \`*\` lets a flag be given again. The summary must not end its brackets early. */
function flagSpec({ written, summary, value, needsValue, offers = [] }: CompletedFlag): string {
  const text = summary.replaceAll(/[[\]]/g, "\\$&");
  const argument = value === undefined ? "" : `${needsValue ? "" : ":"}:${escaped(value)}:${action(offers)}`;
  return quoted(`*${written}${needsValue ? "=" : ""}[${text}]${argument}`);
}

/** A colon would end the name of a value. */
function escaped(value: string): string {
  return value.replaceAll(/[:[\]]/g, "\\$&");
}

function nameOf(offers: OperandOffers): string {
  return typeof offers === "string" ? offers.replace(/s$/, "") : "word";
}

function action(offers: OperandOffers): string {
  switch (offers) {
    case "files":
      return "_files";
    case "folders":
      return "_files -/";
    case "urls":
      return "_lockstep_tftp_url";
    default:
      return offers.length === 0 ? " " : `(${offers.join(" ")})`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
