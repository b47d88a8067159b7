/** The manifests that the Moddable SDK reads, and the bundles that they name, checked without the SDK. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { list, type Manifest, ResolvedManifest, readManifest } from "./resolved-manifest.js";

const BOARD = "hosts/moddable";
const BUNDLES = "dist/moddable";

/** Extensions that mcconfig adds to the path of a module. */
const MODULE_EXTENSIONS = ["", ".js", ".c", ".d.ts"];

const manifestFiles = [
  "manifest.json",
  "manifest_firmware.json",
  "dist/firmware/files.json",
  "dist/firmware/manifest.json",
  ...readdirSync(BOARD)
    .filter((name) => name.endsWith(".json") && name !== "tsconfig.json")
    .map((name) => path.join(BOARD, name)),
  ...readdirSync("examples/moddable", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => path.join("examples/moddable", name)),
];

/** A manifest, with its part for each platform. */
function parts(manifest: Manifest): Manifest[] {
  return [manifest, ...Object.values(manifest.platforms ?? {})];
}

function modulesOf(file: string): Map<string, string> {
  return new ResolvedManifest("esp32", "esp32", file).modules;
}

function preloadsOf(file: string): string[] {
  return new ResolvedManifest("esp32", "esp32", file).preloads;
}

function importsOf(bundle: string): { fixed: string[]; late: string[] } {
  const source = readFileSync(bundle, "utf8");
  return {
    fixed: [...source.matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];/gm)].map((match) => match[1] as string),
    late: [...source.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)].map((match) => match[1] as string),
  };
}

for (const file of manifestFiles) {
  test(`every file that ${file} names exists`, () => {
    for (const part of parts(readManifest(file))) {
      const named = [
        ...list(part.include).map((name) => [name, [""]] as const),
        ...Object.values(part.data ?? {}).flatMap((names) => list(names).map((name) => [name, [""]] as const)),
        ...Object.values(part.build ?? {}).map((name) => [name, [""]] as const),
        ...(part.ffi?.sources ?? []).map((name) => [name, [""]] as const),
        ...Object.values(part.modules ?? {}).flatMap((sources) =>
          list(sources).map((name) => [name, MODULE_EXTENSIONS] as const),
        ),
      ].filter(([name]) => !name.startsWith("$(MODDABLE)/"));
      for (const [name, extensions] of named) {
        assert.ok(name.startsWith("."), `${name} is relative`);
        const known = path.join(path.dirname(file), name.replace("$(ESP32_SUBCLASS)", "esp32"));
        const found = extensions.some((extension) => existsSync(known + extension));
        assert.ok(found, `${name} of ${file}`);
      }
    }
  });
}

test("the manifest for other firmware brings neither Wi-Fi nor the SDK's network", () => {
  for (const platform of ["esp32", "esp32/esp32c3", "lin"]) {
    const { sdkManifests, modules } = new ResolvedManifest(platform, "esp32c3", `${BOARD}/manifest_server.json`);
    assert.deepEqual(
      sdkManifests.filter((name) => name !== "$(MODDABLE)/examples/manifest_base.json"),
      [],
    );
    assert.doesNotMatch([...modules.values()].join(), /wifi|ethernet/);
  }
});

test("the manifest of the status page brings TCP, and no network", () => {
  const file = `${BOARD}/manifest_status_page.json`;
  assert.doesNotMatch(readFileSync(file, "utf8"), /wifi|manifest_net|"include"/i);
  const modules = modulesOf(file);
  assert.ok(modules.has("embedded:io/socket/listener") && modules.has("embedded:io/socket/tcp"));
  assert.ok(preloadsOf(file).includes("lockstep-tftp/status-page"));
  const { fixed } = importsOf(`${modules.get("lockstep-tftp/status-page")}.js`);
  assert.deepEqual(fixed.sort(), ["Resource", "lockstep-tftp/engine", "timer"]);
  // XS cannot keep these in flash, so none may be made when a preloaded module is loaded.
  const source = readFileSync(`${modules.get("lockstep-tftp/status-page")}.js`, "utf8");
  assert.doesNotMatch(source, /^(?:const|let|var) \w+ = (?:\/|new (?:RegExp|Map|Set|Date|Promise)\b)/m);
});

test("the firmware's stack has a fifth more room than a flood of requests was seen to take", () => {
  const seenSlots = 309;
  for (const name of ["manifest_firmware.json", "manifest_status_page.json"]) {
    const { creation } = readManifest(`${BOARD}/${name}`);
    assert.ok(creation !== undefined && creation.stack >= 1.2 * seenSlots, name);
  }
});

test("main is not preloaded, and no preloaded module imports the file system", () => {
  const modules = modulesOf(`${BOARD}/manifest_firmware.json`);
  const preloads = preloadsOf(`${BOARD}/manifest_firmware.json`);
  assert.ok(!preloads.includes("main"));
  const ours = preloads.filter((name) => name.startsWith("lockstep-tftp/"));
  assert.deepEqual(ours.sort(), [...modules.keys()].filter((name) => name.startsWith("lockstep-tftp/")).sort());
  for (const name of ours) {
    const { fixed } = importsOf(`${modules.get(name)}.js`);
    assert.ok(!fixed.includes("embedded:storage/files"), name);
    assert.ok(!fixed.includes("embedded:io/socket/udp"), name);
  }
});

/** Modules of the firmware's manifests, and of `manifest_base.json` of the SDK. */
const SDK_MODULES = ["timer", "time", "Resource", "mc/config"];
/** Optional modules that `main` loads if they are built. */
const LATE_MODULES = [
  "lockstep-tftp/udp",
  "embedded:io/socket/udp",
  "embedded:storage/files",
  "lockstep-tftp/status-page",
  "embedded:io/socket/listener",
  "lockstep-tftp/firmware-dhcp",
];
const OWN_MODULES = [
  "lockstep-tftp/core",
  "lockstep-tftp/engine",
  "lockstep-tftp/engine/client",
  "lockstep-tftp/dhcp",
  "lockstep-tftp/dhcp-server",
  "lockstep-tftp/server",
  "lockstep-tftp/copy",
  "lockstep-tftp/storage",
  "lockstep-tftp/firmware",
];
const MODULES_OF_BOARDS: Readonly<Record<string, string[]>> = {
  "board-wifi.js": ["timer", "mc/ffi", "wifi", "embedded:network/interface/wifi"],
  "board-ethernet.js": ["timer", "mc/ffi", "embedded:network/interface/ethernet"],
  "board-simulator.js": [],
};

for (const name of readdirSync(BUNDLES).filter((file) => file.endsWith(".js"))) {
  test(`${name} imports only what its manifest brings`, () => {
    const { fixed, late } = importsOf(path.join(BUNDLES, name));
    const allowed = MODULES_OF_BOARDS[name] ?? [...SDK_MODULES, ...OWN_MODULES, "lockstep-tftp/board"];
    assert.deepEqual(
      fixed.filter((specifier) => !allowed.includes(specifier)),
      [],
    );
    assert.deepEqual(late, name === "main.js" ? LATE_MODULES : []);
  });
}

test("the engine of a board is the bundle that Node's tests run, and imports only its core", () => {
  const modules = modulesOf("manifest.json");
  assert.equal(`${modules.get("lockstep-tftp/engine")}.js`, "dist/engine.js");
  assert.equal(`${modules.get("lockstep-tftp/core")}.js`, "dist/core.js");
  // Resolved from the current folder, which is an installed package when the tests of the package run this file.
  const { resolve } = createRequire(path.resolve("package.json"));
  assert.equal(resolve("lockstep-tftp/engine"), path.resolve("dist/engine.js"));
  const { fixed, late } = importsOf("dist/engine.js");
  assert.deepEqual([...new Set(fixed), ...late], ["./core.js"]);
  assert.deepEqual(importsOf("dist/core.js"), { fixed: [], late: [] });
});

test("a board that only serves has no client code", () => {
  const modules = modulesOf(`${BOARD}/manifest_server.json`);
  assert.ok(!modules.has("lockstep-tftp/engine/client"));
  for (const name of ["lockstep-tftp/engine", "lockstep-tftp/core"]) {
    assert.doesNotMatch(readFileSync(`${modules.get(name)}.js`, "utf8"), /\bclass Client/);
  }
  assert.match(readFileSync("dist/engine/client.js", "utf8"), /\bclass Client\b/);
});

test("the client of a board is the bundle that Node's tests run, and imports only the engine's core", () => {
  const file = `${BOARD}/manifest_client.json`;
  const modules = modulesOf(file);
  assert.equal(`${modules.get("lockstep-tftp/engine/client")}.js`, "dist/engine/client.js");
  assert.equal(modules.get("lockstep-tftp/core"), "dist/core");
  assert.ok(["lockstep-tftp/engine/client", "lockstep-tftp/client"].every((name) => preloadsOf(file).includes(name)));
  const { fixed, late } = importsOf("dist/engine/client.js");
  assert.deepEqual([...new Set(fixed), ...late], ["../core.js"]);
});

test("the DHCP of a board is the bundle that Node's tests run, runs from flash, and comes only if asked for", () => {
  const names = ["lockstep-tftp/dhcp", "lockstep-tftp/dhcp-server", "lockstep-tftp/firmware-dhcp"];
  const apps = `${BOARD}/manifest_dhcp.json`;
  const firmware = `${BOARD}/manifest_firmware_dhcp.json`;
  assert.equal(`${modulesOf(firmware).get("lockstep-tftp/dhcp")}.js`, "dist/dhcp.js");
  for (const [manifest, parts] of [
    [firmware, ["lockstep-tftp/dhcp", "lockstep-tftp/firmware-dhcp"]],
    [apps, ["lockstep-tftp/dhcp", "lockstep-tftp/dhcp-server"]],
  ] as const) {
    assert.deepEqual(
      names.filter((name) => preloadsOf(manifest).includes(name)),
      parts,
    );
  }
  assert.deepEqual(importsOf("dist/dhcp.js"), { fixed: [], late: [] });
  const served = [...modulesOf(`${BOARD}/manifest_server.json`).keys(), ...modulesOf("manifest_firmware.json").keys()];
  assert.ok(!served.some((name) => name.includes("dhcp")));
});

test("the templates of a board run from flash, and come only if asked for", () => {
  const file = `${BOARD}/manifest_templates.json`;
  assert.ok(preloadsOf(file).includes("lockstep-tftp/templates"));
  const served = [...modulesOf(`${BOARD}/manifest_server.json`).keys(), ...modulesOf("manifest_firmware.json").keys()];
  assert.ok(!served.some((name) => name.includes("templates")));
});

test("each board's native functions are declared as its manifest links them", () => {
  for (const [bundle, manifest] of [
    ["board-wifi.js", "manifest_wifi.json"],
    ["board-ethernet.js", "manifest_ethernet.json"],
  ] as const) {
    const { ffi } = readManifest(path.join(BOARD, manifest));
    const source = readFileSync(path.join(BUNDLES, bundle), "utf8");
    const called = [...source.matchAll(/\bnative\.(\w+)\(/g)].map((match) => match[1] as string);
    assert.deepEqual(new Set(Object.keys(ffi?.functions ?? {})), new Set(called));
    // The SDK's glue fails on a function without a list of arguments.
    assert.ok(Object.values(ffi?.functions ?? {}).every((signature) => Array.isArray(signature.arguments)));
  }
});

interface Partition {
  readonly name: string;
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

function partitionsOf(table: string): Partition[] {
  return readFileSync(table, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").map((field) => field.trim()))
    .map(([name = "", type = "", , offset, size]) => {
      const start = Number(offset);
      return { name, type, start, end: start + Number(size) };
    });
}

for (const megabytes of [4, 8, 16]) {
  test(`the partition table for ${megabytes} MB fills the flash, and has a file system`, () => {
    const folder = path.join(BOARD, "flash", `${megabytes}mb`);
    const partitions = partitionsOf(path.join(folder, "partitions.csv"));
    assert.deepEqual(
      partitions.map(({ name }) => name),
      ["nvs", "phy_init", "factory", "storage"],
    );
    partitions.forEach((partition, index) => {
      const next = partitions[index + 1]?.start ?? megabytes * 2 ** 20;
      assert.equal(partition.end, next, `${partition.name} ends where the next one begins`);
      // ESP-IDF requires applications at multiples of 64 KiB, and littlefs has blocks of 4 KiB.
      assert.equal(partition.start % (partition.type === "app" ? 0x10000 : 0x1000), 0);
    });
    const storage = partitions[3] as Partition;
    assert.ok(storage.end - storage.start >= 1.5 * 2 ** 20);
    const options = readFileSync(path.join(folder, "sdkconfig.defaults"), "utf8");
    assert.deepEqual(options.match(/\d+MB=y/g), [`${megabytes}MB=y`]);
  });
}
