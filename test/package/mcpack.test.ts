/** An app on the Moddable SDK that imports the package by its name, as `mcpack` builds it. Runs in an installed package, too. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { build, checkBuild, exportedFile, importsOf, list } from "./mcpack.js";

const PACKAGE = path.resolve(".");

/** Entries of the package for a board. */
const ENTRIES = [
  "",
  "/server",
  "/client",
  "/dhcp",
  "/dhcp-server",
  "/udp",
  "/storage",
  "/copy",
  "/templates",
  "/status-page",
  "/engine",
  "/engine/client",
].map((subpath) => `lockstep-tftp${subpath}`);
/** Entries that only a board can run. */
const ONLY_ON_A_BOARD = ["server", "client", "udp", "storage", "copy", "templates", "status-page"];

/** Manifests that an app may include besides, which name modules that it also imports. */
const INCLUDED = [[], ["server"], ["client"], ["client", "status_page"], ["dhcp"], ["udp"], ["templates"]].map(
  (names) => names.map((name) => `hosts/moddable/manifest_${name}.json`),
);
const PLATFORMS = ["esp32", "lin", "mac", "win"];

for (const entry of ENTRIES) {
  test(`mcpack builds an app that imports ${entry}`, () => {
    for (const platform of PLATFORMS) {
      checkBuild(build(PACKAGE, [entry], [], platform), [entry]);
    }
  });
}

for (const manifests of INCLUDED) {
  const names = manifests.map((file) => path.basename(file)).join(" and ");
  test(`mcpack builds an app that imports everything and includes ${names || "no manifest"}, each module once`, () => {
    for (const platform of PLATFORMS) {
      const built = build(PACKAGE, ENTRIES, manifests, platform);
      checkBuild(built, ENTRIES);
      const files = [...built.modules.values()];
      assert.equal(new Set(files).size, files.length);
      // Everything runs from flash.
      const ours = [...built.modules.keys(), ...built.aliases.keys()].filter((name) => /^lockstep-tftp/.test(name));
      assert.deepEqual(ours.sort(), built.preloads.filter((name) => /^lockstep-tftp/.test(name)).sort());
    }
  });
}

test("an app that only serves has neither the client nor the status page", () => {
  const { modules } = build(PACKAGE, ["lockstep-tftp", "lockstep-tftp/storage"], [], "esp32");
  assert.deepEqual(
    [...modules.keys()].filter((name) => /client|status/.test(name)),
    [],
  );
});

test("the manifest of the package brings UDP, but neither a network nor a program", () => {
  const { manifests, modules } = build(PACKAGE, [], [], "esp32");
  assert.doesNotMatch(JSON.stringify(manifests), /wifi|manifest_net|partitions|creation/i);
  assert.ok(!modules.has("main"));
  const named = manifests.flatMap((manifest) => Object.keys(manifest.modules ?? {}));
  assert.ok(named.includes("lockstep-tftp/udp"));
  assert.ok(manifests.every((manifest) => list(manifest.include).every((name) => !name.includes("firmware"))));
});

test("on a board the package's name alone means its server", () => {
  assert.equal(exportedFile(PACKAGE, "lockstep-tftp"), path.join(PACKAGE, "dist/moddable/index.js"));
  const source = readFileSync(path.join(PACKAGE, "dist/moddable/index.js"), "utf8");
  assert.deepEqual([...new Set(importsOf(path.join(PACKAGE, "dist/moddable/index.js")))], ["lockstep-tftp/server"]);
  assert.match(source, /\bdefault\b/);
});

for (const entry of ONLY_ON_A_BOARD) {
  test(`Node says that it has no lockstep-tftp/${entry}, which is for boards`, () => {
    const { resolve } = createRequire(path.join(PACKAGE, "package.json"));
    assert.throws(() => resolve(`lockstep-tftp/${entry}`), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" });
  });
}
