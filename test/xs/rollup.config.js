/**
 * Bundles the programs that run on XS, from what the compiler has made of them. The engine stays outside: XS loads the
 * very file that is shipped, `dist/engine.js`, as a module of its own.
 */
import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { minify } from "terser";

const PROGRAMS = "build/xs/test/xs/programs";
const BUNDLES = "build/xs/programs";
const ENGINE_NAME = "lockstep-tftp/engine";
/** XS finds a module by its absolute path. */
const ENGINE = resolve("dist/engine.js");

function failOnWarning(warning) {
  throw new Error(warning.message);
}

const programs = readdirSync(PROGRAMS)
  .filter((file) => file.endsWith(".js"))
  .map((file) => [basename(file, ".js"), `${PROGRAMS}/${file}`]);

/** Puts the engine into a program. */
const withEngine = { name: "with-engine", resolveId: (name) => (name === ENGINE_NAME ? ENGINE : null) };

function minified(options) {
  return { name: "minified", renderChunk: (code) => minify(code, { module: true, ...options }) };
}

/**
 * Takes out the line breaks and comments, and nothing else. The worker's byte code has a step for each new line, which the
 * byte code of a firmware does not have.
 */
const onOneLine = minified({ compress: false, mangle: false });

function variant(input, name, plugins) {
  return { input, output: { file: `${BUNDLES}/${name}.js`, format: "es" }, plugins, onwarn: failOnWarning };
}

export default [
  {
    input: Object.fromEntries(programs),
    output: { dir: BUNDLES, format: "es", paths: { [ENGINE_NAME]: ENGINE } },
    external: [ENGINE_NAME],
    onwarn: failOnWarning,
  },
  variant(`${PROGRAMS}/steps.js`, "steps-on-one-line", [withEngine, onOneLine]),
  variant(ENGINE, "engine-on-one-line", [onOneLine]),
  variant(ENGINE, "engine-minified", [minified({})]),
];
