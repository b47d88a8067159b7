/**
 * `npm start`: the command line from a clone. Without arguments it serves the example folder, so that there is something to
 * fetch at once.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const EXAMPLE_PORT = "6969";
const EXAMPLE_FOLDER = "examples/files";
const CLI = path.resolve("dist/node/cli.cjs");
/** npm's shell tells nobody when a signal ends it, so its process is looked for. A stop may take this long to be noticed. */
const LOOK_FOR_PARENT_MS = 200;

if (!existsSync(CLI)) {
  console.error("The project is not built. Run: npm run build");
  process.exit(1);
}

let args = process.argv.slice(2);
// npm runs scripts in the project's folder, but paths in the arguments are relative to the folder where npm was called.
let folder = process.env.INIT_CWD ?? ".";
if (args.length === 0) {
  args = ["serve", EXAMPLE_FOLDER, "--port", EXAMPLE_PORT];
  folder = ".";
  console.log(`Serving the example folder. From another terminal, fetch a file with one of:
  curl tftp://127.0.0.1:${EXAMPLE_PORT}/readme.txt
  tftp 127.0.0.1 ${EXAMPLE_PORT} -m octet -c get readme.txt
Serve your own folder:  npm start -- serve DIR --port ${EXAMPLE_PORT}   (all flags: npm start -- serve --help --all)
Stop with Ctrl-C.
`);
}

const [command] = args;
if (command === "get" && args.includes("-") && process.env.npm_config_loglevel !== "silent") {
  console.error("npm writes lines of its own to standard output. Run: npx lockstep-tftp get URL -");
  process.exit(1);
}

const server = spawn(process.execPath, [CLI, ...args], { cwd: folder, stdio: "inherit" });
// A terminal sends Ctrl-C to both processes; other signals reach this one only, and are passed on. npm passes SIGTERM to its
// shell alone, which ends and leaves this process behind.
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid !== parent) {
    clearInterval(watch);
    server.kill("SIGTERM");
  }
}, LOOK_FOR_PARENT_MS).unref();
process.on("SIGINT", () => {});
process.on("SIGTERM", () => server.kill("SIGTERM"));
process.on("SIGHUP", () => server.kill("SIGHUP"));
server.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
