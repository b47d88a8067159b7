/** Boards in a network: their bundles, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Board } from "../../../dist/types/hosts/moddable/firmware/network.js";
import type { Settings } from "../../../dist/types/hosts/moddable/firmware/settings.js";
import { boardModule, resetBoard } from "./board.js";
import { native } from "./sdk/ffi.js";
import type NetworkInterface from "./sdk/network-interface.js";
import { CONNECTED, CONNECTING, IDLE, interfaces, surroundings } from "./sdk/network-interface.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import { accessPoints } from "./sdk/wifi.js";

interface BoardModule {
  default: new () => Board;
}

const { default: WiFiBoard } = await boardModule<BoardModule>("board-wifi");
const { default: EthernetBoard } = await boardModule<BoardModule>("board-ethernet");
const { default: SimulatorBoard } = await boardModule<BoardModule>("board-simulator");

const ADDRESS = { address: "192.168.0.66", netmask: "255.255.255.0" };
const CONFIGURED = { static: { address: "192.168.0.66", mask: "255.255.255.0", gateway: "192.168.0.66" } };
const A_NETWORK = { ssid: "home", password: "12345678" };

/** Reports of the network. */
let told: string[];

beforeEach(() => {
  resetBoard();
  told = [];
  accessPoints.length = 0;
  interfaces.length = 0;
  Object.assign(surroundings, { connection: IDLE, connectThrows: false });
  Object.assign(native, { errors: [0], addresses: [] });
});

function startNetwork(BoardClass: new () => Board, settings: Partial<Settings>, givesAddresses = false): void {
  const accessPoint = { ssid: "TFTP", password: "", channel: 6 };
  const all = { accessPoint, station: undefined, staticAddress: undefined, ...settings } as Settings;
  new BoardClass().startNetwork(all, {
    givesAddresses,
    up: (address, netmask) => told.push(`up ${address}${netmask === undefined ? "" : ` ${netmask}`}`),
    down: () => told.push("down"),
    say: (text) => told.push(`say ${text}`),
  });
}

function theInterface(): NetworkInterface {
  assert.equal(interfaces.length, 1);
  return interfaces[0] as NetworkInterface;
}

test("an access point is open, or has a password", () => {
  startNetwork(WiFiBoard, {});
  startNetwork(WiFiBoard, { accessPoint: { ssid: "TFTP", password: "12345678", channel: 11 } });
  assert.deepEqual(accessPoints, [
    { ssid: "TFTP", channel: 6 },
    { ssid: "TFTP", password: "12345678", channel: 11 },
  ]);
  assert.deepEqual(told, [
    'say Access point "TFTP", channel 6, open',
    "up 192.168.4.1 255.255.255.0",
    'say Access point "TFTP", channel 11, with a password',
    "up 192.168.4.1 255.255.255.0",
  ]);
  assert.deepEqual(native.addresses, []);
});

test("an access point takes the address of the settings as soon as it is up", () => {
  native.errors = [259, 259, 0];
  startNetwork(WiFiBoard, { staticAddress: ADDRESS });
  advance(500);
  assert.ok(!told.some((line) => line.startsWith("up")));
  advance(250);
  assert.deepEqual(told.slice(1), ["up 192.168.0.66 255.255.255.0"]);
  advance(60_000);
  assert.deepEqual(native.addresses, Array(3).fill("192.168.0.66/255.255.255.0"));
  assert.equal(scheduledTimers(), 0);
});

test("an access point whose addresses the firmware gives has no other DHCP server, whichever address it has", () => {
  native.errors = [259, 0, 0];
  startNetwork(WiFiBoard, {}, true);
  advance(500);
  startNetwork(WiFiBoard, { staticAddress: ADDRESS }, true);
  advance(250);
  assert.deepEqual(
    told.filter((line) => line.startsWith("up")),
    ["up 192.168.4.1 255.255.255.0", "up 192.168.0.66 255.255.255.0"],
  );
  assert.deepEqual(native.addresses, [
    ...Array(2).fill("192.168.4.1/255.255.255.0 without DHCP"),
    "192.168.0.66/255.255.255.0 without DHCP",
  ]);
  assert.equal(scheduledTimers(), 0);
});

test("an access point that does not take the address logs that, and has ESP-IDF's address", () => {
  native.errors = [259];
  startNetwork(WiFiBoard, { staticAddress: ADDRESS });
  advance(60_000);
  assert.deepEqual(told.slice(1), [
    "say The access point does not take the address 192.168.0.66 (error 259 of ESP-IDF)",
    "up 192.168.4.1 255.255.255.0",
  ]);
  assert.equal(scheduledTimers(), 0);
});

test("a station joins a network, and reports its address", () => {
  startNetwork(WiFiBoard, { station: A_NETWORK });
  assert.deepEqual(theInterface().connects, [{ SSID: "home", password: "12345678" }]);
  assert.deepEqual(theInterface().configurations, []);
  theInterface().change(400);
  theInterface().change(CONNECTED, "10.0.0.9");
  theInterface().change(CONNECTED, "10.0.0.9");
  theInterface().change(CONNECTED, "10.0.0.10");
  assert.deepEqual(told, ['say Joining the network "home"', "up 10.0.0.9", "up 10.0.0.10"]);
  assert.deepEqual(accessPoints, []);
});

test("a station joins an open network, with the address of the settings", () => {
  startNetwork(WiFiBoard, { station: { ssid: "open", password: "" }, staticAddress: ADDRESS });
  assert.deepEqual(theInterface().configurations, [CONFIGURED]);
  assert.deepEqual(theInterface().connects, [{ SSID: "open" }]);
});

test("a station that loses its network reconnects until it succeeds", () => {
  startNetwork(WiFiBoard, { station: A_NETWORK });
  theInterface().change(CONNECTED, "10.0.0.9");
  theInterface().change(IDLE);
  theInterface().change(IDLE);
  assert.equal(scheduledTimers(), 1);
  assert.equal(told.at(-1), "down");
  assert.equal(theInterface().connects.length, 1);
  for (let attempt = 2; attempt < 10; attempt++) {
    advance(5000);
    assert.equal(theInterface().connects.length, attempt);
    theInterface().change(IDLE);
  }
  advance(5000);
  theInterface().change(CONNECTED, "10.0.0.9");
  assert.equal(told.at(-1), "up 10.0.0.9");
  assert.equal(scheduledTimers(), 0);
});

test("a station that is connecting or connected does not connect again", () => {
  startNetwork(WiFiBoard, { station: A_NETWORK });
  theInterface().change(IDLE);
  theInterface().change(CONNECTING);
  advance(5000);
  assert.equal(theInterface().connects.length, 1);

  interfaces.length = 0;
  surroundings.connection = CONNECTED;
  startNetwork(WiFiBoard, { station: A_NETWORK });
  assert.deepEqual(theInterface().connects, []);
  assert.equal(told.at(-1), "up 10.0.0.9");
});

test("an exception of the interface is logged, and its state is read again later", () => {
  surroundings.connectThrows = true;
  startNetwork(WiFiBoard, { station: A_NETWORK });
  assert.equal(told.at(-1), "say The network does not connect: connect failed");
  surroundings.connectThrows = false;
  advance(5000);
  assert.equal(theInterface().connects.length, 1);
  theInterface().isBroken = true;
  theInterface().change(CONNECTED, "10.0.0.9");
  assert.equal(told.at(-1), "say The state of the network cannot be read: gone");
});

test("Ethernet gets its address from the network or the settings, without a second connect", () => {
  startNetwork(EthernetBoard, { staticAddress: ADDRESS });
  assert.deepEqual(theInterface().configurations, [CONFIGURED]);
  theInterface().change(CONNECTED, "192.168.0.66");
  theInterface().change(IDLE);
  advance(60_000);
  theInterface().change(CONNECTED, "192.168.0.66");
  assert.equal(theInterface().connects.length, 1);
  assert.deepEqual(told, [
    "say Waiting for Ethernet",
    "up 192.168.0.66 255.255.255.0",
    "down",
    "up 192.168.0.66 255.255.255.0",
  ]);
  interfaces.length = 0;
  startNetwork(EthernetBoard, {});
  assert.deepEqual(theInterface().configurations, []);
  assert.equal(told.at(-1), "say Waiting for Ethernet and an address");
});

test("an ESP32 reports its free memory, and the simulator has enough", () => {
  assert.equal(new WiFiBoard().freeMemoryBytes(), 123_456);
  assert.equal(new EthernetBoard().freeMemoryBytes(), 123_456);
  assert.equal(new SimulatorBoard().freeMemoryBytes(), Number.POSITIVE_INFINITY);
  startNetwork(SimulatorBoard, {});
  startNetwork(SimulatorBoard, { staticAddress: ADDRESS });
  assert.deepEqual(told, ["up 127.0.0.1", "up 192.168.0.66 255.255.255.0"]);
});
