/** The board's own UDP in C: compiled for this machine, with stand-ins for XS and lwIP, and with lwIP itself. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

const BOARD = "hosts/moddable/native";
const STAND_INS = "test/hosts/moddable/native";
const WARNINGS = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"];
/** With a compiler that can check it, memory that is used after it was freed, or never freed, ends a program. */
const CHECKS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const LWIP_HEADERS = "/usr/include/lwip/lwip/udp.h";
/** Datagrams that may wait in a socket of the board. */
const MAX_WAITING = 32;

function compiles(words: readonly string[]): boolean {
  const all = [...words, "-x", "c", "-", "-o", path.join(folder, "try")];
  return spawnSync("cc", all, { input: "int main(void) { return 0; }" }).status === 0;
}

const folder = mkdtempSync(path.join(tmpdir(), "board-udp-"));
after(() => rmSync(folder, { recursive: true }));

const skip = compiles([]) ? false : "no C compiler (cc)";
const skipLwip = skip || (existsSync(LWIP_HEADERS) ? false : "lwIP is not installed (Debian: liblwip-dev)");
const skipPosix = skip || (process.platform === "linux" ? false : "these sockets are for Linux");
const checks = skip === false && compiles(CHECKS) ? CHECKS : [];

function compile(name: string, words: readonly string[]): string {
  const program = path.join(folder, name);
  execFileSync("cc", ["-std=gnu17", "-g", ...WARNINGS, ...checks, `-I${BOARD}`, "-o", program, ...words]);
  return program;
}

function linesOf(program: string, words: readonly string[]): string[] {
  // Leaks are checked only in the program on lwIP's stand-in: the stand-in for XS collects no garbage. Old pointers on
  // the stack do not count.
  const detectsLeaks = program === lwip ? 1 : 0;
  const options = { ASAN_OPTIONS: `detect_leaks=${detectsLeaks}`, LSAN_OPTIONS: "use_stacks=0:use_registers=0" };
  const env = { ...process.env, ...options };
  return execFileSync(program, words, { encoding: "utf8", env }).trim().split("\n");
}

let lwip: string;
let posix: string;

before(() => {
  if (skip === false) {
    const sources = [`${BOARD}/udp-socket-lwip.c`, `${STAND_INS}/udp-lwip-test.c`];
    lwip = compile("lwip", ["-DESP32=1", `-I${STAND_INS}`, `-I${STAND_INS}/xs`, ...sources]);
  }
  if (skipPosix === false) {
    const sources = [`${BOARD}/udp.c`, `${BOARD}/udp-socket-posix.c`, `${STAND_INS}/udp-class-test.c`];
    posix = compile("posix", [`-I${STAND_INS}/xs`, ...sources]);
  }
});

function onLwip(...words: string[]): string[] {
  const lines = linesOf(lwip, words);
  assert.equal(lines.pop(), "0 pbufs left");
  return lines;
}

function onPosix(...words: string[]): string[] {
  return linesOf(posix, words);
}

test("on lwIP a burst causes one callback, and is read in order, each datagram with its sender", { skip }, () => {
  assert.deepEqual(onLwip("open", "arrive", "arrive", "serve", "read", "read-short", "read", "serve", "close"), [
    "bound to 69",
    "open",
    "2 readable",
    `read "${"a".repeat(25)}" of 25 from c0a80402 port 2001`,
    `read "${"b".repeat(15)}" of 25 from c0a80402 port 2002`,
    "nothing to read, next -1",
    "removed",
  ]);
});

test("on lwIP datagrams that arrive while the machine works cause another callback, unless they were read", {
  skip,
}, () => {
  assert.deepEqual(onLwip("open", "arrive", "serve", "arrive", "serve", "read", "read", "serve", "close").slice(2), [
    "1 readable",
    "2 readable",
    `read "${"a".repeat(25)}" of 25 from c0a80402 port 2001`,
    `read "${"b".repeat(25)}" of 25 from c0a80402 port 2002`,
    "removed",
  ]);
  assert.deepEqual(onLwip("open", "arrive", "read", "serve", "close").slice(3), ["removed"]);
});

test("on lwIP datagrams beyond the limit are dropped and counted, and reading some makes room again", {
  skip,
}, () => {
  const burst = new Array<string>(MAX_WAITING + 3).fill("arrive");
  const lines = onLwip("open", ...burst, "dropped", "serve", "read", "arrive", "dropped", "arrive", "dropped", "close");
  assert.deepEqual(
    lines.filter((line) => /dropped|readable/.test(line)),
    ["3 dropped", `${MAX_WAITING} readable`, "3 dropped", "4 dropped"],
  );
  const rest = onLwip("open", ...burst, ...new Array<string>(MAX_WAITING + 1).fill("read"), "close").slice(2);
  assert.deepEqual([...new Set(rest.slice(0, MAX_WAITING))].length, MAX_WAITING);
  assert.equal(rest[MAX_WAITING], "nothing to read, next -1");
});

test("on lwIP a message is sent whole, and a failure is returned", { skip }, () => {
  assert.deepEqual(
    onLwip("open", "send", "no-pbuf", "send", "no-route", "send", "no-thread", "send", "all-well", "close"),
    [
      "bound to 69",
      "open",
      'sent "longer than one pbuf" to 192.168.0.66 port 1234',
      "not sent",
      "not sent",
      "not sent",
      "removed",
    ],
  );
});

test("on lwIP a socket that cannot be opened returns the reason, and leaves nothing", { skip }, () => {
  assert.deepEqual(onLwip("no-network", "open"), ["no network interface is up"]);
  assert.deepEqual(onLwip("no-socket", "open"), ["lwIP has no socket to give"]);
  assert.deepEqual(onLwip("no-thread", "open"), ["lwIP has no socket to give"]);
  assert.deepEqual(onLwip("port-taken", "open"), ["removed", "the port is taken"]);
});

test("on lwIP a socket may be closed while a message about it is pending", { skip }, () => {
  assert.deepEqual(onLwip("open", "arrive", "close", "serve").slice(2), ["removed"]);
  assert.deepEqual(onLwip("open", "arrive", "serve", "close", "serve").slice(2), ["1 readable", "removed"]);
  // The machine ends with the message pending, so the socket is freed at once.
  assert.deepEqual(onLwip("open", "arrive", "end").slice(2), ["removed"]);
});

test("on lwIP a closed socket takes no datagrams, even if lwIP cannot release it", { skip }, () => {
  assert.deepEqual(onLwip("open", "no-thread", "close", "arrive", "arrive").slice(2), []);
  // A message was pending, too, which must not free what lwIP goes on using.
  assert.deepEqual(onLwip("open", "arrive", "no-thread", "close", "serve", "arrive").slice(2), []);
  assert.deepEqual(onLwip("open", "arrive", "no-thread", "end", "arrive").slice(2), []);
});

test("on lwIP a pending message releases a closed socket that lwIP could not release before", { skip }, () => {
  assert.deepEqual(onLwip("open", "arrive", "no-thread", "close", "all-well", "serve").slice(2), ["removed"]);
});

test("on lwIP a machine whose queue was full is called with the next datagram", { skip }, () => {
  assert.deepEqual(onLwip("open", "machine-full", "arrive", "all-well", "serve", "arrive", "serve", "close").slice(2), [
    "2 readable",
    "removed",
  ]);
});

test("on lwIP addresses are read from texts", { skip }, () => {
  assert.deepEqual(onLwip("192.168.0.66", "192.168.0.x"), ["address c0a80042", "none 00000000"]);
});

test("on lwIP itself: lock-step, fragments, a flood, and closing in a flood", { skip: skipLwip }, () => {
  const sources = [`${BOARD}/udp-socket-lwip.c`, `${STAND_INS}/udp-lwip-loopback.c`];
  const libraries = ["-llwip", "-lpthread"];
  const program = compile("loopback", [
    "-isystem",
    path.dirname(path.dirname(LWIP_HEADERS)),
    `-I${STAND_INS}/xs`,
    ...sources,
    ...libraries,
  ]);
  assert.deepEqual(linesOf(program, []), [
    "the port is taken",
    "lock-step, 20000 rounds",
    "a datagram of 4000 bytes",
    "a flood, all accounted for",
    "closed in a flood",
  ]);
});

/** Opens a socket, and sends to the peer, which learns the port. 2,130,706,433 is 127.0.0.1. */
const OPENED = ["open", "write-number=2130706433", "peer-gets"];
const OPENED_LINES = ["open, with its target", 'the peer gets "www"'];
const OPEN_END = "remembered, watched";
const CLOSED_END = "forgotten, not watched";

test("the class reads into a buffer, and gives the sender's address and port as numbers", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "peer=hello", "turn", "read=64", "read=64", "peer=longer", "turn", "read=2"), [
    ...OPENED_LINES,
    "readable, 1, this is the socket",
    '5: "hello" from 2130706433, its port',
    "nothing to read",
    "readable, 1, this is the socket",
    '2: "lo" from 2130706433, its port',
    OPEN_END,
  ]);
});

test("without a buffer the class reads as ECMA-419 has it", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "peer=hello", "turn", "read", "read").slice(3), [
    '"hello" of 5 from 127.0.0.1, its port',
    "nothing to read",
    OPEN_END,
  ]);
});

test("a read-only buffer loses no datagram", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "peer=hello", "turn", "read-flash", "read=8").slice(3), [
    "read throws: read-only buffer",
    "nothing to read",
    '5: "hello" from 2130706433, its port',
    OPEN_END,
  ]);
});

test("the class writes only to addresses that are numbers or texts", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "write", "peer-gets", "write-nothing", "peer-gets").slice(2, 4), [
    'the peer gets "www"',
    'the peer gets ""',
  ]);
  const wrong = ["write=1.2.3", "write-number=-1", "write-number=4294967296", "write-port=0", "write-port=65536"];
  assert.deepEqual(onPosix(...OPENED, ...wrong, "write-much").slice(2), [
    ...new Array<string>(3).fill("write throws: this is no IPv4 address"),
    ...new Array<string>(2).fill("write throws: a datagram goes to a port from 1 to 65535"),
    "write throws: a datagram has at most 65507 bytes",
    OPEN_END,
  ]);
});

test("datagrams that the system drops are counted", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "flood").slice(2), ["some are kept, the others are counted", OPEN_END]);
});

test("the class names invalid options", { skip: skipPosix }, () => {
  for (const [option, line] of [
    ["port=65536", "open throws: port is a number from 0 to 65535"],
    ["time-to-live=256", "open throws: timeToLive is a number from 1 to 255"],
    ["format", 'open throws: UDP has no format but "buffer"'],
    ["port=-1", "open throws: the port is taken, or needs privileges"],
  ] as const) {
    assert.deepEqual(onPosix(option, "open"), [line, CLOSED_END]);
  }
  assert.deepEqual(onPosix("time-to-live=9", "open"), ["open, with its target", OPEN_END]);
});

test("the callback onReadable is kept alive, and may close the socket", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "gc").slice(2), ["the function is kept", OPEN_END]);
  assert.deepEqual(onPosix("closing", ...OPENED, "peer=x", "peer=y", "turn").slice(2), [
    "readable, 1, this is the socket",
    CLOSED_END,
  ]);
  assert.deepEqual(onPosix("deaf", ...OPENED, "gc", "peer=x", "turn", "read=1").slice(2), [
    '1: "x" from 2130706433, its port',
    OPEN_END,
  ]);
});

test("a closed socket cannot be used, may be closed again, and the end of the machine closes open ones", {
  skip: skipPosix,
}, () => {
  assert.deepEqual(onPosix(...OPENED, "close", "close", "write", "read=1").slice(2), [
    "write throws: invalid host data",
    "read throws: invalid host data",
    "nothing to read",
    CLOSED_END,
  ]);
  assert.equal(onPosix(...OPENED, "end").at(-1), "remembered, not watched");
});
