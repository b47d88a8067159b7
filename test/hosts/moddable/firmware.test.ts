/** The firmware of a board, as built, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_EXISTS } from "lockstep-tftp/engine";
import { packetOf } from "lockstep-tftp/simulated";
import { boardModule, consoleLines, resetBoard } from "./board.js";
import { acknowledgement, Client, contentsOf, readRequest } from "./client.js";
import { board } from "./sdk/board.js";
import { Directory } from "./sdk/files.js";
import { putIntoImage } from "./sdk/resource.js";
import { directory as mountedDirectory } from "./sdk/storage-files.js";
import { advance } from "./sdk/timer.js";
import UDP, { network } from "./sdk/udp.js";
import { tar } from "./tar.js";

interface FirmwareModule {
  startFirmware(config: Record<string, unknown>, io: typeof UDP, directory: Directory | undefined): void;
}

const { startFirmware } = await boardModule<FirmwareModule>("firmware");

const MINUTE_MS = 60_000;

let directory: Directory;

beforeEach(() => {
  resetBoard();
  board.freeMemoryBytes = 100_000;
  directory = new Directory();
  directory.files.set("a.bin", contentsOf(1024));
});

/** Starts the firmware with the network up. */
function start(config: Record<string, unknown> = {}): void {
  startFirmware(config, UDP, directory);
  board.listener.up("192.168.4.1");
}

function isAnswered(client: Client, name = "a.bin"): boolean {
  client.ask(readRequest(name));
  return client.take().length > 0;
}

test("the console shows the address of the server, and each transfer with its result", () => {
  start();
  const client = new Client("192.168.4.7");
  client.ask(readRequest("a.bin"));
  const { from } = client.takeOne();
  advance(5);
  client.send(from, acknowledgement(1));
  client.send(from, acknowledgement(2));
  client.send(from, acknowledgement(3));
  new Client("192.168.4.8").get("missing");
  new Client("192.168.4.9").put("a.bin", contentsOf(1));
  assert.deepEqual(consoleLines, [
    "TFTP server ready at 192.168.4.1, port 69, 8 transfers at once",
    '192.168.4.7 gets "a.bin": completed, 1024 bytes in 5 ms',
    '192.168.4.8 gets "missing": no such file',
    '192.168.4.9 puts "a.bin": uploads are off (write allows them)',
  ]);
});

test("a name on the console is printable and of limited length", () => {
  start();
  consoleLines.length = 0;
  new Client().get(`\u009b31m\u202e${"x".repeat(200)}`);
  assert.deepEqual(consoleLines, [`192.168.4.2 gets "?31m?${"x".repeat(59)}...": not a name for files`]);
});

test("a name that is not UTF-8 is on the console with its bytes", () => {
  start();
  consoleLines.length = 0;
  new Client().ask(packetOf(1, "T", Uint8Array.of(0xfc), "r", Uint8Array.of(0x80, 0x61), "\0", "octet\0"));
  assert.deepEqual(consoleLines, [String.raw`192.168.4.2 gets "T\xfcr\x80a": no such file`]);
});

test("the console shows statistics once a minute", () => {
  start({ write: "new" });
  new Client().get("a.bin");
  new Client().put("b.bin", contentsOf(10));
  new Client().get("missing");
  const client = new Client();
  client.ask(readRequest("a.bin"));
  consoleLines.length = 0;
  advance(MINUTE_MS - 1);
  assert.ok(!consoleLines.some((line) => line.includes("completed,")));
  advance(1);
  assert.equal(
    consoleLines.at(-1),
    "0 running, 2 completed, 1 failed, 1 refused, 1024 bytes sent, 10 received, 0 unanswered, 0 dropped, 100000 bytes free",
  );
  advance(MINUTE_MS);
  assert.equal(consoleLines.filter((line) => line.includes("bytes free")).length, 2);
  board.freeMemoryBytes = Number.POSITIVE_INFINITY;
  advance(MINUTE_MS);
  assert.match(consoleLines.at(-1) as string, /0 dropped$/);
});

test("with log=false the console is silent", () => {
  start({ log: "false" });
  new Client().get("a.bin");
  new Client().get("missing");
  board.listener.down();
  advance(2 * MINUTE_MS);
  assert.deepEqual(consoleLines, []);
});

test("the firmware tries to listen again until a socket can be opened", () => {
  network.isUp = false;
  start();
  board.listener.up("192.168.4.1");
  assert.deepEqual(consoleLines, ["Cannot listen yet: no network"]);
  advance(3000);
  network.isUp = true;
  assert.equal(network.sockets.size, 0);
  advance(1000);
  assert.equal(network.sockets.size, 1);
  assert.equal(consoleLines.at(-1), "TFTP server ready at 192.168.4.1, port 69, 8 transfers at once");
});

test("transfers go on after the network was lost and is back", () => {
  start();
  const client = new Client();
  client.ask(readRequest("a.bin"));
  const { from } = client.takeOne();
  board.listener.down();
  board.listener.up("192.168.4.33");
  client.send(from, acknowledgement(1));
  assert.equal(client.takeOne().bytes.length, 4 + 512);
  assert.deepEqual(consoleLines.slice(1), [
    "Network lost",
    "TFTP server ready at 192.168.4.33, port 69, 8 transfers at once",
  ]);
});

test("low memory refuses new transfers and finishes the running ones", () => {
  start();
  const client = new Client();
  client.ask(readRequest("a.bin"));
  const { from } = client.takeOne();
  board.freeMemoryBytes = 39_999;
  assert.equal(isAnswered(new Client()), false);
  client.send(from, acknowledgement(1));
  assert.equal(client.take().length, 1);
  board.freeMemoryBytes = 40_000;
  assert.equal(isAnswered(new Client()), true);
});

test("a board that knows its netmask answers its own network only", () => {
  start();
  assert.equal(isAnswered(new Client("10.1.2.3")), true);
  board.listener.up("192.168.0.66", "255.255.255.128");
  assert.equal(isAnswered(new Client("192.168.0.127")), true);
  assert.equal(isAnswered(new Client("192.168.0.128")), false);
  assert.equal(isAnswered(new Client("192.168.1.2")), false);
  assert.equal(isAnswered(new Client("10.1.2.3")), false);
});

test("an address has at most four transfers that it has not answered", () => {
  start();
  const clients = Array.from({ length: 6 }, () => new Client());
  assert.deepEqual(
    clients.map((client) => isAnswered(client)),
    [true, true, true, true, false, false],
  );
  assert.equal(isAnswered(new Client("192.168.4.77")), true);
});

test("at most fifty requests are answered in a second", () => {
  start();
  const answered = Array.from({ length: 60 }, (_, host) => isAnswered(new Client(`192.168.4.${host}`), "missing"));
  assert.equal(answered.filter((isTrue) => isTrue).length, 50);
});

test("files of the file system hide those of the image", () => {
  putIntoImage("files.tar", tar({ "a.bin": contentsOf(3), "b.bin": contentsOf(4) }));
  start({ write: "new" });
  assert.equal((new Client().get("a.bin") as Uint8Array).length, 1024);
  assert.equal((new Client().get("b.bin") as Uint8Array).length, 4);
  assert.equal(new Client().put("b.bin", contentsOf(1)), ERROR_FILE_EXISTS);
  resetBoard();
  putIntoImage("files.tar", tar({ "b.bin": contentsOf(4) }));
  start({ write: "overwrite" });
  assert.equal(new Client().put("b.bin", contentsOf(1)), -1);
  assert.equal((new Client().get("b.bin") as Uint8Array).length, 1);
});

test("without a file system only the image is served, and uploads are refused", () => {
  putIntoImage("files.tar", tar({ "b.bin": contentsOf(4) }));
  startFirmware({ write: "overwrite" }, UDP, undefined);
  board.listener.up("192.168.4.1");
  assert.equal((new Client().get("b.bin") as Uint8Array).length, 4);
  assert.equal(new Client().put("c.bin", contentsOf(1)), ERROR_ACCESS_VIOLATION);
});

test("without any files to serve the console says so", () => {
  startFirmware({}, UDP, undefined);
  assert.match(consoleLines.join(), /nothing to serve/);
});

test("settings of mcconfig are texts, those of a manifest may be numbers", () => {
  start({ port: "6969", maxTransfers: 2, maxWindowSize: "1", singlePort: "true" });
  assert.deepEqual([...network.sockets.keys()], [6969]);
  const client = new Client("192.168.4.2", 6969);
  client.ask(readRequest("a.bin", "windowsize", "8"));
  assert.ok(Buffer.from(client.takeOne().bytes).includes("windowsize\x001\x00"));
  const [second, third] = [new Client("192.168.4.3", 6969), new Client("192.168.4.4", 6969)];
  assert.deepEqual([isAnswered(second), isAnswered(third)], [true, false]);
});

test("an upload larger than maxSizeBytes is refused", () => {
  start({ write: "new", maxSizeBytes: "1000" });
  assert.equal(new Client().put("small", contentsOf(1000)), -1);
  assert.notEqual(new Client().put("large", contentsOf(1001)), -1);
});

for (const [setting, value, line] of [
  ["port", "0", 'port is "0"; it must be a whole number from 1 to 65535'],
  ["port", "69x", 'port is "69x"; it must be a whole number from 1 to 65535'],
  ["port", "", 'port is ""; it must be a whole number from 1 to 65535'],
  ["channel", "14", 'channel is "14"; it must be a whole number from 1 to 13'],
  ["maxTransfers", "13", 'maxTransfers is "13"; it must be a whole number from 1 to 12'],
  ["write", "yes", 'write is "yes"; it must be one of: never, new, overwrite'],
  ["uploads", "new", "uploads is now called write"],
  ["uploadBytesMax", "65536", "uploadBytesMax is now called maxSizeBytes"],
  ["transfers", "8", "transfers is now called maxTransfers"],
  ["window", "8", "window is now called maxWindowSize"],
  ["log", "maybe", 'log is "maybe"; it must be one of: true, false'],
  ["address", "192.168.0", 'address is "192.168.0"; write for example 192.168.0.66'],
  ["address", "192.168.0.256", 'address is "192.168.0.256"; write for example 192.168.0.66'],
  ["accessPoint", "ü".repeat(17), "accessPoint has 34 bytes; the name of a network has at most 32"],
  [
    "accessPointPassword",
    "1234567",
    "accessPointPassword has 7 characters; it must have 8 to 63, or be absent for an open network",
  ],
  ["password", "1234567", "password has 7 characters; it must have 8 to 63, or be absent for an open network"],
] as const) {
  test(`the setting ${setting}=${value} is refused, with a line that says what is right`, () => {
    startFirmware({ [setting]: value }, UDP, directory);
    assert.deepEqual(consoleLines, [`The TFTP server does not start: ${line}`]);
    assert.equal(network.sockets.size, 0);
  });
}

for (const netmask of ["255.255.0.255", "0.0.0.0", "255.255.255", "x"]) {
  test(`the netmask ${netmask} is refused`, () => {
    startFirmware({ address: "192.168.0.66", netmask }, UDP, directory);
    assert.match(consoleLines.join(), /netmask is ".*"; write for example 255\.255\.255\.0/);
  });
}

/** Runs the main module until it has started the network, and brings the network up. */
async function runMain(query?: string): Promise<void> {
  const started = new Promise((resolve) => {
    board.onStarted = resolve;
  });
  await boardModule("main", query);
  await started;
  board.listener.up("192.168.4.1");
}

test("main starts the firmware with the board's file system and the manifest's settings", async () => {
  mountedDirectory.files.set("mounted.bin", contentsOf(5));
  await runMain();
  assert.equal((new Client("192.168.4.2", 6969).get("mounted.bin") as Uint8Array).length, 5);
});

test("main starts the firmware without a file system if the board has none", async () => {
  putIntoImage("files.tar", tar({ "b.bin": contentsOf(4) }));
  await runMain("?without-files");
  assert.equal((new Client("192.168.4.2", 6969).get("b.bin") as Uint8Array).length, 4);
  assert.equal(consoleLines[0], "No file system: can't find partition");
});
