/** Requests of other sites, and of names that resolve to the server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, OWN_HEADER, put, remove, type SiteOpener, talk } from "./site.js";
import { CONTENT, DATA_PATHS } from "./site-data.js";

export function originCases(open: SiteOpener): void {
  const PATHS = ["/", ...DATA_PATHS];

  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:80", "a b"]) {
    test(`a Host that resolves here but is not a name of the server is refused: ${host}`, async () => {
      await using site = await open({ files: { a: CONTENT }, write: "overwrite" });
      for (const path of PATHS) {
        const reply = await ask(site, path, { headers: { host } });
        assert.equal(reply.status, 421, path);
        assert.match(JSON.parse(reply.body.toString()).error, /Open it by its address/);
      }
      assert.equal((await remove(site, "a", { ...OWN_HEADER, host })).status, 421);
      assert.deepEqual(site.contents("a"), CONTENT);
    });
  }

  test("the address of the server and localhost are accepted as Host, with any port", async () => {
    await using site = await open({ files: {} });
    for (const host of ["127.0.0.1", `127.0.0.1:${site.port}`, `localhost:${site.port}`, "LOCALHOST:80"]) {
      assert.equal((await ask(site, "/api/status", { headers: { host } })).status, 200, host);
    }
  });

  test("pages of other origins get no data, and change nothing", async () => {
    await using site = await open({ files: { a: CONTENT }, write: "overwrite" });
    const port = site.port === 1 ? 2 : site.port - 1;
    const foreign = [
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: `http://127.0.0.1:${port}` },
      { origin: `http://127.0.0.1:${site.port}.evil.example` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign) {
      const what = JSON.stringify(headers);
      for (const path of DATA_PATHS) {
        assert.equal((await ask(site, path, { headers })).status, 403, `${path} ${what}`);
      }
      assert.equal((await put(site, "new", CONTENT, headers)).status, 403, what);
      assert.equal((await remove(site, "a", { ...OWN_HEADER, ...headers })).status, 403, what);
    }
    assert.equal(site.contents("new"), undefined);
    assert.deepEqual(site.contents("a"), CONTENT);
  });

  for (const count of [61, 62, 63, 100, 200, 500]) {
    test(`the origin of a foreign page is seen behind ${count} headers, or the request is refused`, async () => {
      await using site = await open({ files: { a: CONTENT }, write: "overwrite", headTimeoutMs: 600_000 });
      const own = "Host: localhost\r\nX-Lockstep-TFTP: 1\r\nConnection: close\r\n";
      const head = `${own}${"a:\r\n".repeat(count)}Origin: http://evil.example\r\n`;
      const isEnough = (text: string) => text.includes("\r\n\r\n");
      assert.match(await talk(site, `DELETE /api/files/a HTTP/1.1\r\n${head}\r\n`, isEnough), /^HTTP\/1\.1 4(03|31) /);
      const put = `PUT /api/files/a HTTP/1.1\r\n${head}Content-Length: 1\r\n\r\nx`;
      assert.match(await talk(site, put, isEnough), /^HTTP\/1\.1 4(03|31) /);
      assert.deepEqual(site.contents("a"), CONTENT);
    });
  }

  test("a header that would be read twice is refused, or counts as foreign", async () => {
    await using site = await open({ files: { a: CONTENT }, write: "overwrite", headTimeoutMs: 600_000 });
    for (const [own, foreign] of [
      ["Host: localhost", "Host: evil.example"],
      ["Origin: http://localhost", "Origin: http://evil.example"],
      ["Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"],
    ] as const) {
      for (const pair of [`${own}\r\n${foreign}`, `${foreign}\r\n${own}`]) {
        const host = pair.includes("Host") ? "" : "Host: localhost\r\n";
        const head = `DELETE /api/files/a HTTP/1.1\r\n${host}${pair}\r\nX-Lockstep-TFTP: 1\r\n\r\n`;
        assert.match(await talk(site, head, (text) => text.includes("\r\n\r\n")), /^HTTP\/1\.1 4/, pair);
      }
    }
    assert.deepEqual(site.contents("a"), CONTENT);
  });

  test("the page itself, and programs other than browsers, get the data", async () => {
    await using site = await open({ files: {} });
    for (const headers of [
      {},
      { origin: `http://127.0.0.1:${site.port}`, "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
    ]) {
      for (const path of DATA_PATHS) {
        assert.equal((await ask(site, path, { headers })).status, 200, JSON.stringify(headers));
      }
    }
  });

  test("requests without the header that no foreign page can set change nothing", async () => {
    await using site = await open({ files: { a: CONTENT }, write: "overwrite" });
    const reply = await ask(site, "/api/files/new", { method: "PUT", body: CONTENT });
    assert.equal(reply.status, 403);
    assert.match(JSON.parse(reply.body.toString()).error, /x-lockstep-tftp/);
    assert.equal((await remove(site, "a", {})).status, 403);
    assert.equal(site.contents("new"), undefined);
    assert.deepEqual(site.contents("a"), CONTENT);
  });
}
