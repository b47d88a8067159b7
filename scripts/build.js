/**
 * Builds `dist/` unless it is current: checks the types of each room and writes its declarations, bundles, writes the manual
 * page, and packs the example files for a board. With `--check` it only says whether `dist/` is current, by its exit code.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setFlagsFromString } from "node:v8";

// The V8 of Node 20 optimizes functions too early for a program that runs for seconds: that took a third of the time.
if (process.versions.node.startsWith("20.")) {
  setFlagsFromString("--interrupt-budget=400000");
}

const OUTPUT = "dist";
const COMMANDS = ["dist/node/cli.cjs", "dist/command/add-files.js"];
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

function stampOf(inputs) {
  return `${inputs} ${hashOf(filesBelow(OUTPUT))}\n`;
}

async function bundle() {
  const { rollup } = await import("rollup");
  const { default: bundles } = await import("../rollup.config.js");
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

async function writeManualPage() {
  const { manualPage } = await import("../build/manual-page.js");
  const { man, version } = JSON.parse(readFileSync("package.json", "utf8"));
  mkdirSync(path.dirname(man), { recursive: true });
  writeFileSync(man, manualPage(version));
}

/**
 * Makes everything anew: the compiler would decide by time stamps what has changed, which `cp -p` and `rsync -t` preserve.
 *
 * @param inputs hash of the sources before the build, so that one edited meanwhile is built the next time.
 */
async function build(inputs) {
  const { compile } = await import("./compile.js");
  rmSync(STAMP, { force: true });
  rmSync(OUTPUT, { recursive: true, force: true });
  compile(".");
  await bundle();
  publishTypings();
  await writeManualPage();
  packExamples();
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, stampOf(inputs));
}

const inputs = inputsHash();
const isCurrent = existsSync(STAMP) && readFileSync(STAMP, "utf8") === stampOf(inputs);
if (!isCurrent && process.argv.includes("--check")) {
  console.error("dist/ is not what the sources make. Run: npm run build");
  process.exit(1);
}
if (!isCurrent) {
  await build(inputs);
}
// npm makes commands executable when it installs a package, not when a clone that is installed is built again.
for (const command of COMMANDS) {
  chmodSync(command, 0o755);
}
