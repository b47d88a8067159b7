/** The DHCP server of a board, on stand-ins for the SDK, with both kinds of UDP. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { DhcpMessage } from "lockstep-tftp/simulated";
import type { default as DHCPServerClass, DHCPServerOptions } from "../../../dist/types/hosts/moddable/dhcp-server.js";
import { dhcpMessage, quad, readDhcpMessage } from "../../support/dhcp-message.js";
import { boardModule, consoleLines, resetBoard } from "./board.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import UDP, { BufferUDP, deliver, network } from "./sdk/udp.js";

const { default: DHCPServer } = await boardModule<{ default: typeof DHCPServerClass }>("dhcp-server");

const SERVER = "192.168.88.1";
const OTHER = "192.168.88.9";
const LOOKING_MS = 6000;
const DISCOVER = 1;
const REQUEST = 3;
const OFFER = 2;
const ACK = 5;

beforeEach(resetBoard);

function start(options: Partial<DHCPServerOptions> = {}): DHCPServerClass {
  return new DHCPServer({
    io: UDP as unknown as DHCPServerOptions["io"],
    address: SERVER,
    netmask: "255.255.255.0",
    range: "192.168.88.100-192.168.88.115",
    boot: [{ userClass: "iPXE", file: "boot.ipxe" }, { file: "phones/{mac}.cfg" }],
    ...options,
  });
}

/** What the server sends for a message, after the first one of each look for other servers. */
function ask(options: Parameters<typeof dhcpMessage>[0] = {}, port = 67): DhcpMessage[] {
  const message = dhcpMessage(options);
  network.sent.length = 0;
  deliver(port, { address: "0.0.0.0", port: 68, message: new Uint8Array(message.buffer, 0, message.byteLength) });
  for (const sent of network.sent) {
    assert.deepEqual([sent.from, sent.address, sent.port], [67, "255.255.255.255", 68]);
  }
  return network.sent.map(({ bytes }) => readDhcpMessage(bytes));
}

for (const [kind, io] of [
  ["the SDK's", UDP],
  ["the board's own", BufferUDP],
] as const) {
  test(`a client gets its address and file over ${kind} UDP`, () => {
    const events: string[] = [];
    const server = start({
      io: io as unknown as DHCPServerOptions["io"],
      onServing: () => void events.push("serving"),
      onLeased: ({ address, hardwareAddress, file }) => void events.push(`${address} ${hardwareAddress} ${file}`),
    });
    assert.deepEqual(ask({ options: [[53, [DISCOVER]]] }), []);
    advance(LOOKING_MS);
    assert.equal(server.isServing, true);
    const [offer] = ask({ options: [[53, [DISCOVER]]] });
    assert.equal(offer?.type, OFFER);
    const wanted = quad(offer?.yourAddress ?? "");
    const [answer] = ask({
      options: [
        [53, [REQUEST]],
        [50, wanted],
        [54, quad(SERVER)],
      ],
    });
    assert.equal(answer?.type, ACK);
    assert.equal(answer?.file, "phones/52-54-00-12-34-56.cfg");
    assert.deepEqual(events, ["serving", "192.168.88.100 52-54-00-12-34-56 phones/52-54-00-12-34-56.cfg"]);
    assert.equal(server.leases[0]?.address, "192.168.88.100");
    assert.equal(ask({})[0]?.yourAddress, "192.168.88.100");
    server.close();
    assert.deepEqual(ask({}), []);
    assert.equal(network.sockets.size, 0);
    assert.equal(scheduledTimers(), 0);
  });
}

test("both sockets use the interface that has the server's address, and no other", () => {
  start();
  assert.deepEqual(
    [...network.sockets].map(([port, { address }]) => [port, address]),
    [
      [67, SERVER],
      [68, SERVER],
    ],
  );
});

test("another server's answer on port 68 silences this one", () => {
  const others: string[] = [];
  const server = start({ onSilenced: (address) => void others.push(address) });
  advance(LOOKING_MS);
  ask(
    {
      operation: 2,
      options: [
        [53, [OFFER]],
        [54, quad(OTHER)],
      ],
    },
    68,
  );
  assert.deepEqual(others, [OTHER]);
  assert.equal(server.isServing, false);
  assert.deepEqual(ask({}), []);
});

test("what a callback throws is reported, and the server goes on", () => {
  start({
    onLeased() {
      throw new Error("a mistake");
    },
  });
  advance(LOOKING_MS);
  assert.equal(ask({})[0]?.yourAddress, "192.168.88.100");
  assert.equal(ask({})[0]?.yourAddress, "192.168.88.100");
  assert.match(consoleLines.join(), /a mistake/);
});

test("without a network, or with a port taken, the constructor throws and leaves nothing open", () => {
  network.isUp = false;
  assert.throws(() => start(), /no network/);
  network.isUp = true;
  network.maxSockets = 1;
  assert.throws(() => start(), /no socket/);
  assert.equal(network.sockets.size, 0);
  assert.equal(scheduledTimers(), 0);
});

test("the buffer of another server serves, unless it is too small", () => {
  const buffer = new DataView(new ArrayBuffer(1188 + 12), 12);
  start({ io: BufferUDP as unknown as DHCPServerOptions["io"], buffer });
  advance(LOOKING_MS);
  BufferUDP.buffers.clear();
  assert.equal(ask({})[0]?.yourAddress, "192.168.88.100");
  assert.deepEqual([...BufferUDP.buffers], [buffer]);
  resetBoard();
  const small = new DataView(new ArrayBuffer(1187));
  assert.throws(
    () => start({ io: BufferUDP as unknown as DHCPServerOptions["io"], buffer: small }),
    /^RangeError: byteLength of buffer is 1187/,
  );
});

test("a message that is longer than a client's may be is ignored", () => {
  start({ io: BufferUDP as unknown as DHCPServerOptions["io"], buffer: new DataView(new ArrayBuffer(1472)) });
  advance(LOOKING_MS);
  assert.equal(ask({ options: [[224, Array(250).fill(0)]] }).length, 1);
  assert.equal(
    ask({
      options: [
        [224, Array(250).fill(0)],
        [225, Array(250).fill(0)],
      ],
    }).length,
    0,
  );
});

test("a callback may close the server", () => {
  for (const io of [UDP, BufferUDP]) {
    resetBoard();
    start({
      io: io as unknown as DHCPServerOptions["io"],
      onLeased() {
        this.close();
      },
    });
    advance(LOOKING_MS);
    assert.equal(ask({})[0]?.yourAddress, "192.168.88.100");
    assert.equal(network.sockets.size, 0);
    assert.equal(scheduledTimers(), 0);
  }
});

test("options that cannot work are refused", () => {
  assert.throws(() => start({ range: "192.168.88.100" }), RangeError);
  assert.throws(() => start({ netmask: "x" }), /netmask/);
  assert.throws(() => start({ address: "10.0.0.1" }), /range must lie/);
});

test("a datagram that cannot be sent is reported, and the server goes on", () => {
  start();
  advance(LOOKING_MS);
  network.canSend = false;
  assert.deepEqual(ask({}), []);
  assert.match(consoleLines.join(), /UDP send failed/);
  network.canSend = true;
  assert.equal(ask({})[0]?.yourAddress, "192.168.88.100");
});
