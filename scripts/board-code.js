/**
 * Makes the code of a board's modules smaller. XS keeps each constant of a module in a slot of memory, with another in every
 * function that uses it, so small numbers take the place of their names. Nothing else is renamed or shortened: whoever debugs
 * finds the names of classes, functions, properties and variables.
 */
import { minify } from "terser";

/**
 * Stands for a function while Terser runs, so that a text with a name keeps it: in code that runs from flash, XS copies a literal
 * into memory whenever it is evaluated.
 */
const NAMED = "textWithName";
const TEXT_CONSTANT = /^(\s*const [\w$]+ = )("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*');$/gm;
const NAMED_TEXT = new RegExp(`\\b${NAMED}\\(("(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*')\\)`, "g");

const OPTIONS = {
  module: true,
  mangle: false,
  compress: {
    // The other transformations make short text, but longer byte code, or a closure at each call.
    defaults: false,
    module: true,
    collapse_vars: true,
    evaluate: true,
    pure_funcs: [NAMED],
    reduce_vars: true,
    unused: true,
    passes: 2,
  },
  format: { beautify: true, braces: true, indent_level: 2 },
};

/** Returns a module's code with numbers in place of the names of constants. */
export async function compact(code) {
  const { code: compacted } = await minify(code.replace(TEXT_CONSTANT, `$1${NAMED}($2);`), structuredClone(OPTIONS));
  return `${compacted.replace(NAMED_TEXT, "$1")}\n`;
}

/** The same for Rollup. */
export const boardCode = { name: "board-code", renderChunk: compact };
