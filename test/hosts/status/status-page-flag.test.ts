/** The flag `--status-page` of `serve`. */
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { CLI, run } from "../../support/program.js";
import { ServerProcess } from "../../support/server-process.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { ask, type OpenSite, put, remove } from "./site.js";

const AT = /Status page at (http:\/\/\S+)$/;

test("serve --status-page serves the page, and logs the files that its users change", async (t) => {
  const root = temporaryFolder(t);
  const server = await ServerProcess.start(t, ["--status-page", "127.0.0.1:0", root, "--overwrite"]);
  const [, url = ""] = AT.exec(await server.line(AT)) ?? [];
  const site = { port: Number(new URL(url).port) } as OpenSite;
  assert.equal((await ask(site, "/")).status, 200);
  await put(site, "a\u001b[2J.txt", Buffer.from("a")).catch(() => {});
  await put(site, "a.txt", Buffer.from("a"));
  await remove(site, "a.txt");
  assert.match(await server.line(/puts/), /127\.0\.0\.1 puts "a\.txt" on the status page$/);
  assert.match(await server.line(/removes/), /127\.0\.0\.1 removes "a\.txt" on the status page$/);
  server.signal("SIGTERM");
  assert.equal((await server.ended).code, 0);
});

test("serve without --status-page has no page", async (t) => {
  const server = await ServerProcess.start(t, [temporaryFolder(t)]);
  server.signal("SIGTERM");
  const { stdout } = await server.ended;
  assert.doesNotMatch(stdout, /status page|http/i);
});

test("a taken port of the status page ends the start with one line that says what to do", async (t) => {
  const other = http.createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  t.after(() => other.close());
  const place = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const args = [CLI, "serve", temporaryFolder(t), "--port", "0", "--host", "127.0.0.1", "--status-page", place];
  const { code, stderr } = await run(process.execPath, args);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^lockstep-tftp: the status page cannot use port \d+ of 127\.0\.0\.1, which is taken by another program; choose .*\n$/,
  );
});

for (const place of ["here", "127.0.0.1:70000", "127.0.0.1:", "http://127.0.0.1:80"]) {
  test(`an invalid place for the status page is a usage error: ${place}`, async () => {
    const { code, stderr } = await run(process.execPath, [CLI, "serve", ".", `--status-page=${place}`]);
    assert.equal(code, 1);
    assert.match(stderr, /--status-page is ".*"; write an address and a port, for example 127\.0\.0\.1:8069/);
  });
}
