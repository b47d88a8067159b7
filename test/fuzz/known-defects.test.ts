/**
 * The packets of published defects of other TFTP servers, one test each, named after the defect. Besides the assertions of
 * each test, the simulation checks every answer.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_NAME_BYTES } from "lockstep-tftp/engine";
import {
  acknowledgement,
  bytesOf,
  dataMessage,
  describeMessage,
  equalBytes,
  errorMessage,
  type OptionTexts,
  readRequest,
  textOf,
  writeRequest,
} from "lockstep-tftp/simulated";
import { RawPeer } from "../hosts/simulated/raw-peer.js";
import { answersTo, assertNotLookedUp, FILE, OLD, stage } from "./defect-stage.js";

const ALL_OPTIONS: OptionTexts = ["blksize", "8", "timeout", "255", "tsize", "0", "windowsize", "65535"];

test("CVE-2021-41054 (atftpd): with blksize 8 the OACK is longer than a block", () => {
  const [first] = answersTo(readRequest("file", ALL_OPTIONS));
  assert.equal(first, 'OACK "blksize" "8" "timeout" "255" "tsize" "700" "windowsize" "16"');
});

test("CVE-2021-41054 (atftpd): forty times the same options make the OACK no longer", () => {
  const many = new Array<OptionTexts>(40).fill(ALL_OPTIONS).flat();
  const [first] = answersTo(readRequest("file", many));
  assert.equal(first, 'OACK "blksize" "8" "timeout" "255" "tsize" "700" "windowsize" "16"');
});

test("CVE-2020-6097 (atftpd): messages of all lengths from ports 0 and 65535 disturb no client", () => {
  const { simulation, peer, answers } = stage({}, 0);
  const far = simulation.add((world) => new RawPeer(world, { address: "192.168.4.3", port: 65_535 }));
  for (let length = 0; length < 20; length++) {
    simulation.at(length, () => {
      peer.request(new Uint8Array(length).fill(length));
      far.request(new Uint8Array(length));
    });
  }
  simulation.at(50, () => peer.request(readRequest("file")));
  simulation.at(51, () => far.request(readRequest("file")));
  simulation.run(60);
  assert.deepEqual(answers(), []);
  assert.equal(describeMessage(far.last), "DATA 1, 512 bytes");
});

test("CVE-2019-11365 (atftpd): an ERROR of three bytes or fewer is ignored", () => {
  for (let length = 0; length < 4; length++) {
    const { simulation, peer, answers } = stage();
    simulation.at(0, () => peer.request(readRequest("file")));
    simulation.at(5, () => peer.say(errorMessage(0, "").slice(0, length)));
    simulation.at(10, () => peer.say(acknowledgement(1)));
    simulation.run(20);
    assert.deepEqual(answers(), ["DATA 1, 512 bytes", "DATA 2, 188 bytes"]);
  }
});

test("CVE-2019-11366 (atftpd): a transfer that ends while others begin and end leaves the list whole", () => {
  const { simulation, storage } = stage({ maxTransfers: 3 });
  const others = Array.from({ length: 9 }, (_, index) =>
    simulation.get({ address: `192.168.4.${20 + index}`, port: 2000, name: "file", startMs: index % 3 }),
  );
  const aborted = simulation.add((world) => new RawPeer(world, { address: "192.168.4.2", port: 3000 }));
  for (let time = 0; time < 30; time++) {
    simulation.at(time, () =>
      time % 2 === 0 ? aborted.request(readRequest("file")) : aborted.say(errorMessage(0, "")),
    );
  }
  simulation.run();
  assert.ok(others.every((each) => each.state === "completed" && equalBytes(each.content, storage.get("file") ?? OLD)));
});

test("atftpd 0.8.0: an unacknowledged first block is repeated whole, not as three bytes", () => {
  const answers = answersTo(readRequest("file"));
  assert.deepEqual(answers, new Array(3).fill("DATA 1, 512 bytes"));
});

test("atftpd 0.8.0: a request without a mode is refused, not answered with an empty file", () => {
  assert.deepEqual(answersTo(bytesOf("\0\x01file\0")), ['ERROR 4 "Illegal TFTP operation"']);
  assert.deepEqual(answersTo(bytesOf("\0\x01file")), ['ERROR 4 "Illegal TFTP operation"']);
  assert.deepEqual(answersTo(bytesOf("\0\x01junk junk junk")), ['ERROR 4 "Illegal TFTP operation"']);
});

test("atftpd 0.8.0, tftp-hpa 5.2: blksize -1 is neither echoed nor made 65464", () => {
  assert.equal(answersTo(readRequest("file", ["blksize", "-1"]))[0], "DATA 1, 512 bytes");
});

test("CVE-2009-2957 (dnsmasq): a name longer than any buffer is refused", () => {
  const options: OptionTexts = ["blksize", "512"];
  for (const length of [MAX_NAME_BYTES + 1, 1000, 2000]) {
    assert.deepEqual(answersTo(readRequest("n".repeat(length), options)), ['ERROR 2 "Access violation"']);
  }
  assert.deepEqual(answersTo(readRequest("n".repeat(MAX_NAME_BYTES), options)), ['ERROR 1 "File not found"']);
});

test("CVE-2009-2958 (dnsmasq): an option blksize without a value is left out", () => {
  assert.equal(answersTo(bytesOf("\0\x01file\0octet\0blksize\0"))[0], "DATA 1, 512 bytes");
  assert.equal(answersTo(bytesOf("\0\x01file\0octet\0blksize"))[0], "DATA 1, 512 bytes");
  assert.equal(answersTo(bytesOf("\0\x01file\0octet\0blksize\0\0"))[0], "DATA 1, 512 bytes");
});

test("dnsmasq 2.77: an ERROR carries neither the name nor memory after it", () => {
  const { simulation, peer } = stage();
  simulation.at(0, () => peer.request(readRequest("secret".repeat(80))));
  simulation.run();
  assert.equal(textOf(peer.last), "\0\x05\0\x01File not found\0");
});

test("dnsmasq: blksize abc and 0 do not make blocks of one byte", () => {
  for (const value of ["abc", "0"]) {
    assert.equal(answersTo(readRequest("file", ["blksize", value]))[0], "DATA 1, 512 bytes");
  }
});

test("CVE-2011-2199 (tftp-hpa): an option utimeout with an overlong value is left out", () => {
  const options: OptionTexts = ["utimeout", "9".repeat(600)];
  assert.equal(answersTo(readRequest("file", options))[0], "DATA 1, 512 bytes");
  assert.equal(answersTo(readRequest("file", ["timeout", "9".repeat(600)]))[0], "DATA 1, 512 bytes");
});

test("tftp-hpa 5.4: nothing after the packet is read for a request whose fields have no end", () => {
  const whole = readRequest("file", ALL_OPTIONS);
  for (let length = 2; length <= whole.length; length++) {
    const [first] = answersTo(whole.slice(0, length));
    const hasMode = length >= "\0\x01file\0octet\0".length;
    assert.ok(length < 4 ? first === undefined : hasMode === /^(DATA|OACK)/.test(first ?? ""), `${length}: ${first}`);
  }
});

test("CVE-2006-0328 (tftpd32): % in a name is an ordinary character", () => {
  assert.deepEqual(answersTo(readRequest("%n%s%x%.1000d")), ['ERROR 1 "File not found"']);
});

test("CVE-2002-2237 (tftpd32): a DOS device name is looked up like any other name", () => {
  for (const name of ["con", "AUX", "nul.txt", "com1", "LPT9.cfg", "folder/prn"]) {
    assert.deepEqual(answersTo(readRequest(name)), ['ERROR 1 "File not found"'], name);
  }
});

test("CVE-2026-21620 (Erlang), jumpstarter 346, tftpx 7, tqftpserv: a name with .. never reaches the storage", () => {
  for (const name of ["../x", "a/../../x", "..", "..\\x", "a\\..\\..\\x", "/..//x", "./../x"]) {
    assertNotLookedUp(name);
  }
});

test("rs-tftpd: two dots within a name are allowed", () => {
  assert.deepEqual(answersTo(readRequest("a..b")), ['ERROR 1 "File not found"']);
});

test("tftp-hpa, atftpd, node-tftp: an overwrite that the client aborts leaves the old file", () => {
  const { simulation, peer, storage } = stage();
  simulation.at(0, () => peer.request(writeRequest("old")));
  simulation.at(5, () => peer.say(dataMessage(1, FILE.subarray(0, 512))));
  simulation.at(10, () => peer.say(errorMessage(0, "changed my mind")));
  simulation.run();
  assert.deepEqual(storage.versions("old"), [OLD]);
});

test("NetX Duo 6.1.10: truncated messages on the listening port and within a transfer do no harm", () => {
  const messages = [
    readRequest("file", ALL_OPTIONS),
    writeRequest("up", ALL_OPTIONS, "netascii"),
    dataMessage(1, FILE.subarray(0, 20)),
    acknowledgement(1),
    errorMessage(1, "text"),
    bytesOf("\0\x06blksize\x008\0"),
  ];
  const { simulation, peer, storage } = stage();
  const good = simulation.get({ address: "192.168.4.9", port: 2000, name: "file", startMs: 2000 });
  let atMs = 0;
  for (const message of messages) {
    for (let length = 0; length < message.length; length++) {
      simulation.at(++atMs, () => peer.say(message.slice(0, length)));
      simulation.at(++atMs, () => peer.request(message.slice(0, length)));
    }
  }
  simulation.run();
  assert.equal(good.state, "completed");
  assert.deepEqual(storage.get("file"), FILE);
});

test("CVE-2008-2161 (TFTP Server SP): an ERROR with a text of 2,000 bytes frees the slot", () => {
  const { simulation, peer } = stage();
  simulation.at(0, () => peer.request(readRequest("file")));
  simulation.at(5, () => peer.say(errorMessage(0, "A".repeat(2000))));
  simulation.run(10);
  assert.equal(simulation.server.engine.used, 0);
});

test("esp32-snippets: DATA from another port does not become part of an upload", () => {
  const { simulation, peer, storage } = stage();
  const other = simulation.add((world) => new RawPeer(world, { address: "192.168.4.2", port: 2001 }));
  simulation.at(0, () => peer.request(writeRequest("up")));
  simulation.at(5, () => other.say(dataMessage(1, bytesOf("forged")), peer.heard[0]?.port));
  simulation.at(10, () => peer.say(dataMessage(1, bytesOf("true"))));
  simulation.run();
  assert.deepEqual(storage.get("up"), bytesOf("true"));
  assert.equal(describeMessage(other.last), 'ERROR 5 "Unknown transfer ID"');
});

test("Zephyr 2026: a refused request takes no slot", () => {
  const { simulation, peer, answers } = stage({ maxTransfers: 1 });
  for (let time = 0; time < 10; time++) {
    simulation.at(time, () => peer.request(readRequest("missing")));
  }
  simulation.at(20, () => peer.request(readRequest("file")));
  simulation.run(30);
  assert.deepEqual(answers(), [...new Array(10).fill('ERROR 1 "File not found"'), "DATA 1, 512 bytes"]);
});

test("CVE-2024-2169 (loop attack): anything but a request gets no answer on the listening port", () => {
  const strays = [
    acknowledgement(0),
    dataMessage(1, FILE.subarray(0, 512)),
    errorMessage(4, "Illegal TFTP operation"),
    bytesOf("\0\x06blksize\x00512\0"),
    bytesOf("\0\x07what"),
    bytesOf("\xff\xff\xff\xff"),
  ];
  for (const message of strays) {
    for (const singlePort of [false, true]) {
      assert.deepEqual(answersTo(message, { singlePort }), []);
    }
  }
});

test("CVE-2024-2169 (loop attack): a request from a server's port or from port 0 gets no answer", () => {
  for (const port of [0, 69]) {
    assert.deepEqual(answersTo(readRequest("file"), {}, port), []);
    assert.deepEqual(answersTo(readRequest("missing"), {}, port), []);
    assert.deepEqual(answersTo(bytesOf("\0\x01junk"), {}, port), []);
  }
});

test("reflection (Sieklik et al. 2016): a forged request yields at most three blocks", () => {
  const { simulation, peer } = stage();
  const request = readRequest("file");
  simulation.at(0, () => peer.request(request));
  simulation.run();
  const bytes = peer.heard.reduce((sum, { message }) => sum + message.length, 0);
  assert.equal(bytes, 3 * 516);
});

test("Sorcerer's Apprentice (RFC 1123): no block is sent twice when every ACK comes twice", () => {
  const { simulation } = stage();
  simulation.network.conditions = { duplicatePercent: 100, duplicateDelayMs: 0.1 };
  const client = simulation.get({ address: "192.168.4.9", port: 2000, name: "file" });
  simulation.run();
  assert.equal(client.state, "completed");
  assert.equal(simulation.server.retransmissions, 0);
});
