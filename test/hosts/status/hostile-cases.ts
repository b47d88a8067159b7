/** Malformed, endless, silent and too many requests. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { seededBytes } from "../../support/seed.js";
import { ask, type OpenSite, type SiteOpener, talk } from "./site.js";
import { until } from "./site-data.js";

export function hostileCases(open: SiteOpener): void {
  /** Short enough to wait for, and long enough for a request of the test, though its process may not run for some 100 ms. */
  const HEAD_TIMEOUT_MS = 1500;
  const NO_TIMEOUT_MS = 600_000;

  async function assertAlive(site: OpenSite): Promise<void> {
    assert.equal((await ask(site, "/api/status")).status, 200);
  }

  const MALFORMED: readonly (readonly [input: string, bytes: string | Uint8Array])[] = [
    ["random bytes", seededBytes(9, 4000)],
    ["zeros", new Uint8Array(1000)],
    ["a TLS greeting", Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0, 13, 10, 13, 10)],
    ["endless empty lines", "\r\n".repeat(5000)],
    ["no version", "GET /\r\n\r\n"],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    [
      "a negative length",
      "PUT /api/files/a HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\nContent-Length: -5\r\n\r\nabcdefgh",
    ],
    [
      "a length in words",
      "PUT /api/files/a HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\nContent-Length: many\r\n\r\nabc",
    ],
    [
      "a length of 400 digits",
      `PUT /api/files/a HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\nContent-Length: ${"9".repeat(400)}\r\n\r\nabc`,
    ],
    ["a chunk's size in words", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    [
      "a body where there should be none",
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
    ],
    [
      "more after the request",
      `GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n${"x".repeat(3000)}`,
    ],
    ["a header without a colon", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n"],
    [
      "another server's address in the request line",
      "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ],
  ];
  for (const [input, bytes] of MALFORMED) {
    test(`the server survives ${input}`, async () => {
      await using site = await open({ files: {}, write: "new", headTimeoutMs: HEAD_TIMEOUT_MS });
      await talk(site, bytes);
      await assertAlive(site);
      assert.deepEqual(site.litter(), []);
      assert.equal(site.contents("a"), undefined);
    });
  }

  test("pipelined requests do no harm", async () => {
    await using site = await open({ files: {}, headTimeoutMs: NO_TIMEOUT_MS });
    const request = "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const text = await talk(site, request.repeat(5) + request.replace("localhost", "localhost\r\nConnection: close"));
    assert.match(text, /^HTTP\/1\.1 200 /);
    await assertAlive(site);
  });

  test("a head that grows without end is cut off", async () => {
    await using site = await open({ files: {}, headTimeoutMs: NO_TIMEOUT_MS });
    const line = `X-Filler: ${"x".repeat(1000)}\r\n`;
    const text = await talk(site, `GET /api/status HTTP/1.1\r\nHost: localhost\r\n${line.repeat(100)}`);
    assert.doesNotMatch(text, /^HTTP\/1\.1 200 /);
    await assertAlive(site);
  });

  test("an incomplete head and a silent connection are closed after the time limit", async () => {
    await using site = await open({ files: {}, headTimeoutMs: HEAD_TIMEOUT_MS });
    const texts = await Promise.all([talk(site, "GET /api/status HTTP/1.1\r\nHost: localhost\r\n"), talk(site, "")]);
    for (const text of texts) {
      assert.doesNotMatch(text, /^HTTP\/1\.1 200 /);
    }
    await assertAlive(site);
  });

  test("connections beyond the limit are closed, and accepted again when others have gone", async () => {
    await using site = await open({ files: {}, maxConnections: 2, headTimeoutMs: NO_TIMEOUT_MS });
    const silent = [connect(site.port, "127.0.0.1"), connect(site.port, "127.0.0.1")];
    for (const socket of silent) {
      socket.on("error", () => {});
      await new Promise((resolve) => socket.once("connect", resolve));
    }
    await until(async () => {
      const text = await talk(site, "GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      return text === "";
    });
    for (const socket of silent) {
      socket.destroy();
    }
    await until(async () => {
      try {
        return (await ask(site, "/api/status")).status === 200;
      } catch {
        return false;
      }
    });
  });
}
