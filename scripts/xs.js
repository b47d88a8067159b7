/**
 * The engine on XS, the JavaScript engine of the Moddable SDK: `node scripts/xs.js test [WORDS]` runs the tests of `test/xs`
 * (words choose test files), `node scripts/xs.js bench` counts steps and bytes.
 *
 * The first run builds an XS worker in `test/xs` from the sources in npm's `@agoric/xsnap`, with cc and make.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { compile, removeOrphans } from "./compile.js";
import { chosen, runTests } from "./run-tests.js";

const FOLDER = "test/xs";
const BUILT = "build/xs";
const BUILT_TESTS = `${BUILT}/test/xs`;
const WORKERS = `${FOLDER}/node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin`;
/** Folders of the worker, by platform. It is not built for Windows. */
const PLATFORMS = { linux: "lin", darwin: "mac" };

function run(command, args, cwd = ".") {
  const { status } = spawnSync(command, args, { stdio: "inherit", cwd });
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
    stop(`The XS worker is built on Linux and macOS only, not on ${process.platform}.`);
  }
  const worker = `${WORKERS}/${platform}/release/xsnap-worker`;
  if (existsSync(worker)) {
    return;
  }
  if (spawnSync("make", ["--version"]).error !== undefined || spawnSync("cc", ["--version"]).error !== undefined) {
    stop("The XS worker needs cc and make (Debian: gcc, libc6-dev and make).");
  }
  console.error("Building the XS worker from source, once. This takes about a minute.");
  run("npm", ["ci", "--no-audit", "--no-fund"], FOLDER);
  if (!existsSync(worker)) {
    stop(`The build of the XS worker failed: ${worker} does not exist. See the output of cc and make above.`);
  }
}

function build() {
  removeOrphans(BUILT_TESTS, FOLDER);
  compile(FOLDER);
  run(process.execPath, ["node_modules/rollup/dist/bin/rollup", "-c", `${FOLDER}/rollup.config.js`, "--silent"]);
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
  const files = readdirSync(BUILT_TESTS).map((file) => `${BUILT_TESTS}/${file}`);
  runTests(chosen(files, words));
}
