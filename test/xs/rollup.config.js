/**
 * Bundles the programs that run on XS, from what the compiler has made of them. The engine stays outside: XS loads the
 * very file that is shipped, `dist/engine.js`, as a module of its own. So does the client's file, but for the name by
 * which it imports the engine: XS finds modules by their paths.
 */
import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { minify } from "terser";

const PROGRAMS = "build/xs/test/xs/programs";
const BUNDLES = "build/xs/programs";
const ENGINE_NAME = "lockstep-tftp/engine";
const CLIENT_NAME = "lockstep-tftp/engine/client";
const ENGINE = resolve("dist/engine.js");
const CLIENT = resolve("dist/client.js");
const CLIENT_ON_XS = resolve(BUNDLES, "client.js");

function failOnWarning(warning) {
  throw new Error(warning.message);
}

const programs = readdirSync(PROGRAMS)
  .filter((file) => file.endsWith(".js"))
  .map((file) => [basename(file, ".js"), `${PROGRAMS}/${file}`]);

/** Puts the engine and its client into a program. */
const INCLUDED = { [ENGINE_NAME]: ENGINE, [CLIENT_NAME]: CLIENT };
const withEngine = { name: "with-engine", resolveId: (name) => INCLUDED[name] ?? null };
/** Test cases take their model of netascii from the simulated host. */
const withSimulated = {
  name: "with-simulated",
  resolveId: (name) => (name === "lockstep-tftp/simulated" ? resolve("dist/simulated/index.js") : null),
};

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
    output: { dir: BUNDLES, format: "es", paths: { [ENGINE_NAME]: ENGINE, [CLIENT_NAME]: CLIENT_ON_XS } },
    external: [ENGINE_NAME, CLIENT_NAME],
    plugins: [withSimulated],
    onwarn: failOnWarning,
  },
  {
    input: CLIENT,
    output: { file: CLIENT_ON_XS, format: "es", paths: { [ENGINE_NAME]: ENGINE } },
    external: [ENGINE_NAME],
    onwarn: failOnWarning,
  },
  variant(`${PROGRAMS}/steps.js`, "steps-on-one-line", [withEngine, onOneLine]),
  variant(ENGINE, "engine-on-one-line", [onOneLine]),
  variant(ENGINE, "engine-minified", [minified({})]),
];
