/** Arguments of `add-files`. */
import { parseArgs } from "node:util";
import { checkedFlashSize, type FlashSize } from "./flash.js";
import { UserError } from "./user-error.js";

export interface Options {
  readonly folder: string;
  readonly flash: FlashSize;
  readonly to: string;
  readonly isQuiet: boolean;
}

const VALUES = ["flash", "to"];
const SWITCHES = ["quiet"];

/**
 * @returns undefined if the usage is asked for.
 * @throws UserError for an argument that is unknown, missing or too much.
 */
export function parseOptions(words: string[]): Options | undefined {
  const { tokens } = parseArgs({
    args: words,
    allowPositionals: true,
    // Node's own error messages are written for programmers.
    strict: false,
    tokens: true,
    options: {
      flash: { type: "string" },
      to: { type: "string" },
      quiet: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const values = new Map<string, string>();
  const folders: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      folders.push(token.value);
    } else if (token.kind === "option" && token.name === "help") {
      return undefined;
    } else if (token.kind === "option") {
      values.set(token.name, checkedValue(token));
    }
  }
  const [folder, excess] = folders;
  if (excess !== undefined) {
    throw new UserError(`unexpected argument "${excess}"; add-files takes one folder`);
  }
  return folder === undefined
    ? missingFolder(values.size > 0)
    : {
        folder,
        flash: checkedFlashSize(values.get("flash") ?? "4MB"),
        to: values.get("to") ?? "firmware",
        isQuiet: values.has("quiet"),
      };
}

/** Without any argument the command shows its usage. */
function missingFolder(hasOptions: boolean): undefined {
  if (hasOptions) {
    throw new UserError("Name the folder whose files go into the firmware; --help shows how");
  }
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkedValue({ name, rawName, value, inlineValue }: OptionToken): string {
  if (SWITCHES.includes(name)) {
    if (value !== undefined) {
      throw new UserError(`${rawName} takes no value; leave out "=${value}"`);
    }
    return "";
  }
  if (!VALUES.includes(name)) {
    throw new UserError(`unknown option "${rawName}"; add-files takes --flash, --to, --quiet and --help`);
  }
  if (value === undefined || value === "") {
    throw new UserError(`${rawName} needs a value`);
  }
  if (value.startsWith("-") && !inlineValue) {
    throw new UserError(
      `${rawName} needs a value, and "${value}" is an option; write ${rawName}=${value} if you mean it`,
    );
  }
  return value;
}
