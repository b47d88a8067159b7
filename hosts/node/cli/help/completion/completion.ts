import type { Shell } from "../commands.js";
import { bashCompletion } from "./bash.js";
import { fishCompletion } from "./fish.js";
import { zshCompletion } from "./zsh.js";

const COMPLETIONS: Readonly<Record<Shell, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** The script that a shell loads to complete command lines. */
export function completion(shell: Shell): string {
  return COMPLETIONS[shell]();
}
