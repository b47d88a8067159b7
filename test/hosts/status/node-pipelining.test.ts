/** Requests that follow on one connection without waiting for the answers. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { StatusPage } from "lockstep-tftp";
import { ServedFolder } from "../../support/served-folder.js";
import { ask, type OpenSite, talk } from "./site.js";
import { CONTENT } from "./site-data.js";

async function opened(t: TestContext, files: Readonly<Record<string, Uint8Array>> = {}) {
  const folder = await ServedFolder.open(files, { write: "overwrite" });
  t.after(() => folder[Symbol.asyncDispose]());
  const page = new StatusPage(folder.server, { port: 0 });
  await page.listen();
  t.after(() => page.close());
  return { folder, site: { port: Number(new URL(page.url).port) } as OpenSite };
}

function request(method: string, path: string, headers = "", body = ""): string {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\n${headers}\r\n${body}`;
}

const CLOSE = "Connection: close\r\n";

function put(name: string, body: string): string {
  return request("PUT", `/api/files/${name}`, `Content-Length: ${body.length}\r\n`, body);
}

function statusesOf(text: string): string[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status as string);
}

test("a removal that follows an upload at once removes the uploaded file", async (t) => {
  const { folder, site } = await opened(t);
  const text = await talk(site, put("a", "x".repeat(3000)) + request("DELETE", "/api/files/a", CLOSE));
  assert.deepEqual(statusesOf(text), ["201", "200"]);
  assert.equal(folder.has("a"), false);
});

test("of uploads that follow each other at once the last one stays, and a list has them", async (t) => {
  const { folder, site } = await opened(t);
  const text = await talk(site, put("a", "first") + put("a", "second") + request("GET", "/api/files", CLOSE));
  assert.deepEqual(statusesOf(text), ["201", "201", "200"]);
  assert.equal(Buffer.from(folder.contents("a")).toString(), "second");
  assert.match(text, /"files":\[\{"name":"a"/);
});

test("nothing is done for requests that follow one which ends the connection", async (t) => {
  const { folder, site } = await opened(t, { a: CONTENT });
  const text = await talk(site, request("GET", "/api/status", CLOSE) + request("DELETE", "/api/files/a"));
  assert.deepEqual(statusesOf(text), ["200"]);
  assert.equal(folder.has("a"), true);
});

test("a connection with many requests that wait for an answer is closed, and the server goes on", async (t) => {
  const { site } = await opened(t, { a: CONTENT });
  const text = await talk(site, request("GET", "/api/files").repeat(500));
  assert.ok(statusesOf(text).length < 500);
  assert.equal((await ask(site, "/api/status")).status, 200);
});
