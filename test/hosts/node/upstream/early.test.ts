/** Large files of an upstream, whose first blocks go out before the last have come in. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { TftpServerOptions, UpstreamOptions } from "lockstep-tftp";
import { ERROR_NOT_DEFINED } from "lockstep-tftp/engine";
import { encodeNetascii } from "lockstep-tftp/simulated";
import { type ClientOptions, fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { Origin, servingFrom, withFile } from "./origin.js";

const KIB = 1024;
const CONTENT = seededBytes(1, 512 * KIB + 3);
/** Bytes that come first. */
const FIRST = CONTENT.subarray(0, 200 * KIB);
/** A client that has so many blocks got them before the rest came. */
const EARLY_BLOCKS = 300;

/** A response of which the first bytes have come. */
interface Begun {
  readonly response: ServerResponse;
  finish(): void;
}

/** An origin that waits in the middle of each file. */
async function pausing(
  t: TestContext,
  upstream: Partial<UpstreamOptions> = {},
  options: Partial<TftpServerOptions> = {},
) {
  const origin = await Origin.start(t);
  const begun: Begun[] = [];
  origin.respond = (_, response) => {
    response.writeHead(200, { "content-length": CONTENT.length });
    response.write(FIRST);
    begun.push({ response, finish: () => response.end(CONTENT.subarray(FIRST.length)) });
  };
  const place = await servingFrom(t, { url: origin.url, ...upstream }, options);
  const ends: string[] = [];
  place.server.on("ended", (_, { outcomeName, reason }) =>
    ends.push(reason === undefined ? outcomeName : `${outcomeName}: ${reason.code}: ${reason.text}`),
  );
  return { ...place, origin, begun, ends };
}

type Pausing = Awaited<ReturnType<typeof pausing>>;

/** Downloads, and calls `act` when so many blocks are there that the rest must be on its way. */
async function downloadWith(
  { port }: Pausing,
  act: () => void | Promise<void>,
  options: Partial<ClientOptions> = {},
): Promise<Buffer> {
  const { windowsize = 1 } = options.options ?? {};
  const early = Math.floor(EARLY_BLOCKS / windowsize) * windowsize;
  const step = (blocks: number): void | Promise<void> => (blocks === early ? act() : undefined);
  return (await fetchFile("image", { port, step, ...options })).content;
}

/** Waits for the ends of so many transfers. */
async function endsOf({ ends }: Pausing, count: number): Promise<readonly string[]> {
  while (ends.length < count) {
    await new Promise(setImmediate);
  }
  return ends;
}

async function emptied(cache: string): Promise<void> {
  while (readdirSync(cache).length > 0) {
    await new Promise(setImmediate);
  }
}

for (const [title, options, client] of [
  ["in lock-step", {}, {}],
  ["in windows", {}, { options: { windowsize: 16, tsize: 0 } }],
  ["on a single port", { singlePort: true }, { options: { windowsize: 4 } }],
  ["in small blocks", {}, { options: { blksize: 500 } }],
  ["in netascii", {}, { mode: "netascii" }],
] as const) {
  test(`blocks of a large file go out ${title} before its end has come in`, async (t) => {
    const place = await pausing(t, {}, options);
    const content = await downloadWith(place, () => place.begun[0]?.finish(), client);
    assert.ok(content.equals("mode" in client ? encodeNetascii(CONTENT) : CONTENT));
    assert.deepEqual([await endsOf(place, 1), place.errors], [["completed"], []]);
    assert.equal((await fetchFile("image", { port: place.port })).content.length, CONTENT.length);
    assert.equal(place.origin.requests.length, 1);
  });
}

test("clients that come while a file is fetched read what is there, and share the fetch", async (t) => {
  const place = await pausing(t);
  const late: Promise<Buffer>[] = [];
  const content = await downloadWith(place, async () => {
    let early = 0;
    const hasEarly = new Promise<void>((resolve) => {
      for (const _ of [1, 2, 3]) {
        late.push(downloadWith(place, () => (++early === 3 ? resolve() : undefined)));
      }
    });
    await hasEarly;
    place.begun[0]?.finish();
  });
  for (const each of [content, ...(await Promise.all(late))]) {
    assert.ok(each.equals(CONTENT));
  }
  assert.equal(place.origin.requests.length, 1);
});

test("a large file that is cut short is an ERROR with a reason for all who read it, and no copy", async (t) => {
  const place = await pausing(t);
  let reading = 0;
  const act = (): void => {
    if (++reading === 2) {
      place.begun[0]?.response.socket?.destroy();
    }
  };
  const downloads = [downloadWith(place, act), downloadWith(place, act)];
  for (const download of downloads) {
    await assert.rejects(download, { errorCode: ERROR_NOT_DEFINED });
  }
  // The broken copy is being removed still.
  const again = downloadWith(place, () => place.begun[1]?.finish());
  assert.ok((await again).equals(CONTENT));
  while (readdirSync(place.cache).length > 1) {
    await new Promise(setImmediate);
  }
  assert.equal(readdirSync(place.cache).length, 1);
  for (const end of (await endsOf(place, 2)).slice(0, 2)) {
    assert.match(end, /^storage_failed: upstream_failed: the upstream failed: \S+\/image broke off after \d+ /);
  }
  assert.deepEqual(place.errors, []);
});

test("a large file that stops coming is an ERROR with a reason", async (t) => {
  const place = await pausing(t, { timeoutMs: 1500 });
  await assert.rejects(
    downloadWith(place, () => {}),
    { errorCode: ERROR_NOT_DEFINED },
  );
  await emptied(place.cache);
  assert.match(String(await endsOf(place, 1)), /^storage_failed: upstream_failed: .*brought \d+ bytes in 1\.5 s$/);
});

test("a client gets an ERROR before the server gives it up, and the file is fetched to its end", async (t) => {
  const place = await pausing(t, {}, { giveUpMs: 1500 });
  await assert.rejects(
    downloadWith(place, () => {}),
    { errorCode: ERROR_NOT_DEFINED },
  );
  assert.match(String(await endsOf(place, 1)), /^storage_failed: upstream_failed: .*brought too little in 0\.9 s$/);
  place.begun[0]?.finish();
  assert.ok((await fetchFile("image", { port: place.port })).content.equals(CONTENT));
  assert.equal(place.origin.requests.length, 1);
});

test("more bytes than announced make no file longer", async (t) => {
  const place = await pausing(t);
  place.origin.respond = (_, response) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${CONTENT.length}\r\n\r\n`;
    response.socket?.write(Buffer.concat([Buffer.from(head), CONTENT, Buffer.from("more than announced")]));
  };
  assert.ok((await fetchFile("image", { port: place.port })).content.equals(CONTENT));
});

test("a file of which all clients have gone is fetched for the next one", async (t) => {
  const place = await pausing(t);
  const vanishing = new AbortController();
  const download = downloadWith(place, () => vanishing.abort(), { signal: vanishing.signal });
  await assert.rejects(download);
  place.begun[0]?.finish();
  assert.ok((await fetchFile("image", { port: place.port })).content.equals(CONTENT));
  assert.equal(place.origin.requests.length, 1);
});

test("where an old copy is there, the new file waits for its end, and the old one is served if that fails", async (t) => {
  const cache = path.join(temporaryFolder(t), "cache");
  const old = seededBytes(2, 5000);
  const before = await pausing(t, { cache });
  before.origin.respond = withFile(old);
  await fetchFile("image", { port: before.port });
  const url = before.origin.url;
  before.origin.respond = (_, response) => {
    response.writeHead(200, { "content-length": CONTENT.length });
    response.write(FIRST, () => setTimeout(() => response.socket?.destroy(), 20));
  };
  const place = await servingFrom(t, { url, cache });
  assert.deepEqual((await fetchFile("image", { port: place.port })).content, old);
  assert.equal(place.warnings.length, 1);
});

test("a transfer that reads while its file is fetched goes on after reconfigure", async (t) => {
  const place = await pausing(t);
  const content = await downloadWith(place, async () => {
    writeFileSync(path.join(place.root, "image"), "local");
    await place.server.reconfigure({ root: place.root });
    place.begun[0]?.finish();
  });
  assert.ok(content.equals(CONTENT));
  assert.equal(String((await fetchFile("image", { port: place.port })).content), "local");
});

async function closed({ response }: Begun): Promise<void> {
  if (!response.destroyed) {
    await once(response, "close");
  }
}

// Without the limit a failing test would wait for an hour.
test("after reconfigure a fetch ends with the last transfer that reads it", { timeout: 100_000 }, async (t) => {
  const place = await pausing(t, { timeoutMs: 3_600_000 });
  const download = downloadWith(place, async () => {
    await place.server.reconfigure({ root: place.root });
    throw new Error("enough");
  });
  await assert.rejects(download, { message: "enough" });
  await closed(place.begun[0] as Begun);
});

test("close ends a fetch that a transfer reads", async (t) => {
  const place = await pausing(t);
  const download = downloadWith(place, () => place.server.close());
  await assert.rejects(download, { errorCode: ERROR_NOT_DEFINED });
  await closed(place.begun[0] as Begun);
  await emptied(place.cache);
});
