/** An app on the Moddable SDK that imports the package by its name, as `mcpack` builds it. Runs in an installed package, too. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { type Build, build, exportedFile, importsOf, list } from "./mcpack.js";

const PACKAGE = path.resolve(".");

/** Entries of the package for a board. */
const ENTRIES = ["", "/server", "/client", "/storage", "/status-page", "/engine", "/engine/client"].map(
  (subpath) => `lockstep-tftp${subpath}`,
);
/** Entries that only a board can run. */
const ONLY_ON_A_BOARD = ["server", "client", "storage", "status-page"];

/** Manifests that an app may include besides, which name modules that it also imports. */
const INCLUDED = [[], ["server"], ["client"], ["client", "status_page"], ["udp"]].map((names) =>
  names.map((name) => `hosts/moddable/manifest_${name}.json`),
);
const PLATFORMS = ["esp32", "lin", "mac", "win"];

/** Modules that the SDK brings to each app, or that the manifest of a module brings. */
const SDK_MODULES = /^(time|timer|Resource|mc\/config|embedded:.*)$/;

/** The name by which XS looks for a module that `importer` imports. */
function moduleName(specifier: string, importer: string): string {
  return specifier.startsWith(".")
    ? path.posix.join(path.posix.dirname(importer), specifier).replace(/\.js$/, "")
    : specifier;
}

function checkBuild(built: Build, entries: readonly string[]): void {
  const names = new Set([...built.modules.keys(), ...built.aliases.keys()]);
  for (const entry of entries) {
    assert.ok(names.has(entry), `no module ${entry}`);
  }
  for (const [alias, name] of built.aliases) {
    assert.ok(names.has(name), `${alias} leads to ${name}, which is not there`);
  }
  for (const [name, file] of built.modules) {
    for (const specifier of importsOf(file)) {
      const wanted = moduleName(specifier, name);
      assert.ok(names.has(wanted) || SDK_MODULES.test(wanted), `${name} imports ${specifier}, which is not there`);
    }
    assert.ok(!importsOf(file).some((specifier) => specifier.startsWith("node:")), name);
  }
  assert.ok(!names.has("main"));
  assert.ok(built.manifests.every((manifest) => manifest.config === undefined));
}

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
  assert.ok(named.includes("embedded:io/socket/udp"));
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
