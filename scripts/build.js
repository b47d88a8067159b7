/**
 * Builds `dist/` unless it is current: checks the types of each room and writes its declarations, bundles, writes the manual
 * page, and packs the example files for a board. With `--check` it only says whether `dist/` is current, by its exit code. With
 * `--unchecked`, which is for a fresh clone, the check of the types is left to the next build without it.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setFlagsFromString } from "node:v8";

// The V8 of Node 20 optimizes functions too early for a program that runs for seconds: that took a third of the time.
const V8_FLAGS = process.versions.node.startsWith("20.") ? ["--interrupt-budget=400000"] : [];
for (const flag of V8_FLAGS) {
  setFlagsFromString(flag);
}

const OUTPUT = "dist";
const COMMANDS = ["dist/node/cli.cjs", "dist/node/cli.js", "dist/command/add-files.js"];
/** Hashes of the files that the last build read and wrote. */
const STAMP = "build/dist.stamp";
const ROOT_FILES = /^(package\.json|package-lock\.json|rollup\.config\.js|tsconfig.*\.json)$/;
const SOURCES = ["src", "hosts", "scripts", "examples/files"];

function filesBelow(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .map((name) => path.join(folder, name))
        // Editors make links to nowhere beside a file that is being edited.
        .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    : [];
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    const content = readFileSync(file);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function inputsHash() {
  return hashOf([...readdirSync(".").filter((name) => ROOT_FILES.test(name)), ...SOURCES.flatMap(filesBelow)]);
}

/** @param check "checked" or "unchecked". */
function stampOf(inputs, check) {
  return `${inputs} ${hashOf(filesBelow(OUTPUT))} ${check}\n`;
}

function writeStamp(inputs, check) {
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, stampOf(inputs, check));
}

/** Checks the types and writes the declarations, in another process. Exits on an error. */
async function declare(check) {
  const words = check === "checked" ? [] : ["--unchecked"];
  const compiler = spawn(process.execPath, [...V8_FLAGS, "scripts/declare.js", ...words], { stdio: "inherit" });
  const [status] = await once(compiler, "exit");
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

async function bundle(bundles) {
  const { rollup } = await import("rollup");
  for (const { output, ...input } of bundles) {
    const made = await rollup(input);
    await made.write(output);
    await made.close();
  }
}

/**
 * Declarations of the SDK's modules, which a firmware author names in `types` if his project has none: those of the sources,
 * with their imports changed to the published modules.
 */
const TYPINGS = ["files", "listener", "resource", "udp", "xs"];
const PUBLISHED_TYPES = {
  "../storage/directory.js": "../storage.js",
  "../status/tcp.js": "../status-page.js",
  "../udp.js": "../server.js",
};

function publishTypings() {
  const folder = path.join(OUTPUT, "moddable/typings");
  mkdirSync(folder, { recursive: true });
  for (const name of TYPINGS) {
    const text = readFileSync(`hosts/moddable/sdk/${name}.d.ts`, "utf8");
    const published = text.replace(/import\("([^"]+)"\)/g, (_, module) => `import("${PUBLISHED_TYPES[module]}")`);
    writeFileSync(path.join(folder, `${name}.d.ts`), published);
  }
  writeFileSync(
    path.join(folder, "index.d.ts"),
    TYPINGS.map((name) => `/// <reference path="./${name}.d.ts" />\n`).join(""),
  );
}

function packExamples() {
  const words = ["dist/command/add-files.js", "examples/files", "--to", "dist/firmware", "--quiet"];
  const { status } = spawnSync(process.execPath, words, { stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

/** The command where it was before it became CommonJS: service files name this path, and npx keeps links to it. */
function writeFormerCommand() {
  writeFileSync("dist/node/cli.js", '#!/usr/bin/env node\nimport "./cli.cjs";\n');
}

async function writeManualPage() {
  const { manualPage } = await import("../build/manual-page.js");
  const { man, version } = JSON.parse(readFileSync("package.json", "utf8"));
  const [page] = man;
  mkdirSync(path.dirname(page), { recursive: true });
  writeFileSync(page, manualPage(version));
}

/**
 * Makes everything anew: the compiler would decide by time stamps what has changed, which `cp -p` and `rsync -t` preserve.
 *
 * @param inputs hash of the sources before the build, so that one edited meanwhile is built the next time.
 */
async function build(inputs, check) {
  const { codeBundles, declarationBundles } = await import("../rollup.config.js");
  rmSync(STAMP, { force: true });
  rmSync(OUTPUT, { recursive: true, force: true });
  // The compiler ends first: its errors are the ones to read, and it must not write into the next build.
  const [, bundled] = await Promise.allSettled([declare(check), bundle(codeBundles)]);
  if (bundled.status === "rejected") {
    throw bundled.reason;
  }
  await bundle(declarationBundles);
  writeFormerCommand();
  publishTypings();
  await writeManualPage();
  packExamples();
  writeStamp(inputs, check);
}

const check = process.argv.includes("--unchecked") ? "unchecked" : "checked";
const inputs = inputsHash();
const stamp = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : "";
const isChecked = stamp === stampOf(inputs, "checked");
const isCurrent = isChecked || stamp === stampOf(inputs, "unchecked");
if (!isCurrent && process.argv.includes("--check")) {
  console.error("dist/ is not what the sources make. Run: npm run build");
  process.exit(1);
}
if (!isCurrent) {
  await build(inputs, check);
} else if (check === "checked" && !isChecked && !process.argv.includes("--check")) {
  await declare(check);
  writeStamp(inputs, check);
}
// npm makes commands executable when it installs a package, not when a clone that is installed is built again.
for (const command of COMMANDS) {
  chmodSync(command, 0o755);
}
