import typescript from "@rollup/plugin-typescript";

/** The engine's own bundle: one file, no imports, the same bytes for every host. */
const ENGINE_SOURCE = "/src/index.js";
const ENGINE_BUNDLE = "../engine.js";

function compile(tsconfig) {
  return typescript({ tsconfig, compilerOptions: { noEmit: false, sourceMap: false }, noEmitOnError: true });
}

function failOnWarning(warning) {
  throw new Error(warning.message);
}

export default [
  {
    input: "src/index.ts",
    output: { file: "dist/engine.js", format: "es" },
    plugins: [compile("tsconfig.json")],
    onwarn: failOnWarning,
  },
  {
    input: { index: "hosts/node/index.ts", cli: "hosts/node/cli.ts" },
    output: {
      dir: "dist/node",
      format: "es",
      chunkFileNames: "server.js",
      hoistTransitiveImports: false,
      paths: (id) => (id.endsWith(ENGINE_SOURCE) ? ENGINE_BUNDLE : id),
    },
    external: (id) => id.endsWith(ENGINE_SOURCE) || id.startsWith("node:"),
    plugins: [compile("hosts/node/tsconfig.json")],
    onwarn: failOnWarning,
  },
  {
    input: "hosts/simulated/index.ts",
    output: {
      file: "dist/simulated/index.js",
      format: "es",
      paths: (id) => (id.endsWith(ENGINE_SOURCE) ? ENGINE_BUNDLE : id),
    },
    external: (id) => id.endsWith(ENGINE_SOURCE),
    plugins: [compile("hosts/simulated/tsconfig.json")],
    onwarn: failOnWarning,
  },
];
