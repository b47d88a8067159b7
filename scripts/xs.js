/**
 * The engine on the real XS, the engine of Moddable's SDK: `node scripts/xs.js test [WORDS]` runs the tests of `test/xs`
 * (words choose test files), `node scripts/xs.js bench` counts speed and size.
 *
 * The first run builds an XS worker inside `test/xs` from the sources in npm's `@agoric/xsnap`, with cc and make.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { compile, removeOrphans } from "./compile.js";

const FOLDER = "test/xs";
const BUILT = "build/xs";
const BUILT_TESTS = `${BUILT}/test/xs`;
const WORKERS = `${FOLDER}/node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin`;
/** A test that hangs is a failure, not a wait. */
const TEST_TIMEOUT_MS = "600000";
/** Where npm and the bundler are started: on Windows their commands are scripts, and XS's worker is not built there. */
const PLATFORMS = { linux: "lin", darwin: "mac" };

function run(command, words, cwd = ".") {
  const { status } = spawnSync(command, words, { stdio: "inherit", cwd });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

function stop(message) {
  console.error(message);
  process.exit(1);
}

function install() {
  const platform = PLATFORMS[process.platform];
  if (platform === undefined) {
    stop(`The XS worker is built for Linux and macOS, not for ${process.platform}. Run this on one of them.`);
  }
  const worker = `${WORKERS}/${platform}/release/xsnap-worker`;
  if (existsSync(worker)) {
    return;
  }
  console.error("Building the XS worker from source, once. This takes about a minute.");
  run("npm", ["ci", "--no-audit", "--no-fund"], FOLDER);
  if (!existsSync(worker)) {
    stop(`The XS worker was not built: there is no ${worker}. Look at what cc and make said above.`);
  }
}

function build() {
  removeOrphans(BUILT_TESTS, FOLDER);
  compile(FOLDER);
  run(process.execPath, ["node_modules/rollup/dist/bin/rollup", "-c", `${FOLDER}/rollup.config.js`, "--silent"]);
}

function test(words) {
  const files = readdirSync(BUILT_TESTS)
    .filter((file) => file.endsWith(".test.js") && (words.length === 0 || words.some((word) => file.includes(word))))
    .map((file) => `${BUILT_TESTS}/${file}`)
    .sort();
  if (files.length === 0) {
    stop(`No test file of ${FOLDER} has ${words.join(" or ")} in its name`);
  }
  run(process.execPath, [
    "--enable-source-maps",
    "--test",
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    "--test-concurrency=2",
    ...files,
  ]);
}

const [verb, ...words] = process.argv.slice(2);
if (!existsSync("dist/engine.js")) {
  stop("The project is not built. Run: npm run build");
}
install();
build();
if (verb === "bench") {
  run(process.execPath, ["--enable-source-maps", `${BUILT}/bench/xs.js`, ...words]);
} else {
  test(words);
}
