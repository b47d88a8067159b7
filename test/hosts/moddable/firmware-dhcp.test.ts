/** Addresses and boot files from the firmware of a board, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { dhcpMessage, quad } from "../../support/dhcp-message.js";
import { boardModule, consoleLines, resetBoard } from "./board.js";
import {
  ask,
  DISCOVER,
  exchange,
  LOOKING_MS,
  OFFER,
  RANGE,
  RELEASE,
  SERVER,
  start,
  started,
  startFirmware,
  WatchedNetwork,
} from "./boot-network.js";
import { Client, contentsOf, readRequest } from "./client.js";
import { board } from "./sdk/board.js";
import { config } from "./sdk/config.js";
import { Directory } from "./sdk/files.js";
import { directory as mountedDirectory } from "./sdk/storage-files.js";
import { advance } from "./sdk/timer.js";
import UDP, { BufferUDP, deliver } from "./sdk/udp.js";

const PATIENCE_MS = 30_000;

beforeEach(resetBoard);

for (const [kind, io] of [
  ["the SDK's", UDP],
  ["the board's own", BufferUDP],
] as const) {
  test(`with ${kind} UDP a client gets its address, the board's and its file, and the console tells the story`, () => {
    start({}, io);
    const answer = exchange();
    assert.deepEqual([answer.yourAddress, answer.serverAddress, answer.file], ["192.168.4.100", SERVER, "image.bin"]);
    assert.equal(started.clients[0]?.state, "silent");
    const file = new Client("192.168.4.100").get("image.bin") as Uint8Array;
    assert.equal(file.length, 600);
    assert.deepEqual(
      started.clients.map(({ address, state }) => [address, state]),
      [["192.168.4.100", "fetched"]],
    );
    advance(PATIENCE_MS);
    assert.deepEqual(consoleLines, [
      'DHCP: 52-54-00-12-34-56 has 192.168.4.100, told "image.bin"',
      '192.168.4.100 gets "image.bin": completed, 600 bytes in 0 ms',
    ]);
  });
}

test("the state of a client follows what it asks for", () => {
  start({ boot: "/boot/./image.bin" });
  const state = () => started.clients[0]?.state;
  exchange();
  const client = new Client("192.168.4.100");
  client.get("grub.cfg");
  assert.equal(state(), "elsewhere");
  client.get("boot/image.bin");
  assert.equal(state(), "refused");
  resetBoard();
  start();
  exchange();
  client.ask(readRequest("image.bin"));
  assert.equal(state(), "asked");
  resetBoard();
  start({ boot: [] });
  exchange();
  client.ask(readRequest("image.bin"));
  assert.equal(state(), "untold");
});

test("both servers of the board read into one buffer", () => {
  start({}, BufferUDP);
  BufferUDP.buffers.clear();
  exchange();
  assert.equal((new Client("192.168.4.100").get("image.bin") as Uint8Array).length, 600);
  assert.equal(BufferUDP.buffers.size, 1);
});

test("the console says that the server looks for others first, and when it gives addresses", () => {
  startFirmware({ dhcp: RANGE }, UDP, new Directory(), undefined, WatchedNetwork);
  board.listener.up(SERVER, "255.255.255.0");
  assert.equal(started.isServing, false);
  advance(LOOKING_MS);
  assert.equal(started.isServing, true);
  assert.deepEqual(consoleLines, [
    `TFTP server ready at ${SERVER}, port 69, 8 transfers at once`,
    `DHCP: looking for other servers at ${SERVER} for 6 s`,
    `DHCP: giving ${RANGE}`,
  ]);
});

test("a client that does not ask for its file is named once, and not again when it renews its lease", () => {
  start();
  exchange();
  advance(PATIENCE_MS);
  const line = 'DHCP: 192.168.4.100 (52-54-00-12-34-56) was told "image.bin" 30 s ago and has not asked for it';
  assert.deepEqual(consoleLines.slice(1), [line]);
  exchange();
  advance(PATIENCE_MS);
  assert.equal(consoleLines.filter((shown) => shown === line).length, 1);
});

test("the lines of a client that gives its address back, of a full range, and of another server", () => {
  start({ dhcp: "192.168.4.100-192.168.4.100", boot: [] });
  exchange();
  assert.equal(ask({ hardware: [2, 0, 0, 0, 0, 9], options: [[53, [DISCOVER]]] }).length, 0);
  ask({
    clientAddress: "192.168.4.100",
    options: [
      [53, [RELEASE]],
      [54, quad(SERVER)],
    ],
  });
  const foreign = dhcpMessage({
    operation: 2,
    options: [
      [53, [OFFER]],
      [54, quad("192.168.4.9")],
    ],
  });
  const message = new Uint8Array(foreign.buffer, foreign.byteOffset, foreign.byteLength);
  deliver(68, { address: "192.168.4.9", port: 67, message });
  assert.equal(started.otherServer, "192.168.4.9");
  assert.deepEqual(consoleLines, [
    "DHCP: 52-54-00-12-34-56 has 192.168.4.100, told no file",
    "DHCP: no address of 192.168.4.100-192.168.4.100 is left for 02-00-00-00-00-09; set a larger range",
    "DHCP: 192.168.4.100 (52-54-00-12-34-56) gives its address back",
    "DHCP: 192.168.4.9 is another DHCP server in this network, so this one is silent; stop that one, and restart the board",
  ]);
});

test("a flood of clients without an address makes ten lines a second", () => {
  start({ dhcp: "192.168.4.100-192.168.4.100" });
  exchange();
  advance(1000);
  consoleLines.length = 0;
  const flood = (first: number) => {
    for (let last = first; last < first + 30; last++) {
      ask({ hardware: [2, 0, 0, 0, 0, last], options: [[53, [DISCOVER]]] });
    }
  };
  flood(0);
  assert.equal(consoleLines.length, 10);
  advance(1000);
  flood(100);
  assert.equal(consoleLines.length, 20);
});

test("rules of a manifest select the file, and the other settings reach the client", () => {
  start({
    boot: [{ userClass: "iPXE", file: "boot.ipxe" }, { file: "{mac}.cfg" }],
    fixed: [{ hardwareAddress: "52:54:00:12:34:56", address: "192.168.4.50" }],
    leaseSeconds: "600",
    routers: "192.168.4.1, 192.168.4.2",
    nameServers: ["192.168.4.3"],
    domainName: "lab",
  });
  const answer = exchange([[55, [3, 6, 15, 51]]]);
  assert.deepEqual([answer.yourAddress, answer.file], ["192.168.4.50", "52-54-00-12-34-56.cfg"]);
  assert.deepEqual([...(answer.options.get(51) ?? [])], [0, 0, 2, 88]);
  assert.deepEqual([...(answer.options.get(3) ?? [])], [192, 168, 4, 1, 192, 168, 4, 2]);
  assert.deepEqual([...(answer.options.get(6) ?? [])], [192, 168, 4, 3]);
  assert.equal(Buffer.from(answer.options.get(15) ?? []).toString(), "lab");
  assert.equal(exchange([[77, [...Buffer.from("iPXE")]]]).file, "boot.ipxe");
});

test("files are served where DHCP cannot start, and the console says why", () => {
  for (const [settings, netmask, reason] of [
    [{}, undefined, "the board has no fixed address; set address, such as address=192.168.0.66"],
    [
      { dhcp: "10.0.0.5-10.0.0.6" },
      "255.255.255.0",
      "the range must lie in the network of the server's address, without its first and last address",
    ],
    [
      { boot: [{ hardwareAddress: "x", file: "a" }] },
      "255.255.255.0",
      'hardwareAddress is "x"; write it as 52:54:00:12:34:56',
    ],
  ] as const) {
    resetBoard();
    const directory = new Directory();
    directory.files.set("a", contentsOf(1));
    startFirmware({ dhcp: RANGE, ...settings }, UDP, directory, undefined, WatchedNetwork);
    board.listener.up(SERVER, netmask);
    assert.deepEqual(consoleLines.slice(1), [`DHCP: cannot start: ${reason}`]);
    assert.equal((new Client("192.168.4.9").get("a") as Uint8Array).length, 1);
    assert.deepEqual([started.isServing, started.clients], [false, []]);
  }
});

test("a port 67 that another server has is named, and files are served", () => {
  new UDP({ port: 67 });
  startFirmware({ dhcp: RANGE }, UDP, new Directory(), undefined, WatchedNetwork);
  board.listener.up(SERVER, "255.255.255.0");
  assert.equal(consoleLines.at(-1), "DHCP: cannot start: no socket");
});

test("the status page shows the clients", () => {
  let shown: unknown;
  const pageModules = {
    StatusPage: class {
      constructor({ dhcp }: { readonly dhcp: unknown }) {
        shown = dhcp;
      }
    },
    TransferRecords: class {},
    Listener: class {},
  };
  startFirmware({ dhcp: RANGE, statusPage: "80" }, UDP, new Directory(), pageModules, WatchedNetwork);
  board.listener.up(SERVER, "255.255.255.0");
  assert.equal(shown, started);
});

/** Runs the main module until it has started the network. */
async function runMain(query: string): Promise<void> {
  const isStarted = new Promise((resolve) => {
    board.onStarted = resolve;
  });
  await boardModule("main", query);
  await isStarted;
}

test("main gives addresses if the setting dhcp and the module are there, and an access point is told so", async (t) => {
  t.after(() => Reflect.deleteProperty(config, "dhcp"));
  Object.assign(config, { dhcp: RANGE });
  mountedDirectory.files.set("mounted.bin", contentsOf(5));
  await runMain("?with-dhcp");
  assert.equal(board.listener.givesAddresses, true);
  board.listener.up(SERVER, "255.255.255.0");
  assert.match(consoleLines.at(-1) as string, /^DHCP: looking/);
  resetBoard();
  await runMain("?without-dhcp");
  assert.equal(board.listener.givesAddresses, false);
  assert.match(consoleLines[0] as string, /^No DHCP: .*; include manifest_firmware_dhcp\.json in the manifest$/);
});

test("without the setting dhcp the module is not loaded", async () => {
  mountedDirectory.files.set("mounted.bin", contentsOf(5));
  await runMain("?without-setting");
  assert.equal(board.listener.givesAddresses, false);
  board.listener.up(SERVER, "255.255.255.0");
  assert.deepEqual(consoleLines, [`TFTP server ready at ${SERVER}, port 6969, 8 transfers at once`]);
});
