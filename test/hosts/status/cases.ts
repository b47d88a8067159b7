/** What every host's status page does, whatever it runs on: the cases run against each. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { seededBytes } from "../../support/seed.js";
import { ask, askJson, type OpenSite, OWN_HEADER, put, remove, type SiteOpener, talk } from "./site.js";

/** The page goes into the flash of a board. */
const MAX_PAGE_BYTES = 16 * 1024;
const CONTENT = seededBytes(7, 5000);
const OTHER = seededBytes(8, 70_000);
const DATA_PATHS = ["/api/status", "/api/files", "/metrics"];

interface StatusData {
  readonly name: string;
  readonly mayWrite: boolean;
  readonly mayOverwrite: boolean;
  readonly maxSizeBytes: number;
  readonly running: number;
  readonly fileChanges: number;
  readonly transfers: readonly unknown[];
  readonly results: readonly unknown[];
}

interface Listing {
  readonly files: readonly { name: string; sizeBytes: number; isRemovable: boolean }[];
  readonly isComplete: boolean;
}

/** Waits for something that will be so, however long the machine takes; the test's own limit ends it otherwise. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function siteCases(host: string, open: SiteOpener): void {
  describe(`the status page on ${host}`, () => {
    pageCases(open);
    originCases(open);
    uploadCases(open);
    fileCases(open);
    hostileCases(open);
  });
}

function pageCases(open: SiteOpener): void {
  test("the page is one compressed file, small enough for flash, that fetches nothing from elsewhere", async () => {
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
      // A link that a person may follow.
      ["/metrics"],
    );
  });

  test("its policy lets its own script and style run, named by their hashes, and nothing else", async () => {
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
    test(`${path} is not kept, not guessed at, and not embedded`, async () => {
      await using site = await open({ files: {} });
      const { headers } = await ask(site, path);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.match(String(headers["content-security-policy"]), /^default-src 'none'/);
    });
  }

  test("what there is not is refused in words, and what there is says which methods it has", async () => {
    await using site = await open({ files: {}, uploads: "overwrite" });
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

  test("the data tells how the server stands", async () => {
    await using site = await open({ files: {}, uploads: "new", maxSizeBytes: 1000, name: "a <b>bench</b>" });
    const report = await askJson<StatusData>(site, "/api/status");
    assert.equal(report.name, "a <b>bench</b>");
    assert.equal(report.mayWrite, true);
    assert.equal(report.mayOverwrite, false);
    assert.equal(report.maxSizeBytes, 1000);
    assert.equal(report.running, 0);
    assert.deepEqual(report.transfers, []);
    assert.deepEqual(report.results, []);
  });
}

function originCases(open: SiteOpener): void {
  const PATHS = ["/", ...DATA_PATHS];

  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:80", "a b"]) {
    test(`a name that leads here but is not the server's is refused: ${host}`, async () => {
      await using site = await open({ files: { a: CONTENT }, uploads: "overwrite" });
      for (const path of PATHS) {
        const reply = await ask(site, path, { headers: { host } });
        assert.equal(reply.status, 421, path);
        assert.match(JSON.parse(reply.body.toString()).error, /Open it by its address/);
      }
      assert.equal((await remove(site, "a", { ...OWN_HEADER, host })).status, 421);
      assert.deepEqual(site.contents("a"), CONTENT);
    });
  }

  test("its address and localhost are names of the server, on whatever port", async () => {
    await using site = await open({ files: {} });
    for (const host of ["127.0.0.1", `127.0.0.1:${site.port}`, `localhost:${site.port}`, "LOCALHOST:80"]) {
      assert.equal((await ask(site, "/api/status", { headers: { host } })).status, 200, host);
    }
  });

  test("pages of other origins get no data, and change nothing", async () => {
    await using site = await open({ files: { a: CONTENT }, uploads: "overwrite" });
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

  test("the page itself, and programs that are no browsers, get the data", async () => {
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

  test("without the header that no foreign page can set nothing is changed", async () => {
    await using site = await open({ files: { a: CONTENT }, uploads: "overwrite" });
    const reply = await ask(site, "/api/files/new", { method: "PUT", body: CONTENT });
    assert.equal(reply.status, 403);
    assert.match(JSON.parse(reply.body.toString()).error, /x-lockstep-tftp/);
    assert.equal((await remove(site, "a", {})).status, 403);
    assert.equal(site.contents("new"), undefined);
    assert.deepEqual(site.contents("a"), CONTENT);
  });
}

function uploadCases(open: SiteOpener): void {
  for (const length of [0, 1, 511, 512, 70_000]) {
    test(`a file of ${length} bytes is put, and is there whole`, async () => {
      await using site = await open({ files: {}, uploads: "new" });
      const content = OTHER.subarray(0, length);
      const reply = await put(site, "put.bin", content);
      assert.equal(reply.status, 201);
      assert.deepEqual(JSON.parse(reply.body.toString()), { name: "put.bin", sizeBytes: length });
      assert.deepEqual(site.contents("put.bin"), content);
      assert.deepEqual(site.litter(), []);
    });
  }

  test("where new files may be put, none is replaced and none removed", async () => {
    await using site = await open({ files: { a: CONTENT }, uploads: "new" });
    const reply = await put(site, "a", OTHER.subarray(0, 10));
    assert.equal(reply.status, 409);
    assert.match(JSON.parse(reply.body.toString()).error, /"a" exists already/);
    assert.equal((await remove(site, "a")).status, 403);
    assert.deepEqual(site.contents("a"), CONTENT);
  });

  test("where files may be replaced, they are replaced and removed", async () => {
    await using site = await open({ files: { a: CONTENT }, uploads: "overwrite" });
    assert.equal((await put(site, "a", OTHER)).status, 201);
    assert.deepEqual(site.contents("a"), OTHER);
    assert.equal((await remove(site, "a")).status, 200);
    assert.equal(site.contents("a"), undefined);
    assert.equal((await remove(site, "a")).status, 404);
  });

  test("where nobody writes over TFTP, nobody writes here", async () => {
    await using site = await open({ files: { a: CONTENT } });
    assert.equal((await put(site, "new", CONTENT)).status, 403);
    assert.equal((await remove(site, "a")).status, 403);
    assert.equal(site.contents("new"), undefined);
    assert.deepEqual(site.contents("a"), CONTENT);
  });

  test("an upload may have the size that TFTP allows, and not a byte more", async () => {
    await using site = await open({ files: {}, uploads: "new", maxSizeBytes: 1000 });
    assert.equal((await put(site, "fits", CONTENT.subarray(0, 1000))).status, 201);
    const reply = await put(site, "larger", CONTENT.subarray(0, 1001));
    assert.equal(reply.status, 413);
    assert.match(JSON.parse(reply.body.toString()).error, /"larger" has 1001 bytes; 1000 are allowed/);
    assert.equal(site.contents("larger"), undefined);
  });

  test("the size must be told", async () => {
    await using site = await open({ files: {}, uploads: "new" });
    const head = `PUT /api/files/a HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\n`;
    const isEnough = (text: string) => text.includes("\r\n\r\n");
    assert.match(await talk(site, `${head}\r\n`, isEnough), /^HTTP\/1\.1 411 /);
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`;
    assert.match(await talk(site, chunked, isEnough), /^HTTP\/1\.1 411 /);
    assert.equal(site.contents("a"), undefined);
  });

  const BAD_NAMES = [
    "",
    "..",
    "%2e%2e/outside",
    "a/../../outside",
    "..%2foutside",
    "..%5coutside",
    "a%00b",
    "a%0ab",
    "a%7f",
    "%ff",
    "%c0%ae%c0%ae/outside",
    "%zz",
    "%4",
    "a".repeat(504),
  ];
  for (const name of BAD_NAMES) {
    test(`a name that TFTP refuses is refused here: ${name.slice(0, 40)}`, async () => {
      await using site = await open({ files: { a: CONTENT }, uploads: "overwrite" });
      const put = await ask(site, `/api/files/${name}`, { method: "PUT", headers: OWN_HEADER, body: CONTENT });
      assert.equal(put.status, 400);
      const removed = await ask(site, `/api/files/${name}`, { method: "DELETE", headers: OWN_HEADER });
      assert.equal(removed.status, 400);
    });
  }

  test("names are what TFTP makes of them: cleaned, with folders, beyond ASCII", async () => {
    await using site = await open({ files: { "folder/a": CONTENT }, uploads: "overwrite" });
    const names: readonly (readonly [path: string, name: string])[] = [
      ["/./folder//b", "folder/b"],
      ["folder%5Cc", "folder/c"],
      ["sp%20ace%3F%23", "sp ace?#"],
      ["%C3%A4%F0%9F%93%84.txt", "ä📄.txt"],
    ];
    for (const [path, name] of names) {
      const reply = await ask(site, `/api/files/${path}`, { method: "PUT", headers: OWN_HEADER, body: CONTENT });
      assert.deepEqual(JSON.parse(reply.body.toString()), { name, sizeBytes: CONTENT.length });
      assert.deepEqual(site.contents(name), CONTENT, name);
    }
  });

  test("an upload that is cut off leaves what was there, and no litter", async () => {
    await using site = await open({ files: { a: CONTENT }, uploads: "overwrite" });
    const socket = connect(site.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(uploadHead("a", OTHER.length));
    socket.write(OTHER.subarray(0, 30_000));
    await until(() => site.litter().length === 1);
    assert.deepEqual(site.contents("a"), CONTENT);
    socket.destroy();
    await until(() => site.litter().length === 0);
    assert.deepEqual(site.contents("a"), CONTENT);
  });

  test("an upload's name is not seen before all of it is in", async () => {
    await using site = await open({ files: {}, uploads: "new" });
    const socket = connect(site.port, "127.0.0.1");
    socket.write(uploadHead("a", OTHER.length));
    socket.write(OTHER.subarray(0, OTHER.length - 1));
    await until(() => site.litter().length === 1);
    assert.equal(site.contents("a"), undefined);
    assert.deepEqual((await askJson<Listing>(site, "/api/files")).files, []);
    socket.end(OTHER.subarray(OTHER.length - 1));
    await until(() => site.contents("a") !== undefined);
    assert.deepEqual(site.contents("a"), OTHER);
    socket.destroy();
  });
}

function uploadHead(name: string, length: number): string {
  return `PUT /api/files/${name} HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\nContent-Length: ${length}\r\n\r\n`;
}

function fileCases(open: SiteOpener): void {
  test("files are listed in the order of their names, with sizes, and what may be removed", async () => {
    const files = { b: CONTENT, "a.bin": OTHER, "folder/c": CONTENT.subarray(0, 0) };
    await using site = await open({ files, uploads: "overwrite" });
    assert.deepEqual(await askJson<Listing>(site, "/api/files"), {
      files: [
        { name: "a.bin", sizeBytes: OTHER.length, isRemovable: true },
        { name: "b", sizeBytes: CONTENT.length, isRemovable: true },
        { name: "folder/c", sizeBytes: 0, isRemovable: true },
      ],
      isComplete: true,
    });
  });

  test("where nobody writes, no file may be removed", async () => {
    await using site = await open({ files: { a: CONTENT } });
    const { files } = await askJson<Listing>(site, "/api/files");
    assert.deepEqual(files, [{ name: "a", sizeBytes: CONTENT.length, isRemovable: false }]);
  });

  test("changes of files are counted, so that a page knows when to look again", async () => {
    await using site = await open({ files: { a: CONTENT }, uploads: "overwrite" });
    const changes = async () => (await askJson<StatusData>(site, "/api/status")).fileChanges;
    const before = await changes();
    await put(site, "b", CONTENT);
    assert.equal(await changes(), before + 1);
    await remove(site, "a");
    assert.equal(await changes(), before + 2);
    await remove(site, "a");
    assert.equal(await changes(), before + 2);
  });
}

function hostileCases(open: SiteOpener): void {
  async function assertAlive(site: OpenSite): Promise<void> {
    assert.equal((await ask(site, "/api/status")).status, 200);
  }

  const NONSENSE: readonly (readonly [what: string, bytes: string | Uint8Array])[] = [
    ["random bytes", seededBytes(9, 4000)],
    ["zeros", new Uint8Array(1000)],
    ["a TLS greeting", Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0, 13, 10, 13, 10)],
    ["an empty line for ever", "\r\n".repeat(5000)],
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
      "a length beyond all",
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
  for (const [what, bytes] of NONSENSE) {
    test(`the server outlives ${what}`, async () => {
      await using site = await open({ files: {}, uploads: "new", headTimeoutMs: 300 });
      await talk(site, bytes);
      await assertAlive(site);
      assert.deepEqual(site.litter(), []);
      assert.equal(site.contents("a"), undefined);
    });
  }

  test("requests sent one behind the other harm nothing", async () => {
    await using site = await open({ files: {}, headTimeoutMs: 300 });
    const request = "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const text = await talk(site, request.repeat(5) + request.replace("localhost", "localhost\r\nConnection: close"));
    assert.match(text, /^HTTP\/1\.1 200 /);
    await assertAlive(site);
  });

  test("a head that grows without end is cut off", async () => {
    await using site = await open({ files: {}, headTimeoutMs: 600_000 });
    const line = `X-Filler: ${"x".repeat(1000)}\r\n`;
    const text = await talk(site, `GET /api/status HTTP/1.1\r\nHost: localhost\r\n${line.repeat(100)}`);
    assert.doesNotMatch(text, /^HTTP\/1\.1 200 /);
    await assertAlive(site);
  });

  test("a head that never ends is given up, and so is a connection that says nothing", async () => {
    await using site = await open({ files: {}, headTimeoutMs: 200 });
    const texts = await Promise.all([talk(site, "GET /api/status HTTP/1.1\r\nHost: localhost\r\n"), talk(site, "")]);
    for (const text of texts) {
      assert.doesNotMatch(text, /^HTTP\/1\.1 200 /);
    }
    await assertAlive(site);
  });

  test("there are only so many connections, and others are served when those have gone", async () => {
    await using site = await open({ files: {}, maxConnections: 2, headTimeoutMs: 600_000 });
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
