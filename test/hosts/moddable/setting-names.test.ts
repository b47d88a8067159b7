/** Names of settings that a board takes for misspelt ones. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { consoleLines, resetBoard } from "./board.js";
import { startFirmware, WatchedNetwork } from "./boot-network.js";
import { Directory } from "./sdk/files.js";
import UDP, { network } from "./sdk/udp.js";

beforeEach(resetBoard);

function start(config: object, Network?: typeof WatchedNetwork): void {
  startFirmware(config, UDP, new Directory(), undefined, Network);
}

/** Names that the firmware looks up, those of DHCP included. */
function namesRead(): string[] {
  const names = new Set<string>();
  const get = (config: Record<string, unknown>, name: string) => {
    names.add(name);
    return config[name];
  };
  start(new Proxy({ dhcp: "192.168.4.100-192.168.4.115", address: "192.168.4.1" }, { get }), WatchedNetwork);
  return [...names];
}

test("each setting that is read is named when it is written in capitals", () => {
  const former = new Set(["uploads", "uploadBytesMax", "transfers", "window"]);
  const names = namesRead().filter((name) => !former.has(name));
  assert.equal(names.length, 24);
  for (const name of names) {
    resetBoard();
    start({ [name.toUpperCase()]: "1" });
    assert.deepEqual(consoleLines, [
      `The TFTP server does not start: ${name.toUpperCase()} is no setting; write ${name}`,
    ]);
    assert.equal(network.sockets.size, 0);
  }
});

for (const [wrong, right] of [
  ["max-transfers", "maxTransfers"],
  ["maxTransfer", "maxTransfers"],
  ["statuspages", "statusPage"],
  ["adress", "address"],
  ["netmaks", undefined],
  ["lesaeSeconds", undefined],
] as const) {
  test(`the name ${wrong} is ${right === undefined ? "left to others" : `taken for ${right}`}`, () => {
    start({ [wrong]: "1" });
    const line = `The TFTP server does not start: ${wrong} is no setting; write ${right}`;
    assert.equal(consoleLines[0] === line, right !== undefined);
  });
}

test("settings of the SDK and of other modules are left to them", () => {
  const others = [
    "file",
    "flash",
    "format",
    "led",
    "ledPin",
    "rotation",
    "screen",
    "sntp",
    "startupSound",
    "touch",
    "files",
  ];
  start(Object.fromEntries(others.map((name) => [name, "1"])));
  assert.equal(consoleLines.join().includes("is no setting"), false);
});
