/**
 * Bundles the programs that run on XS from the compiler's output. The engine stays outside: XS loads the very files that
 * are shipped, `dist/engine.js` and `dist/engine/client.js`, and their common `dist/core.js` by its relative path.
 */
import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { minify } from "terser";

const PROGRAMS = "build/xs/test/xs/programs";
const BUNDLES = "build/xs/programs";
const ENGINE_NAME = "lockstep-tftp/engine";
const CLIENT_NAME = "lockstep-tftp/engine/client";
const ENGINE = resolve("dist/engine.js");
const CLIENT = resolve("dist/engine/client.js");
const CORE = resolve("dist/core.js");
const DHCP_NAME = "lockstep-tftp/dhcp";
const DHCP = resolve("dist/dhcp.js");

function failOnWarning(warning) {
  throw new Error(warning.message);
}

const programs = readdirSync(PROGRAMS)
  .filter((file) => file.endsWith(".js"))
  .map((file) => [basename(file, ".js"), `${PROGRAMS}/${file}`]);

/** Puts the engines into a program. */
const INCLUDED = { [ENGINE_NAME]: ENGINE, [CLIENT_NAME]: CLIENT, [DHCP_NAME]: DHCP };
const withEngine = { name: "with-engine", resolveId: (name) => INCLUDED[name] ?? null };
/** Test cases run on the simulated network, which takes its numbers from the one engine of each kind too. */
const SIMULATED = resolve("dist/simulated/index.js");
const withSimulated = {
  name: "with-simulated",
  resolveId(name, importer) {
    if (importer === SIMULATED && name.endsWith("/engine.js")) {
      return { id: ENGINE_NAME, external: true };
    }
    if (importer === SIMULATED && name.endsWith("/dhcp.js")) {
      return { id: DHCP_NAME, external: true };
    }
    return name === "lockstep-tftp/simulated" ? SIMULATED : null;
  },
};

/**
 * Stand-ins for the SDK's modules that the board's server imports, and for the copying in C, which takes no steps and leaves
 * nothing. The clock goes on, and timers fire, when a program says so.
 */
const SDK_MODULES = {
  "mc/config": "export default {};",
  Resource: "export default class Resource {}",
  "lockstep-tftp/copy": "export default function copy() {}",
  "lockstep-tftp/board": "export default class Board {}",
  time: "const Time = { ticks: 0 }; globalThis.boardTime = Time; export default Time;",
  timer: `
    const timers = Array(8).fill(null);
    const callbacks = Array(8).fill(null);
    const once = Array(8).fill(false);
    const clear = (timer) => { timers[timers.indexOf(timer)] = null; };
    globalThis.boardTimers = {
      forget() { timers.fill(null); callbacks.fill(null); },
      fire() {
        for (let index = 0; index < timers.length; index++) {
          const timer = timers[index];
          if (timer !== null) {
            if (once[index]) { timers[index] = null; }
            callbacks[index](timer);
          }
        }
      },
    };
    export default {
      set(callback, delay, repeat) {
        const index = timers.indexOf(null);
        callbacks[index] = callback;
        once[index] = repeat === undefined;
        return timers[index] = {};
      },
      schedule() {},
      clear,
    };`,
};
const withSdk = {
  name: "with-sdk",
  resolveId: (name) => (Object.hasOwn(SDK_MODULES, name) ? `\0${name}` : null),
  load: (id) => SDK_MODULES[id.slice(1)] ?? null,
};

/** Sources that programs name, and the modules of a board in which they are shipped: XS runs those. */
const SHIPPED = {
  "/src/index.js": ENGINE_NAME,
  "/hosts/moddable/server.js": resolve("dist/moddable/server.js"),
  "/hosts/moddable/storage/archive-storage.js": resolve("dist/moddable/storage.js"),
  "/hosts/moddable/storage/file-storage.js": resolve("dist/moddable/storage.js"),
};
const withShipped = {
  name: "with-shipped",
  resolveId(id, importer) {
    const source = importer === undefined || !id.startsWith(".") ? id : resolve(dirname(importer), id);
    const shipped = SHIPPED[Object.keys(SHIPPED).find((end) => source.endsWith(end))];
    return shipped === undefined ? null : this.resolve(shipped, importer);
  },
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

/** The modules of a board as they are shipped, each apart, to measure what it adds to the ones before. */
function boardModule(name) {
  return {
    input: `dist/moddable/${name}.js`,
    output: {
      file: `${BUNDLES}/${name}-on-one-line.js`,
      format: "es",
      paths: {
        [ENGINE_NAME]: ENGINE,
        [CLIENT_NAME]: CLIENT,
        [DHCP_NAME]: DHCP,
        "lockstep-tftp/dhcp-server": resolve(BUNDLES, "dhcp-server-on-one-line.js"),
        "lockstep-tftp/server": resolve(BUNDLES, "server-on-one-line.js"),
        "lockstep-tftp/storage": resolve(BUNDLES, "storage-on-one-line.js"),
      },
    },
    external: [
      ENGINE_NAME,
      CLIENT_NAME,
      DHCP_NAME,
      "lockstep-tftp/dhcp-server",
      "lockstep-tftp/server",
      "lockstep-tftp/storage",
    ],
    plugins: [withSdk, onOneLine],
    onwarn: failOnWarning,
  };
}

export default [
  {
    input: Object.fromEntries(programs),
    output: { dir: BUNDLES, format: "es", paths: { [ENGINE_NAME]: ENGINE, [CLIENT_NAME]: CLIENT, [DHCP_NAME]: DHCP } },
    external: [ENGINE_NAME, CLIENT_NAME, DHCP_NAME],
    plugins: [withSimulated, withShipped, withSdk],
    onwarn: failOnWarning,
  },
  variant(`${PROGRAMS}/steps.js`, "steps-on-one-line", [withEngine, onOneLine]),
  variant(`${PROGRAMS}/dhcp.js`, "dhcp-on-one-line", [withEngine, onOneLine]),
  variant(`${PROGRAMS}/board.js`, "board-on-one-line", [withEngine, withShipped, withSdk, onOneLine]),
  ...["server", "storage", "client", "firmware", "status-page", "templates", "dhcp-server", "firmware-dhcp"].map(
    boardModule,
  ),
  {
    input: { "engine-on-one-line": ENGINE, "core-on-one-line": CORE },
    output: { dir: BUNDLES, format: "es" },
    plugins: [onOneLine],
    onwarn: failOnWarning,
  },
  variant(ENGINE, "engine-minified", [minified({})]),
  variant(DHCP, "dhcp-minified", [minified({})]),
];
