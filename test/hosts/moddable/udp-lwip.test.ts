/** The project's own UDP on lwIP: compiled for this machine, with a stand-in for lwIP, and with lwIP itself. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { linesOf, NATIVE, NativePrograms, STAND_INS } from "./native-program.js";

const LWIP_HEADERS = "/usr/include/lwip/lwip/udp.h";
/** Datagrams that may wait in a socket of the board. */
const MAX_WAITING = 32;

const programs = new NativePrograms();
after(() => programs.remove());

const { skip } = programs;
const skipLwip = skip || (existsSync(LWIP_HEADERS) ? false : "lwIP is not installed (Debian: liblwip-dev)");

let lwip: string;

before(() => {
  if (skip === false) {
    const own = [
      `${NATIVE}/lockstep-udp-lwip.c`,
      `${NATIVE}/lockstep-udp-groups.c`,
      `${NATIVE}/lockstep-udp-address.c`,
    ];
    const sources = [...own, `${STAND_INS}/lwip/lwip-stand-in.c`, `${STAND_INS}/udp-lwip-test.c`];
    const words = ["-DESP32=1", "-Wl,--wrap=calloc", `-I${STAND_INS}`, `-I${STAND_INS}/xs`];
    lwip = programs.compile("lwip", [...words, ...sources]);
  }
});

function onLwip(...words: string[]): string[] {
  const lines = linesOf(lwip, words, true);
  assert.equal(lines.pop(), "0 pbufs left");
  return lines;
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
  assert.deepEqual(onLwip("no-memory", "open"), ["no memory for a socket"]);
  assert.deepEqual(onLwip("no-socket", "open"), ["lwIP has no socket to give"]);
  assert.deepEqual(onLwip("no-thread", "open"), ["lwIP has no socket to give"]);
  assert.deepEqual(onLwip("port-taken", "open"), ["removed", "the port is taken"]);
});

test("on lwIP a socket with an address is bound to the interface that has it", { skip }, () => {
  assert.deepEqual(onLwip("open-at=10.0.0.1", "close").slice(0, 3), ["bound to 69", "bound to Ethernet", "open"]);
  assert.deepEqual(onLwip("open-at=192.168.4.1", "close")[1], "bound to Wi-Fi");
  assert.deepEqual(onLwip("open-at=10.0.0.9"), ["bound to 69", "removed", "no network interface has this address"]);
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

test("on lwIP a machine whose queue was full until no more datagrams could wait is called with the next one", {
  skip,
}, () => {
  const burst = new Array<string>(MAX_WAITING).fill("arrive");
  assert.deepEqual(onLwip("open", "machine-full", ...burst, "all-well", "arrive", "serve", "close").slice(2), [
    `${MAX_WAITING} readable`,
    "removed",
  ]);
});

test("on lwIP datagrams that are left in the socket are announced once more, if that is asked for", { skip }, () => {
  const words = ["arrive", "arrive", "serve", "announce", "read", "announce", "serve", "serve"];
  assert.deepEqual(onLwip("open", ...words, "read", "announce", "serve", "close").slice(2), [
    "2 readable",
    `read "${"a".repeat(25)}" of 25 from c0a80402 port 2001`,
    "1 readable",
    `read "${"b".repeat(25)}" of 25 from c0a80402 port 2002`,
    "removed",
  ]);
});

test("on lwIP the callback may close the socket, and datagrams that wait are freed", { skip }, () => {
  assert.deepEqual(onLwip("open", "closing", "arrive", "arrive", "serve").slice(2), ["2 readable", "removed"]);
  // lwIP cannot be reached at that moment: what arrives afterwards finds a closed socket.
  assert.deepEqual(onLwip("open", "closing", "arrive", "no-thread", "serve", "arrive", "serve").slice(2), [
    "1 readable",
  ]);
});

const TO_MANY = ["to=192.168.0.255", "arrive", "to=255.255.255.255", "arrive", "to=224.0.0.251", "arrive"];
const TO_ONE = ["to=192.168.0.66", "arrive"];

test("on lwIP a socket for unicast ignores and counts what came to many, and others receive it", { skip }, () => {
  assert.deepEqual(onLwip("open-unicast", ...TO_MANY, ...TO_ONE, "serve", "ignored", "dropped", "close").slice(2), [
    "1 readable",
    "3 ignored",
    "0 dropped",
    "removed",
  ]);
  assert.deepEqual(onLwip("open", ...TO_MANY, ...TO_ONE, "serve", "ignored", "close").slice(2), [
    "4 readable",
    "0 ignored",
    "removed",
  ]);
});

test("on lwIP a socket joins and leaves multicast addresses, each once, and leaves the others when it is closed", {
  skip,
}, () => {
  const words = ["join=224.0.0.251", "join=224.0.0.251", "join=239.1.2.3", "leave=224.0.0.251", "leave=224.0.0.251"];
  assert.deepEqual(onLwip("open", ...words, "close").slice(2), [
    "joined 224.0.0.251",
    "joined 239.1.2.3",
    "left 224.0.0.251",
    "this multicast address was not added",
    "removed",
    "left 239.1.2.3",
  ]);
});

test("on lwIP a multicast address that cannot be joined or left is returned as an error", { skip }, () => {
  const refused = ["no-group", "join=224.0.0.1", "no-thread", "join=224.0.0.1", "all-well", "join=224.0.0.1"];
  assert.deepEqual(onLwip("open", ...refused, "no-thread", "leave=224.0.0.1", "all-well", "close").slice(2), [
    "no interface takes the multicast address",
    "no interface takes the multicast address",
    "joined 224.0.0.1",
    "the multicast address was not removed",
    "removed",
    "left 224.0.0.1",
  ]);
  const five = [1, 2, 3, 4, 5].map((last) => `join=224.0.0.${last}`);
  assert.equal(onLwip("open", ...five, "close")[6], "a socket has at most 4 multicast addresses");
});

test("on lwIP addresses are read from texts", { skip }, () => {
  assert.deepEqual(onLwip("192.168.0.66", "192.168.0.x"), ["address c0a80042", "none 00000000"]);
});

test("on lwIP itself: lock-step, fragments, broadcasts, multicasts, a flood, and closing in a flood", {
  skip: skipLwip,
}, () => {
  const own = [`${NATIVE}/lockstep-udp-lwip.c`, `${NATIVE}/lockstep-udp-groups.c`, `${NATIVE}/lockstep-udp-address.c`];
  const sources = [...own, `${STAND_INS}/udp-lwip-machine.c`, `${STAND_INS}/udp-lwip-loopback.c`];
  const headers = ["-isystem", path.dirname(path.dirname(LWIP_HEADERS)), `-I${STAND_INS}/xs`];
  const program = programs.compile("loopback", [...headers, ...sources, "-llwip", "-lpthread"]);
  assert.deepEqual(linesOf(program, []), [
    "the port is taken",
    "lock-step, 20000 rounds",
    "a datagram of 4000 bytes",
    "broadcasts and multicasts, received",
    "broadcasts and multicasts, ignored",
    "groups end with their sockets",
    "no network interface has this address",
    "each interface has its own broadcasts",
    "a flood, all accounted for",
    "closed in a flood",
    "closed in a callback",
  ]);
});
