/** `upstream` in the configuration file of `serve`. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CLI, run } from "../../../support/program.js";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { Origin, withFile } from "../upstream/origin.js";
import { Place } from "./configuration-place.js";

const CONTENT = Buffer.from("from the upstream");

test("a table has the upstream's settings, in the units of other settings, with a cache beside the file", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(CONTENT);
  const place = new Place(t, [
    'root = "files"',
    "[upstream]",
    `url = "${origin.url}"`,
    'cache = "copies"',
    'cache-size = "64M"',
    "max-size = 1000",
    'timeout = "5s"',
    "max-fetches = 2",
    'redirects-to = ["https://cdn.example"]',
    "tell-client = true",
    'headers = { X-Site = "hall" }',
  ]);
  const server = await place.start(t);
  assert.deepEqual((await fetchFile("file", { port: server.port })).content, CONTENT);
  assert.deepEqual(
    origin.requests.map(({ headers }) => [headers["x-site"], headers["x-tftp-address"]]),
    [["hall", "127.0.0.1"]],
  );
  assert.ok(existsSync(path.join(place.folder, "copies")));
  origin.respond = (_, response) => void response.writeHead(500).end();
  await assert.rejects(fetchFile("other", { port: server.port }), { errorCode: 0 });
  await server.line(/"event":"refused".*the upstream failed: \S+other answered with status 500/);
});

test("uploads go to the upstream with write, and replace files there with overwrite", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = (request, response) =>
    void request.resume().once("end", () => response.writeHead(request.method === "HEAD" ? 404 : 201).end());
  for (const setting of ["write", "overwrite"]) {
    const rule = ["[[rules]]", 'match = "sw-*"', 'direction = "put"', `to = "${origin.url}{1}"`];
    const place = new Place(t, ['root = "files"', ...rule, "[upstream]", 'cache = "copies"', `${setting} = true`]);
    const server = await place.start(t);
    await putFile(`sw-${setting}`, CONTENT, { port: server.port });
    await server.kill();
  }
  assert.deepEqual(
    origin.requests.map(({ method, url, headers }) => [method, url, headers["if-none-match"]]),
    [
      ["HEAD", "/write", undefined],
      ["PUT", "/write", "*"],
      ["PUT", "/overwrite", undefined],
    ],
  );
});

test("a mistake in upstream, or in the URL of a rule, ends the start with its place", async (t) => {
  for (const [lines, message] of [
    [["upstream = 5"], /upstream in \S+ is 5; write a URL, or a table, \[upstream\]/],
    [['upstream = "files/"'], /"files\/" cannot be fetched; only URLs that begin with http/],
    [["[upstream]", 'ur = "x"'], /unknown setting "ur" of upstream in \S+; did you mean url\?/],
    [["[upstream]", "tell-client = 1"], /upstream\.tell-client in \S+ is 1; it must be true or false/],
    [["[upstream]", 'cache-size = "big"'], /upstream\.cache-size in \S+ is "big"; write a number of bytes/],
    [
      ["[[rules]]", 'direction = "put"', 'to = "http://h/{name}"'],
      /rule 1 in \S+, line 2: uploads cannot go to a URL unless the upstream has write or overwrite/,
    ],
    [["[upstream]", "headers = { a = 1 }"], /upstream\.headers in \S+ must be a table of texts/],
    [["[[rules]]", 'to = "s3://bucket/{name}"'], /rule 1 in \S+, line 2: "s3:\/\/bucket\/\{name\}" cannot be fetched/],
  ] as const) {
    const place = new Place(t, ['root = "files"', ...lines]);
    const ended = await run(process.execPath, [
      CLI,
      "serve",
      "--port",
      "0",
      "--host",
      "127.0.0.1",
      "--config",
      place.file,
    ]);
    assert.equal(ended.code, 1, ended.stdout);
    assert.match(ended.stderr, message);
  }
});
