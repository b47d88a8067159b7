import { readFileSync } from "node:fs";
import path from "node:path";
import typescript from "@rollup/plugin-typescript";
import { dts } from "rollup-plugin-dts";
import { minify } from "terser";
import { boardCode } from "./scripts/board-code.js";
import { PUBLISHED } from "./scripts/published.js";
import { makePage, PAGE_MODULE, pageModule } from "./scripts/status-page.js";

/** Packages that the command line loads, and those that an upstream loads when it is asked for; the library loads none else. */
const { dependencies, optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8"));

/** The doors of the engines, by the ends of their sources' paths. */
const ENGINE_SOURCE = "/src/index.js";
const ENGINE_BUNDLE = "../engine.js";
const CLIENT_SOURCE = "/src/client/index.js";
const CLIENT_BUNDLE = "../engine/client.js";
const DHCP_SOURCE = "/src/dhcp/index.js";
const DHCP_BUNDLE = "../dhcp.js";

const ENGINE_BUNDLES = {
  [ENGINE_SOURCE]: ENGINE_BUNDLE,
  [CLIENT_SOURCE]: CLIENT_BUNDLE,
  [DHCP_SOURCE]: DHCP_BUNDLE,
};
/** Modules of the Node host that few programs load, in bundles apart. The last two import packages that are ES modules. */
const APART = {
  "/upstream/upstream.js": "./upstream.js",
  "/live/live-output.js": "./live-output.js",
  "/run-get-put.js": "./run-get-put.js",
};
const apartSource = (id) => Object.keys(APART).find((source) => id.endsWith(source));

const engineSource = (id) => Object.keys(ENGINE_BUNDLES).find((source) => id.endsWith(source));
const isEngineBundle = (id) => engineSource(id) !== undefined;
/** Path by which published bundles import the engine. */
const toEngineBundle = (id) => ENGINE_BUNDLES[engineSource(id)] ?? id;

/** The modules of a board, as its manifests name them, by the ends of their sources' paths. */
const BOARD_MODULES = {
  [ENGINE_SOURCE]: "lockstep-tftp/engine",
  [CLIENT_SOURCE]: "lockstep-tftp/engine/client",
  [DHCP_SOURCE]: "lockstep-tftp/dhcp",
  "/dhcp-server.js": "lockstep-tftp/dhcp-server",
  "/server.js": "lockstep-tftp/server",
  "/storage/index.js": "lockstep-tftp/storage",
  "/start.js": "lockstep-tftp/firmware",
};

/**
 * Emits all sources as JavaScript when the first bundle starts; later bundles take theirs from that. It does not check
 * types, which `tsc --build` does once, room by room.
 */
function compileOnce() {
  const plugin = typescript({ tsconfig: "tsconfig.bundles.json", noEmitOnError: true });
  let isCompiled = false;
  return {
    ...plugin,
    buildStart(options) {
      if (!isCompiled) {
        isCompiled = true;
        plugin.buildStart.call(this, options);
      }
    },
  };
}

const compiled = compileOnce();

function failOnWarning(warning) {
  throw new Error(warning.message);
}

/** Imports of a board's module: another module of the board, one of the SDK, or part of the same bundle. */
const boardModules = {
  name: "board-modules",
  resolveId(id, importer) {
    const source = Object.keys(BOARD_MODULES).find((end) => id.endsWith(end));
    return importer === undefined || source === undefined ? null : { id: BOARD_MODULES[source], external: true };
  },
};

/** Bundles the library, or a part of the command line that is an ES module. */
function nodeBundle(input) {
  return {
    input,
    output: {
      dir: "dist/node",
      format: "es",
      chunkFileNames: "[name].js",
      hoistTransitiveImports: false,
      paths: (id) => APART[apartSource(id)] ?? toEngineBundle(id),
    },
    external: (id, importer) => isEngineBundle(id) || isExternalOnNode(id, importer),
    plugins: [pageModule, compiled],
    onwarn: failOnWarning,
  };
}

function isExternalOnNode(id, importer) {
  return (
    (importer !== undefined && apartSource(id) !== undefined) ||
    id.startsWith("node:") ||
    Object.hasOwn(dependencies, id) ||
    Object.hasOwn(optionalDependencies, id)
  );
}

/** Takes the engines into a bundle as they were built for all. */
const builtEngines = {
  name: "built-engines",
  resolveId(id, importer) {
    return importer === undefined || !isEngineBundle(id) ? null : path.resolve("dist/node", toEngineBundle(id));
  },
};

/** Where a CommonJS bundle lies. */
const commonUrl = {
  name: "common-url",
  resolveImportMeta: (property) => (property === "url" ? 'require("node:url").pathToFileURL(__filename).href' : null),
};

/**
 * Removes indentation, and writes characters beyond ASCII as escapes: with one of these, V8 keeps the text of a whole file with
 * two bytes for each character. All names, and the lines of statements, stay for stack traces.
 */
const flatCode = {
  name: "flat-code",
  async renderChunk(code) {
    const { code: flat } = await minify(code, {
      mangle: false,
      compress: false,
      format: { beautify: true, indent_level: 0, ascii_only: true },
    });
    return `${flat}\n`;
  },
};

/**
 * Bundles the command line, as CommonJS for the sake of its start: an ES module that imports one of Node's modules evaluates
 * everything which that exports, and so makes Node load and compile half of its library. Each loaded file costs a millisecond:
 * a server loads two, and less common code is loaded on demand.
 */
const commandBundle = {
  input: { cli: "hosts/node/cli/cli.ts" },
  preserveEntrySignatures: false,
  output: {
    dir: "dist/node",
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
    paths: (id) => APART[apartSource(id)] ?? id,
  },
  external: isExternalOnNode,
  plugins: [builtEngines, commonUrl, pageModule, compiled, flatCode],
  onwarn: failOnWarning,
};

/** Bundles modules of a board that share no source, each into one file. */
function boardBundles(input) {
  return {
    input,
    output: {
      dir: "dist/moddable",
      format: "es",
      chunkFileNames() {
        throw new Error(
          "Modules of a board share a source: bundle them apart, or add a module for it to the manifests",
        );
      },
    },
    external: (id, importer) => importer !== undefined && !/^[./]/.test(id) && id !== PAGE_MODULE,
    plugins: [boardModules, pageModule, compiled, boardCode],
    onwarn: failOnWarning,
  };
}

/** Bundles the declarations of a bundle, for TypeScript and the reference, into one file beside it. */
function declarations({ name, about, input, file, types = "" }) {
  return {
    input: `dist/types/${input}`,
    output: {
      file,
      format: "es",
      paths: toEngineBundle,
      banner: `${types}/**\n * ${about}\n *\n * @module ${name}\n */`,
    },
    external: (id, importer) => importer !== undefined && (isEngineBundle(id) || id.startsWith("node:")),
    plugins: [dts()],
    onwarn: failOnWarning,
  };
}

/** Need the declarations of the rooms in `dist/types`. */
export const declarationBundles = PUBLISHED.map(declarations);

export const codeBundles = [
  // One build of both doors: what they share goes into `core.js`, which only they import. The files lie as a board names its
  // modules (`lockstep-tftp/engine`, `lockstep-tftp/engine/client`, `lockstep-tftp/core`), so that the same bytes find each
  // other by relative paths everywhere.
  {
    input: { engine: "src/index.ts", "engine/client": "src/client/index.ts" },
    output: { dir: "dist", format: "es", chunkFileNames: "core.js", minifyInternalExports: false },
    plugins: [compiled, boardCode],
    onwarn: failOnWarning,
  },
  // A build apart, which shares nothing with those: who only serves files carries none of it.
  {
    input: "src/dhcp/index.ts",
    output: { file: "dist/dhcp.js", format: "es" },
    plugins: [compiled, boardCode],
    onwarn: failOnWarning,
  },
  {
    input: "hosts/status/page/main.ts",
    output: { dir: "dist/status", format: "iife" },
    plugins: [compiled, makePage],
    onwarn: failOnWarning,
  },
  nodeBundle({ index: "hosts/node/index.ts" }),
  // Apart, so that programs which only serve files do not load it.
  nodeBundle({ "dhcp-server": "hosts/node/dhcp/index.ts" }),
  nodeBundle({ upstream: "hosts/node/upstream/upstream.ts" }),
  nodeBundle({ "live-output": "hosts/node/cli/live/live-output.ts" }),
  nodeBundle({ "run-get-put": "hosts/node/cli/run-get-put.ts" }),
  commandBundle,
  // For the build alone, which writes the manual page with it.
  {
    input: "hosts/node/cli/help/manual-page.ts",
    output: { file: "build/manual-page.js", format: "es" },
    plugins: [compiled],
    onwarn: failOnWarning,
  },
  {
    input: "hosts/simulated/index.ts",
    output: {
      file: "dist/simulated/index.js",
      format: "es",
      paths: toEngineBundle,
    },
    external: isEngineBundle,
    plugins: [compiled],
    onwarn: failOnWarning,
  },
  boardBundles({
    index: "hosts/moddable/index.ts",
    server: "hosts/moddable/server.ts",
    storage: "hosts/moddable/storage/index.ts",
    firmware: "hosts/moddable/firmware/start.ts",
    main: "hosts/moddable/firmware/main.ts",
    "board-simulator": "hosts/moddable/firmware/board-simulator.ts",
  }),
  boardBundles({ client: "hosts/moddable/client.ts" }),
  boardBundles({ templates: "hosts/moddable/templates.ts" }),
  boardBundles({ "dhcp-server": "hosts/moddable/dhcp-server.ts" }),
  boardBundles({ "firmware-dhcp": "hosts/moddable/firmware/boot-network.ts" }),
  boardBundles({ "status-page": "hosts/moddable/status/status-page.ts" }),
  boardBundles({ "board-wifi": "hosts/moddable/firmware/board-wifi.ts" }),
  boardBundles({ "board-ethernet": "hosts/moddable/firmware/board-ethernet.ts" }),
  {
    input: "hosts/moddable/command/add-files.ts",
    output: { file: "dist/command/add-files.js", format: "es" },
    external: (id) => id.startsWith("node:"),
    plugins: [compiled],
    onwarn: failOnWarning,
  },
];
