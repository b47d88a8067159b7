/** Requests of other sites, and of names that resolve to the server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, OWN_HEADER, put, remove, type SiteOpener } from "./site.js";
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
