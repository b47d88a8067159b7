/** The rooms of the house: which may import which, and how large a file and a folder may be. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/program.js";

const FOLDERS = ["src", "hosts", "test", "bench", "examples", "scripts"];
const FOREIGN = /(^|\/)(node_modules|results)\//;
const MAX_LINES = 300;

/** Rooms that a room may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  src: [],
  "hosts/common": ["src"],
  "hosts/status": ["src", "hosts/common"],
  "hosts/node": ["src", "hosts/common", "hosts/status"],
  "hosts/simulated": ["src", "hosts/common"],
  "hosts/moddable": ["src", "hosts/common", "hosts/status"],
};
const ENGINE_DOORS = ["src/index.ts", "src/client/index.ts", "src/dhcp/index.ts"];

function filesBelow(folder: string, extensions: RegExp): string[] {
  return readdirSync(path.join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((file) => extensions.test(file) && !FOREIGN.test(file));
}

/** Module names that a file imports, statically or not. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(PROJECT, file), "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, name]) => name as string);
}

/** File that a relative import leads to; undefined if it is not a source. */
function targetOf(file: string, name: string): string | undefined {
  const target = path.posix.join(path.posix.dirname(file), name);
  const candidates = [target.replace(/\.js$/, ".ts"), target.replace(/\.js$/, ".d.ts"), target];
  return name.startsWith(".") ? candidates.find((candidate) => existsSync(path.join(PROJECT, candidate))) : undefined;
}

function roomOf(file: string): string {
  return file.startsWith("hosts/") ? file.split("/", 2).join("/") : (file.split("/", 1)[0] as string);
}

const sources = [...filesBelow("src", /\.ts$/), ...filesBelow("hosts", /\.ts$/)];
const imports = new Map(
  [...sources, ...filesBelow("scripts", /\.js$/), ...filesBelow("test", /\.ts$/), ...filesBelow("bench", /\.ts$/)].map(
    (file) => [file, importsOf(file).flatMap((name) => targetOf(file, name) ?? [])],
  ),
);

/** Imports that lead from a file back to it, or undefined. */
function circleThrough(start: string): string[] | undefined {
  const visited = new Set<string>();
  const walk = (file: string, trail: readonly string[]): string[] | undefined => {
    for (const next of imports.get(file) ?? []) {
      if (next === start) {
        return [...trail, file, start];
      }
      if (!visited.has(next)) {
        visited.add(next);
        const circle = walk(next, [...trail, file]);
        if (circle !== undefined) {
          return circle;
        }
      }
    }
    return undefined;
  };
  return walk(start, []);
}

test("no imports form a circle", () => {
  const circles = [...imports.keys()].flatMap((file) => circleThrough(file)?.join(" -> ") ?? []);
  assert.deepEqual(circles, []);
});

test("a file has at most 300 lines", () => {
  const files = FOLDERS.flatMap((folder) => filesBelow(folder, /\.(ts|js|c|h|css|html)$/));
  assert.ok(files.length > 300);
  const long = files.filter(
    (file) => readFileSync(path.join(PROJECT, file), "utf8").split("\n").length - 1 > MAX_LINES,
  );
  assert.deepEqual(long, []);
});

test("src/ imports only itself", () => {
  const foreign = sources
    .filter((file) => roomOf(file) === "src")
    .flatMap((file) => importsOf(file).filter((name) => roomOf(targetOf(file, name) ?? name) !== "src"));
  assert.deepEqual(foreign, []);
});

test("hosts import hosts/common and the engine, but not each other", () => {
  const unknown = sources.map(roomOf).filter((room) => ALLOWED[room] === undefined);
  assert.deepEqual(unknown, []);
  const foreign = sources.flatMap((file) => {
    const rooms = [roomOf(file), ...(ALLOWED[roomOf(file)] ?? [])];
    return (imports.get(file) ?? []).filter((target) => !rooms.includes(roomOf(target))).map((to) => `${file}: ${to}`);
  });
  assert.deepEqual(foreign, []);
});

test("hosts/common imports no package and no module of a platform", () => {
  const files = sources.filter((file) => roomOf(file) === "hosts/common");
  assert.ok(files.length > 0);
  assert.deepEqual(
    files.flatMap(importsOf).filter((name) => !name.startsWith(".")),
    [],
  );
});

test("hosts import the engines through their index files only", () => {
  const others = sources
    .filter((file) => roomOf(file) !== "src")
    .flatMap((file) => (imports.get(file) ?? []).filter((target) => roomOf(target) === "src"))
    .filter((target) => !ENGINE_DOORS.includes(target));
  assert.deepEqual(others, []);
});

test("the engine of TFTP has at most 28 files, that of DHCP 18, and hosts/node/ 6 outside its rooms", () => {
  const engines = filesBelow("src", /\.\w+$/);
  const dhcp = engines.filter((file) => file.startsWith("src/dhcp/"));
  assert.ok(engines.length - dhcp.length <= 28);
  assert.ok(dhcp.length <= 18);
  const direct = readdirSync(path.join(PROJECT, "hosts/node"), { withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  assert.ok(direct.length <= 6, direct.map(({ name }) => name).join(" "));
});
