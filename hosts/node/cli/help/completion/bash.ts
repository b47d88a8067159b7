/** Completion for bash, from version 3.2 on, which macOS has. */
import { COMMAND_NAMES, COMMANDS, type CommandName, type OperandOffers, PROGRAM } from "../commands.js";
import { completedFlags } from "./completed-flags.js";

const GENERAL = ["help", "--help", "--version"];
const URL_START = "tftp://";

export function bashCompletion(): string {
  return `# Completion of ${PROGRAM} for bash. To load it: source <(${PROGRAM} completion bash)

# Offers words; a list that is empty offers nothing.
_lockstep_tftp_words() {
  compopt +o default 2>/dev/null
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}

# Offers files, which bash does for an empty answer.
_lockstep_tftp_files() {
  COMPREPLY=()
}

_lockstep_tftp_folders() {
  compopt -o dirnames +o default 2>/dev/null
}

_lockstep_tftp_url() {
  compopt -o nospace 2>/dev/null
  _lockstep_tftp_words "${URL_START}"
}

_lockstep_tftp() {
  local word=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]}
  local command=\${COMP_WORDS[1]} operand=0 index
  COMPREPLY=()
  # bash splits --flag=value at the sign.
  if [[ $word == "=" ]]; then
    word=
  elif [[ $flag == "=" ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)); then
    _lockstep_tftp_words "${[...COMMAND_NAMES, ...GENERAL].join(" ")}"
    return
  fi
  case "$command $flag" in
${COMMAND_NAMES.flatMap(valueCases).join("\n")}
  esac
  if [[ $word == -* ]]; then
    case "$command" in
${COMMAND_NAMES.map(flagsCase).join("\n")}
    esac
    return
  fi
  # Values of flags are not operands, and bash splits addresses and URLs at their colons.
  for ((index = 2; index < COMP_CWORD; index++)); do
    case "$command \${COMP_WORDS[index]}" in
${indented(valueFlagCases(), 6)}
      *" :"*) ((index++)) ;;
      *" -"?*) ;;
      *) ((operand++)) ;;
    esac
  done
  case "$command $operand" in
${COMMAND_NAMES.flatMap(operandCases).join("\n")}
    "help 0") _lockstep_tftp_words "${COMMAND_NAMES.join(" ")}" ;;
    *) _lockstep_tftp_words "" ;;
  esac
}

complete -o default -F _lockstep_tftp ${PROGRAM}
`;
}

function indented(lines: readonly string[], columns: number): string {
  return lines.map((line) => `${" ".repeat(columns)}${line}`).join("\n");
}

function valueCases(name: CommandName): string[] {
  return completedFlags(COMMANDS[name])
    .filter(({ needsValue }) => needsValue)
    .map(({ written, offers = [] }) => `    "${name} ${written}") ${action(offers)}; return ;;`);
}

/** Skips the value of a flag, and the sign between them. */
function valueFlagCases(): string[] {
  const patterns = COMMAND_NAMES.flatMap((name) =>
    completedFlags(COMMANDS[name])
      .filter(({ needsValue }) => needsValue)
      .map(({ written }) => `"${name} ${written}"`),
  );
  return [
    `${patterns.join(" | ")})`,
    `  [[ \${COMP_WORDS[index + 1]} == "=" ]] && ((index++))`,
    "  ((index++))",
    `  [[ \${COMP_WORDS[index]} == ":"* ]] && ((index++))`,
    "  ;;",
  ];
}

function flagsCase(name: CommandName): string {
  const flags = completedFlags(COMMANDS[name]).map(({ written }) => written);
  return `      ${name}) _lockstep_tftp_words "${[...flags, "--help"].join(" ")}" ;;`;
}

function operandCases(name: CommandName): string[] {
  return COMMANDS[name].offers.map((offers, index) => `    "${name} ${index}") ${action(offers)} ;;`);
}

function action(offers: OperandOffers): string {
  switch (offers) {
    case "files":
      return "_lockstep_tftp_files";
    case "folders":
      return "_lockstep_tftp_folders";
    case "urls":
      return "_lockstep_tftp_url";
    default:
      return `_lockstep_tftp_words "${offers.join(" ")}"`;
  }
}
