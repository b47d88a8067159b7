/** The board's C for the access point, compiled for this machine with a stand-in for ESP-IDF. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

const NATIVE_TEST = "test/hosts/moddable/native";
const SOURCES = ["hosts/moddable/native/lockstep-access-point.c", `${NATIVE_TEST}/access-point-test.c`];
const WARNINGS = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"];
/** ESP_ERR_INVALID_STATE of ESP-IDF. */
const INVALID_STATE = "259";

const skip = spawnSync("cc", ["--version"]).status === 0 ? false : "no C compiler (cc)";

let folder: string;
let program: string;

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "board-native-"));
  program = path.join(folder, "access-point");
  if (skip === false) {
    execFileSync("cc", ["-std=gnu17", ...WARNINGS, `-I${NATIVE_TEST}`, "-o", program, ...SOURCES]);
  }
});

after(() => rmSync(folder, { recursive: true }));

function setAddress(address: string, netmask: string, ...circumstances: string[]): string[] {
  return execFileSync(program, [address, netmask, ...circumstances], { encoding: "utf8" })
    .trim()
    .split("\n");
}

test("the access point's address is set while its DHCP server is stopped", { skip }, () => {
  assert.deepEqual(setAddress("192.168.0.66", "255.255.255.0"), [
    "stop",
    "set 192.168.0.66 255.255.255.0 192.168.0.66",
    "start",
    "0",
  ]);
});

test("the DHCP server of ESP-IDF stays stopped where the firmware gives addresses", { skip }, () => {
  const set = ["stop", "set 192.168.4.1 255.255.255.0 192.168.4.1"];
  assert.deepEqual(setAddress("192.168.4.1", "255.255.255.0", "own-dhcp"), [...set, "0"]);
  assert.deepEqual(setAddress("192.168.4.1", "255.255.255.0", "own-dhcp", "set-fails"), [...set, "7"]);
});

test("an access point that is not up is left alone", { skip }, () => {
  assert.deepEqual(setAddress("192.168.0.66", "255.255.255.0", "none"), [INVALID_STATE]);
  assert.deepEqual(setAddress("192.168.0.66", "255.255.255.0", "down"), [INVALID_STATE]);
});

test("a second attempt accepts that the DHCP server is stopped", { skip }, () => {
  assert.equal(setAddress("192.168.0.66", "255.255.255.0", "set-fails").at(-1), "7");
  assert.equal(setAddress("192.168.0.66", "255.255.255.0", "stopped").at(-1), "0");
});

test("a text that is not an address does not stop the DHCP server", { skip }, () => {
  assert.deepEqual(setAddress("192.168.0", "255.255.255.0"), ["-1"]);
  assert.deepEqual(setAddress("192.168.0.66", "mask"), ["-1"]);
});
