/** Settings of `dhcp` that a board refuses. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { consoleLines, resetBoard } from "./board.js";
import { start } from "./boot-network.js";
import { network } from "./sdk/udp.js";

beforeEach(resetBoard);

for (const [settings, line] of [
  [
    { dhcp: "192.168.4.100" },
    'dhcp is "192.168.4.100"; write the first and the last address, as 192.168.4.100-192.168.4.115',
  ],
  [
    { dhcp: "192.168.4.20-192.168.4.10" },
    'dhcp is "192.168.4.20-192.168.4.10"; write the first and the last address, as 192.168.4.100-192.168.4.115',
  ],
  [{ dhcp: "192.168.4.1-192.168.4.129" }, "dhcp has 129 addresses; a board gives at most 128"],
  [{ leaseSeconds: "60" }, 'leaseSeconds is "60"; it must be a whole number from 120 to 31536000'],
  [{ boot: { file: "a" } }, 'boot is "[object Object]"; write it as a list, [{ … }], in config of the manifest'],
  [
    { boot: [{ vendorclass: "PXEClient", file: "a" }] },
    'boot has an entry with "vendorclass"; it may have architectures, vendorClass, userClass, hardwareAddress, file',
  ],
  [{ boot: [{ vendorClass: "PXEClient" }] }, 'boot has an entry without "file"'],
  [{ fixed: [{ hardwareAddress: "52:54:00" }] }, 'fixed has an entry without "address"'],
  [{ routers: "router" }, 'routers contains "router"; write addresses with commas between, as 192.168.4.1,192.168.4.2'],
] as const) {
  test(`the settings ${JSON.stringify(settings)} are refused, with a line that says what is right`, () => {
    start(settings);
    assert.deepEqual(consoleLines, [`The TFTP server does not start: ${line}`]);
    assert.equal(network.sockets.size, 0);
  });
}
