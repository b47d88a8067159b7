/** The page itself, the headers of every answer, paths and methods. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { ask, askJson, OWN_HEADER, type SiteOpener } from "./site.js";
import { DATA_PATHS, type StatusData } from "./site-data.js";

/** Limit for the flash of a board. */
const MAX_PAGE_BYTES = 16 * 1024;

export function pageCases(open: SiteOpener): void {
  test("the page is one compressed file, small enough for flash, that loads nothing from elsewhere", async () => {
    await using site = await open({ files: {} });
    const { status, headers, body } = await ask(site, "/");
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.equal(headers["content-encoding"], "gzip");
    assert.ok(body.length <= MAX_PAGE_BYTES, `${body.length} bytes`);
    const page = gunzipSync(body).toString();
    const linked = [...page.matchAll(/(?:src|href|url\()\s*=?\s*["']?([^"'\s>)]+)/g)].map(([, address]) => address);
    assert.deepEqual(
      linked.filter((address) => !address?.startsWith("#") && !address?.startsWith("data:")),
      // Links for people: the metrics, and in the script the address of a file, which a click copies.
      ["/metrics", "address;"],
    );
  });

  test("the policy of the page allows its own script and style, named by their hashes, and nothing else", async () => {
    await using site = await open({ files: {} });
    const { headers, body } = await ask(site, "/");
    const page = gunzipSync(body).toString();
    const directives = new Map(
      String(headers["content-security-policy"])
        .split("; ")
        .map((directive) => directive.split(/ (.*)/s) as [string, string]),
    );
    assert.equal(directives.get("default-src"), "'none'");
    assert.equal(directives.get("frame-ancestors"), "'none'");
    for (const [directive, element] of [
      ["script-src", "script"],
      ["style-src", "style"],
    ] as const) {
      const texts = [...page.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, "gs"))].map(([, text]) => text);
      assert.equal(texts.length, 1, `one ${element}`);
      const hash = createHash("sha256")
        .update(texts[0] as string)
        .digest("base64");
      assert.equal(directives.get(directive), `'sha256-${hash}'`);
    }
  });

  for (const path of ["/", ...DATA_PATHS, "/missing"]) {
    test(`${path} is not cached, not sniffed, and not embedded by other sites`, async () => {
      await using site = await open({ files: {} });
      const { headers } = await ask(site, path);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.match(String(headers["content-security-policy"]), /^default-src 'none'/);
    });
  }

  test("an unknown path is refused in words, and a known one lists its methods", async () => {
    await using site = await open({ files: {}, write: "overwrite" });
    const missing = await ask(site, "/missing");
    assert.equal(missing.status, 404);
    assert.match(JSON.parse(missing.body.toString()).error, /The page is at \//);
    for (const path of ["/", ...DATA_PATHS]) {
      const reply = await ask(site, path, { method: "POST", headers: OWN_HEADER });
      assert.deepEqual([reply.status, reply.headers.allow], [405, "GET"], path);
    }
    const reply = await ask(site, "/api/files/a", { headers: OWN_HEADER });
    assert.deepEqual([reply.status, reply.headers.allow], [405, "PUT, DELETE"]);
    assert.equal((await ask(site, "/metrics?token=1")).status, 200);
  });

  test("the status has the name, the permissions, the limits and the transfers of the server", async () => {
    await using site = await open({ files: {}, write: "new", maxSizeBytes: 1000, name: "a <b>bench</b>" });
    const report = await askJson<StatusData>(site, "/api/status");
    assert.equal(report.name, "a <b>bench</b>");
    assert.equal(report.mayWrite, true);
    assert.equal(report.mayOverwrite, false);
    assert.equal(report.maxSizeBytes, 1000);
    assert.equal(report.running, 0);
    assert.deepEqual(report.transfers, []);
    assert.deepEqual(report.results, []);
    assert.deepEqual(report.refusals, []);
    assert.deepEqual(report.missing, []);
  });
}
