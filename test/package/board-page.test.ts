/** The code of docs/board-app.md agrees with the published types, and its manifests name files of the package. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { PROJECT, run } from "../support/program.js";
import { build, checkBuild, list, type Manifest } from "./mcpack.js";

const PAGE = readFileSync(path.join(PROJECT, "docs/board-app.md"), "utf8");
const TSC = path.join(PROJECT, "node_modules/typescript/bin/tsc");
/** Inside the project, so that code finds the package by its name. */
const FOLDER = path.join(PROJECT, `build/board-page-${process.pid}`);

/** Manifests of the SDK that the page names. */
const SDK_MANIFESTS = [
  "examples/manifest_base.json",
  "examples/manifest_net.json",
  "modules/io/ethernet/manifest.json",
  "modules/io/files/manifest.json",
  "modules/io/wifi/manifest.json",
  "modules/network/wifi/manifest.json",
];

const OPTIONS = {
  allowJs: true,
  checkJs: true,
  noEmit: true,
  strict: true,
  target: "ES2022",
  lib: ["ES2022"],
  module: "ESNext",
  moduleResolution: "Bundler",
  types: [],
};

function blocks(language: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, code]) => code as string,
  );
}

/** Its manifests; other JSON is part of a file. */
const manifests = blocks("json")
  .filter((text) => text.startsWith("{"))
  .map((text) => JSON.parse(text) as Manifest);

/** The package's file that a path of the page leads to. */
function packageFile(included: string): string | undefined {
  return /^(?:\.\/node_modules|\/path\/to)\/lockstep-tftp\/(.*)$/.exec(included)?.[1];
}

after(() => rmSync(FOLDER, { recursive: true, force: true }));

test("the code of the page agrees with the types of the package", async () => {
  const snippets = blocks("js");
  assert.ok(snippets.length >= 4);
  mkdirSync(FOLDER, { recursive: true });
  const names = snippets.map((code, index) => {
    writeFileSync(path.join(FOLDER, `snippet-${index}.js`), code);
    return `snippet-${index}.js`;
  });
  const typings = ["dist/moddable/typings/index.d.ts", "test/package/consumer/sdk.d.ts"];
  const files = [...names, ...typings.map((name) => path.join(PROJECT, name))];
  writeFileSync(path.join(FOLDER, "tsconfig.json"), JSON.stringify({ compilerOptions: OPTIONS, files }));
  const { code, stdout } = await run(process.execPath, [TSC, "-p", "."], { cwd: FOLDER });
  assert.equal(code, 0, stdout);
});

test("each manifest that the page includes is in the package, or one of the SDK", () => {
  const named = [...PAGE.matchAll(/\$\(MODDABLE\)\/([\w/.]+\.json)/g)].map(([, file]) => file as string);
  assert.deepEqual([...new Set(named)].sort(), SDK_MANIFESTS);
  const included = manifests.flatMap((manifest) => list(manifest.include)).filter((name) => !name.startsWith("$"));
  assert.ok(included.length >= 3);
  for (const name of included) {
    const file = packageFile(name);
    assert.ok(file !== undefined && existsSync(path.join(PROJECT, file)), name);
  }
  // manifest_net.json uses a variable that manifest_base.json defines, and mcpack includes that last.
  for (const include of manifests.map((manifest) => list(manifest.include))) {
    const network = include.findIndex((name) => name.endsWith("manifest_net.json"));
    const base = include.findIndex((name) => name.endsWith("manifest_base.json"));
    assert.ok(network < 0 || (base >= 0 && base < network), include.join());
  }
  const ofSDK = SDK_MANIFESTS.map((file) => path.basename(file));
  for (const [, file = ""] of PAGE.matchAll(/`(?:hosts\/moddable\/)?(manifest_\w+\.json)`/g)) {
    assert.ok(ofSDK.includes(file) || existsSync(path.join(PROJECT, "hosts/moddable", file)), file);
  }
});

test("an app that imports what the page imports, and includes its manifests, has all modules", () => {
  const entries = blocks("js").flatMap((code) =>
    [...code.matchAll(/from "(lockstep-tftp[^"]*)"/g)].map(([, name]) => name as string),
  );
  assert.ok(entries.includes("lockstep-tftp/client") && entries.includes("lockstep-tftp/server"));
  for (const manifest of [{}, ...manifests]) {
    const included = list(manifest.include).flatMap((name) => packageFile(name) ?? []);
    checkBuild(build(PROJECT, entries, included, "esp32"), entries);
  }
});
