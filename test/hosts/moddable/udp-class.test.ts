/** The class of the project's own UDP in C, on sockets of this machine, with a stand-in for XS. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { UNLESS_NAMESPACES } from "../../support/network-namespace.js";
import { linesOf, NATIVE, NativePrograms, STAND_INS } from "./native-program.js";

const programs = new NativePrograms();
after(() => programs.remove());

const skipPosix = programs.skip || (process.platform === "linux" ? false : "these sockets are for Linux");

let posix: string;

before(() => {
  if (skipPosix === false) {
    const own = ["udp", "udp-messages", "udp-posix"].map((name) => `${NATIVE}/lockstep-${name}.c`);
    const sources = [...own, `${STAND_INS}/udp-class-peer.c`, `${STAND_INS}/udp-class-test.c`];
    posix = programs.compile("posix", [`-I${STAND_INS}/xs`, "-Wno-unused-parameter", ...sources]);
  }
});

function onPosix(...words: string[]): string[] {
  return linesOf(posix, words);
}

/** Opens a socket, and sends to the peer, which learns the port. 2,130,706,433 is 127.0.0.1. */
const OPENED = ["open", "write-number=2130706433", "peer-gets"];
const OPENED_LINES = ["open, with its target", 'the peer gets "www"'];
const OPEN_END = "remembered, watched";
const CLOSED_END = "forgotten, not watched";

test("the class calls onDatagram for each datagram, in the buffer of the options, with its sender as numbers", {
  skip: skipPosix,
}, () => {
  assert.deepEqual(onPosix("datagrams=8", ...OPENED, "peer=hello", "peer=longer than that", "turn"), [
    ...OPENED_LINES,
    '5: "hello" from 2130706433, its port, this is the socket',
    '8: "longer t" from 2130706433, its port, this is the socket',
    OPEN_END,
  ]);
});

test("the class hands on at most 64 datagrams in a row, and the others later", { skip: skipPosix }, () => {
  const lines = onPosix("datagrams=8", ...OPENED, ...new Array<string>(70).fill("peer=x"), "turn");
  assert.equal(lines.filter((line) => line.startsWith("1: ")).length, 64);
  const rest = onPosix("datagrams=8", ...OPENED, ...new Array<string>(70).fill("peer=x"), "turn", "turn");
  assert.equal(rest.filter((line) => line.startsWith("1: ")).length, 70);
});

test("deliver calls onDatagram before the system announces what waits, and nothing without it", {
  skip: skipPosix,
}, () => {
  assert.deepEqual(onPosix("datagrams=8", ...OPENED, "deliver", "peer=hello", "deliver", "deliver").slice(2), [
    '5: "hello" from 2130706433, its port, this is the socket',
    OPEN_END,
  ]);
  assert.deepEqual(onPosix(...OPENED, "peer=hello", "deliver", "close", "deliver").slice(2), [
    "deliver throws: invalid host data",
    CLOSED_END,
  ]);
});

test("without a buffer that can be written to, a socket with onDatagram is not opened", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix("datagrams-flash", "open"), ["open throws: read-only buffer", CLOSED_END]);
  assert.deepEqual(onPosix("datagrams=0", "open"), ["open throws: no buffer", CLOSED_END]);
});

test("the class reads as ECMA-419 has it", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "peer=hello", "turn", "read", "read").slice(2), [
    "readable, 1, this is the socket",
    '"hello" of 5 from 127.0.0.1, its port',
    "nothing to read",
    OPEN_END,
  ]);
});

test("the class writes only to addresses that are numbers or texts", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "write", "peer-gets", "write-length=0", "peer-gets").slice(2, 4), [
    'the peer gets "www"',
    'the peer gets ""',
  ]);
  const wrong = ["write=1.2.3", "write-number=-1", "write-number=4294967296", "write-port=0", "write-port=65536"];
  assert.deepEqual(onPosix(...OPENED, ...wrong, "write-length=65508").slice(2), [
    ...new Array<string>(3).fill("write throws: this is no IPv4 address"),
    ...new Array<string>(2).fill("write throws: a datagram goes to a port from 1 to 65535"),
    "write throws: a datagram has at most 65507 bytes",
    OPEN_END,
  ]);
});

test("send takes the length, and returns whether the datagram was sent", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "send=2", "peer-gets", "send=0", "peer-gets", "send-port=0").slice(2), [
    "sent",
    'the peer gets "ss"',
    "sent",
    'the peer gets ""',
    "not sent",
    OPEN_END,
  ]);
  assert.deepEqual(onPosix(...OPENED, "send=4", "send=-1", "send=65508").slice(2), [
    ...new Array<string>(3).fill("send throws: the message has not that many bytes"),
    OPEN_END,
  ]);
});

test("the class names missing arguments, which a release build of XS does not check", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "write-nowhere", "send-nowhere", "add-nothing", "remove-nothing").slice(2), [
    "write throws: write needs a message, an address and a port",
    "send throws: send needs a message, a length, an address and a port",
    "add throws: a multicast address is a text from 224.0.0.0 to 239.255.255.255",
    "remove throws: a multicast address is a text from 224.0.0.0 to 239.255.255.255",
    OPEN_END,
  ]);
});

test("broadcasts are sent, received, and ignored by a socket for unicast, which counts them", {
  skip: skipPosix,
}, () => {
  const broadcast = ["write=127.255.255.255", "peer-to=127.255.255.255", "peer=hello", "turn"];
  assert.deepEqual(onPosix(...OPENED, ...broadcast, "read", "read", "ignored").slice(3), [
    '"all" of 3 from 127.0.0.1, its port',
    '"hello" of 5 from 127.0.0.1, its port',
    "0 ignored",
    OPEN_END,
  ]);
  assert.deepEqual(onPosix("unicast-only", ...OPENED, ...broadcast, "read", "read", "ignored").slice(3), [
    '"hello" of 5 from 127.0.0.1, its port',
    "nothing to read",
    "1 ignored",
    OPEN_END,
  ]);
  assert.deepEqual(onPosix("unicast-only", "datagrams=8", ...OPENED, ...broadcast, "ignored").slice(2), [
    '5: "hello" from 2130706433, its port, this is the socket',
    "1 ignored",
    OPEN_END,
  ]);
});

test("a multicast address is heard from add to remove", { skip: skipPosix || UNLESS_NAMESPACES }, () => {
  const onLoopback = 'ip link set lo up && ip route add 224.0.0.0/4 dev lo && exec "$0" "$@"';
  const words = [...OPENED, "add=224.0.0.251", "add=224.0.0.251", "peer-to=224.0.0.251", "turn", "read"];
  const lines = linesOf("unshare", [
    ...["--net", "sh", "-c", onLoopback, posix],
    ...[...words, "remove=224.0.0.251", "remove=224.0.0.251", "peer-to=224.0.0.251", "peer=one", "turn", "read"],
  ]);
  assert.deepEqual(lines.slice(2), [
    "readable, 1, this is the socket",
    '"all" of 3 from 127.0.0.1, its port',
    "remove throws: this multicast address was not added",
    "readable, 1, this is the socket",
    '"one" of 3 from 127.0.0.1, its port',
    OPEN_END,
  ]);
});

test("a socket with an address uses the interface that has it, for broadcasts too", {
  skip: skipPosix || UNLESS_NAMESPACES,
}, () => {
  const pair = "ip link add one type veth peer name other && ip link set other up && ip link set one up";
  const address = "ip link set lo up && ip addr add 192.168.88.1/24 dev one";
  const inNamespace = (route: string, ...words: string[]) =>
    linesOf("unshare", ["--net", "sh", "-c", `${pair} && ${address} && ${route} && exec "$0" "$@"`, posix, ...words]);
  const words = ["peer-anywhere", "open", "write=255.255.255.255"];
  assert.equal(inNamespace("true", ...words)[1], "write throws: the datagram was not sent");
  // The first of the peer's datagrams comes over loopback, and is not received.
  const answers = ["peer-gets", "peer-to=127.0.0.1", "peer=x", "peer-to=255.255.255.255", "turn", "read", "read"];
  assert.deepEqual(
    inNamespace("ip route add 255.255.255.255 dev one", "address=192.168.88.1", ...words, ...answers).slice(1),
    [
      'the peer gets "www"',
      "readable, 1, this is the socket",
      '"x" of 1 from 192.168.88.1, its port',
      '"all" of 3 from 192.168.88.1, its port',
      OPEN_END,
    ],
  );
  assert.equal(inNamespace("true", "address=192.168.88.1", ...words, "peer-gets")[1], 'the peer gets "www"');
});

test("the class takes only multicast addresses for add and remove", { skip: skipPosix }, () => {
  const error = "throws: a multicast address is a text from 224.0.0.0 to 239.255.255.255";
  const words = ["add=223.255.255.255", "add=240.0.0.0", "add=255.255.255.255", "add=example", "remove=192.168.0.1"];
  assert.deepEqual(onPosix("open", ...words, "close", "add=224.0.0.251").slice(1), [
    ...new Array<string>(4).fill(`add ${error}`),
    `remove ${error}`,
    "add throws: invalid host data",
    CLOSED_END,
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
    ["address=1.2.3", "open throws: address is a text such as 192.168.0.66"],
    ["address=192.0.2.1", "open throws: no network interface has this address"],
    ["port=-1", "open throws: the port is taken, or needs privileges"],
  ] as const) {
    assert.deepEqual(onPosix(option, "open"), [line, CLOSED_END]);
  }
  assert.deepEqual(onPosix("time-to-live=9", "open"), ["open, with its target", OPEN_END]);
});

test("the callbacks and the buffer are kept alive, and a callback may close the socket", { skip: skipPosix }, () => {
  assert.deepEqual(onPosix(...OPENED, "gc").slice(2), ["the function is kept", OPEN_END]);
  assert.deepEqual(onPosix("datagrams=8", ...OPENED, "gc").slice(2), [
    "the function is kept",
    "the buffer is kept",
    OPEN_END,
  ]);
  for (const word of ["turn", "deliver"]) {
    assert.deepEqual(onPosix("datagrams=8", "closing", ...OPENED, "peer=x", "peer=y", word).slice(2), [
      '1: "x" from 2130706433, its port, this is the socket',
      CLOSED_END,
    ]);
  }
  assert.deepEqual(onPosix("closing", ...OPENED, "peer=x", "peer=y", "turn").slice(2), [
    "readable, 1, this is the socket",
    CLOSED_END,
  ]);
  assert.deepEqual(onPosix("deaf", ...OPENED, "gc", "peer=x", "turn", "read").slice(2), [
    '"x" of 1 from 127.0.0.1, its port',
    OPEN_END,
  ]);
});

test("a closed socket cannot be used, may be closed again, and the end of the machine closes open ones", {
  skip: skipPosix,
}, () => {
  assert.deepEqual(onPosix(...OPENED, "close", "close", "write", "read").slice(2), [
    "write throws: invalid host data",
    "read throws: invalid host data",
    "nothing to read",
    CLOSED_END,
  ]);
  assert.equal(onPosix(...OPENED, "end").at(-1), "remembered, not watched");
});
