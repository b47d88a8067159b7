/** Failures of `get` and `put`: each has a code, and a message that says what happened, where, and what to do. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { get, put } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, OUTCOME_PROBABLY_COMPLETED, OUTCOME_STORAGE_FAILED } from "lockstep-tftp/engine";
import { freePort } from "../../../support/free-port.js";
import { LOOPBACK } from "../../../support/served-folder.js";
import { serving } from "../../../support/serving.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { CONTENT, openServer, SHORT_TIMES, tftpError, url } from "./client-support.js";

describe("a failed transfer rejects with a code and a message", () => {
  test("not-found: the server has no such file", async (t) => {
    const { port } = await openServer(t);
    const message = new RegExp(`^getting "missing" from 127\\.0\\.0\\.1:${port}: the server has no such file`);
    await assert.rejects(get(url(port, "missing")), tftpError("not-found", message, { errorCode: 1 }));
  });

  test("not-found: the server has no folder for an upload", async (t) => {
    const { port } = await openServer(t);
    const message = /^putting "none\/file" to .*: the server has no folder for it; create the folder there first$/;
    await assert.rejects(put(CONTENT, url(port, "none/file")), tftpError("not-found", message, { errorCode: 1 }));
  });

  test("refused: an ERROR without a text is shown in words", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const fetching = get(url(server.port, "file"));
    await server.receive(1);
    await server.reply(Buffer.from("\0\x05\0\x02\0", "latin1"));
    await assert.rejects(fetching, tftpError("refused", /the server says: ERROR 2, access refused$/));
  });

  test("refused: a read-only server", async (t) => {
    const { root } = await openServer(t);
    const { port } = await serving(t, { root });
    const details = { errorCode: ERROR_ACCESS_VIOLATION, serverText: "Access violation" };
    await assert.rejects(
      put(CONTENT, url(port, "new")),
      tftpError("refused", /the server says: Access violation/, details),
    );
  });

  test("no-answer: no server at the port", async () => {
    const port = await freePort();
    await assert.rejects(get(url(port, "file"), SHORT_TIMES), tftpError("no-answer", /no response; check the address/));
  });

  test("unknown-host: a name that cannot be resolved", async () => {
    await assert.rejects(
      get("tftp://no-such-host.invalid/file"),
      tftpError("unknown-host", /the host name "no-such-host\.invalid" could not be resolved/),
    );
  });

  test("timed-out: a server that falls silent half-way; unconfirmed: no last acknowledgement", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const fetching = get(url(server.port, "file"), SHORT_TIMES);
    await server.receive(1);
    await server.reply(Buffer.concat([Buffer.from([0, 3, 0, 1]), CONTENT.subarray(0, 512)]));
    await assert.rejects(fetching, tftpError("timed-out", /the server stopped responding after 512 bytes/));

    await using other = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const putting = put(CONTENT.subarray(0, 10), url(other.port, "file"), SHORT_TIMES);
    await other.receive(2);
    await other.acknowledge(0);
    const details = { outcome: OUTCOME_PROBABLY_COMPLETED, outcomeName: "probably_completed" };
    await assert.rejects(putting, tftpError("unconfirmed", /check whether the server has the file/, details));
  });

  test("refused: a device that answers with a plain text instead of an ERROR", async () => {
    await using device = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const putting = put(CONTENT, url(device.port, "firmware"), { useOptions: false });
    await device.receive(2);
    await device.reply(Buffer.from("Invalid image\r\n"));
    const details = { serverText: "Invalid image", errorCode: 0 };
    await assert.rejects(putting, tftpError("refused", /the server says: Invalid image$/, details));
  });

  test("protocol: a server that sends fewer bytes than it announced", async (t) => {
    const to = path.join(temporaryFolder(t), "file");
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const fetching = get(url(server.port, "file"), { to });
    await server.receive(1);
    await server.reply(Buffer.from("\0\x06tsize\x001000\0", "latin1"));
    await server.receive(4);
    await server.reply(Buffer.from("\0\x03\0\x01short", "latin1"));
    const message = /fewer bytes came than the 1000 that it announced; try without options/;
    await assert.rejects(fetching, tftpError("protocol", message));
    await server.expectError(0);
    assert.ok(!existsSync(to));
  });

  test("no-answer: names another address that answered", async (t) => {
    const asked = dgram.createSocket("udp4").bind(0, LOOPBACK);
    const other = dgram.createSocket("udp4").bind(0, "127.0.0.3");
    await Promise.all([once(asked, "listening"), once(other, "listening")]);
    t.after(() => {
      asked.close();
      other.close();
    });
    asked.on("message", (_request, { address, port }) => other.send("\0\x03\0\x01answer", port, address));
    const fetching = get(url(asked.address().port, "file"), SHORT_TIMES);
    const message = /127\.0\.0\.3 answered in place of 127\.0\.0\.1; ask 127\.0\.0\.3 instead/;
    await assert.rejects(fetching, tftpError("no-answer", message));
  });

  test("refused: a device that does not count past block 65535", async (t) => {
    const device = dgram.createSocket("udp4").bind(0, LOOPBACK);
    t.after(() => device.close());
    await once(device, "listening");
    device.on("message", (packet, { address, port }) => {
      const number = packet.readUInt16BE(2);
      if (packet[1] === 2) {
        device.send("\0\x06blksize\x008\0windowsize\x0064\0", port, address);
      } else if (packet[1] === 3 && number % 64 === 0) {
        device.send(
          number === 0 ? "\0\x05\0\x04what?\0" : Buffer.from([0, 4, packet[2] ?? 0, packet[3] ?? 0]),
          port,
          address,
        );
      }
    });
    const options = { blockSizeBytes: 8, windowSize: 64, tellSize: false };
    const putting = put(Buffer.alloc(8 * 65_600), url(device.address().port, "image"), options);
    const message = /the server says: what\?; it may not count past block 65535, the end of 512 KiB/;
    await assert.rejects(putting, tftpError("refused", message));
  });

  test("local-file: a missing file, a folder, a missing folder, a bad name, a dangling link", async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(path.join(folder, "file"), "mine");
    symlinkSync("none", path.join(folder, "link"));
    const { port } = await openServer(t);
    const cases: readonly (readonly [promise: Promise<unknown>, message: RegExp])[] = [
      [put(path.join(folder, "none"), url(port, "x")), /there is no file .*none/],
      [put(folder, url(port, "x")), /is a folder; give the name of a file/],
      [
        get(url(port, "file"), { to: path.join(folder, "none", "x") }),
        /the folder of .* does not exist; create it first/,
      ],
      [get(url(port, "folder/.."), { to: folder }), /does not end in a file name/],
      [
        get(url(port, "file"), { to: `${path.join(folder, "none")}/` }),
        /the folder .*none\/ does not exist; create it first/,
      ],
      [
        get(url(port, "file"), { to: `${path.join(folder, "file")}/` }),
        /the folder .*file\/ does not exist; create it first/,
      ],
      [get(url(port, "file"), { to: path.join(folder, "link") }), /link is a dangling link; remove it/],
      [get(url(port, "file"), { to: path.join(folder, "file", "x") }), /x cannot be written: ENOTDIR/],
    ];
    for (const [promise, message] of cases) {
      await assert.rejects(promise, tftpError("local-file", message));
    }
    assert.deepEqual(readdirSync(folder), ["file", "link"]);
    assert.equal(readFileSync(path.join(folder, "file"), "utf8"), "mine");
  });

  test("local-file: a full device; a failed get leaves no listener on standard output", async (t) => {
    const { port } = await openServer(t, { small: Buffer.from("small") });
    const full = get(url(port, "small"), { to: "/dev/full" });
    await assert.rejects(full, tftpError("local-file", /the stream failed: .*ENOSPC/));
    const before = process.stdout.listenerCount("error");
    await assert.rejects(get(url(port, "missing"), { to: process.stdout }), tftpError("not-found", /no such file/));
    assert.equal(process.stdout.listenerCount("error"), before);
  });

  test("local-file: a file that becomes shorter while it is put", async (t) => {
    const source = path.join(temporaryFolder(t), "source");
    writeFileSync(source, CONTENT);
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const putting = put(source, url(server.port, "file"));
    await server.receive(2);
    truncateSync(source, 10);
    await server.acknowledge(0);
    await assert.rejects(putting, tftpError("local-file", /^putting "file" to .*: \S+source could not be read: /));
  });

  test("local-file: a stream that throws in the middle of a get, an Error or anything else", async (t) => {
    const { port } = await openServer(t);
    for (const cause of [new RangeError("boom"), "boom", Object.create(null)]) {
      const to = new Writable({
        write() {
          throw cause;
        },
      });
      const message =
        cause instanceof Error || cause === "boom" ? /: the stream failed: '?boom'?$/ : /: the stream failed: /;
      const details = { outcome: OUTCOME_STORAGE_FAILED, cause };
      await assert.rejects(get(url(port, "file"), { to }), tftpError("local-file", message, details));
      assert.equal(to.destroyed, true);
    }
  });

  test("local-file: bytes that are given away while they are put", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const bytes = new Uint8Array(100);
    const putting = put(bytes, url(server.port, "file"));
    await server.receive(2);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    await server.acknowledge(0);
    const details = { outcome: OUTCOME_STORAGE_FAILED };
    await assert.rejects(putting, (error: Error) => {
      assert.ok(error.cause instanceof TypeError);
      return tftpError("local-file", /the local file can no longer be read/, details)(error);
    });
    await server.expectError(0);
  });

  test("an exception before the request is sent rejects as it is, and leaves no file", async (t) => {
    const { port } = await openServer(t);
    const folder = temporaryFolder(t);
    const thrown = new Error("thrown by an option");
    const options = {
      to: path.join(folder, "file"),
      get giveUpMs(): number {
        throw thrown;
      },
    };
    await assert.rejects(get(url(port, "file"), options), (error) => error === thrown);
    assert.deepEqual(readdirSync(folder), []);
  });

  test("invalid URLs and options reject with TypeErrors and RangeErrors", async () => {
    for (const wrong of ["http://host/file", "tftp://host", "tftp://host/", "tftp:///file", "host/file", ""]) {
      await assert.rejects(get(wrong), /is not the URL of a file on a TFTP server; write it like/);
    }
    await assert.rejects(get("tftp://host:0/file"), TypeError);
    await assert.rejects(get("tftp://host:65536/file"), TypeError);
    await assert.rejects(get("tftp://host/100%"), /write %25 for the character itself/);
    await assert.rejects(get("tftp://host/file;mode=mail"), /unknown mode "mail"/);
    await assert.rejects(get("tftp://127.0.0.1/file", { blockSizeBytes: 513 }), RangeError);
    await assert.rejects(put(CONTENT, "tftp://127.0.0.1/file", { windowSize: 0 }), RangeError);
    await assert.rejects(get("tftp://127.0.0.1/file", { giveUpMs: 0 }), RangeError);
  });
});
