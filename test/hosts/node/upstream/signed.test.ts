/** Object stores that speak S3: requests are signed. The store of the tests checks signatures with code of its own. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { UpstreamOptions } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_EXISTS, ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { CLI, run } from "../../../support/program.js";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { Place } from "../cli/configuration-place.js";
import { Origin, servingFrom, type UpstreamPlace } from "./origin.js";
import { signatureOf } from "./signature.js";
import { SignedStore } from "./signed-store.js";

const CONTENT = seededBytes(1, 100_000);
const OTHER = seededBytes(2, 700);
const KEYS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  region: "eu-central-1",
  service: "s3",
};
const UPSTREAM = { awsRegion: KEYS.region, write: "overwrite" } as const;
const HOUR_MS = 3_600_000;

/** Sets variables of the environment for a test. */
function setKeys(t: TestContext, keys: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries({ AWS_SESSION_TOKEN: undefined, ...keys })) {
    const before = process.env[name];
    t.after(() => setVariable(name, before));
    setVariable(name, value);
  }
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
}

interface SignedPlace extends UpstreamPlace {
  readonly store: SignedStore;
  readonly origin: Origin;
  readonly ends: (string | undefined)[];
}

async function startStore(
  t: TestContext,
  upstream: UpstreamOptions = {},
  keys: Partial<typeof KEYS & { sessionToken: string }> = {},
): Promise<SignedPlace> {
  setKeys(t, { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey });
  const origin = await Origin.start(t);
  const store = new SignedStore({ ...KEYS, ...keys });
  origin.respond = store.respond;
  const place = await servingFrom(t, { url: `${origin.url}bucket/`, ...UPSTREAM, ...upstream });
  const ends: (string | undefined)[] = [];
  place.server.on("ended", (_, { reason }) => ends.push(reason?.text));
  return { ...place, store, origin, ends };
}

test("the store of the tests computes the signatures of Amazon's examples", () => {
  const key = {
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    day: "20130524",
    region: "us-east-1",
    service: "s3",
  };
  const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const common = { host: "examplebucket.s3.amazonaws.com", "x-amz-date": "20130524T000000Z" };
  for (const [method, target, headers, signature] of [
    [
      "GET",
      "/test.txt",
      { range: "bytes=0-9", "x-amz-content-sha256": nothing },
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ],
    [
      "PUT",
      "/test$file.text",
      {
        date: "Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      },
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ],
    [
      "GET",
      "/?lifecycle",
      { "x-amz-content-sha256": nothing },
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ],
    [
      "GET",
      "/?max-keys=2&prefix=J",
      { "x-amz-content-sha256": nothing },
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ],
  ] as const) {
    const all = { ...common, ...headers };
    assert.equal(signatureOf({ method, target, headers: all }, Object.keys(all).sort(), key), signature, target);
  }
});

test("downloads and uploads are signed, whatever is in their names", async (t) => {
  const { port, store, cache, reasons, ends } = await startStore(t);
  const names = ["file", "folder/a file", "a+b%20c%", "größe/日本語.cfg", "!*'();:@&=$,[]~", "a?b=c#d", "x'y(1)*.bin"];
  for (const [index, name] of names.entries()) {
    const content = seededBytes(index, 1000 * index);
    await putFile(name, content, { port });
    assert.deepEqual(store.files.get(`bucket/${name}`), content, name);
    assert.deepEqual((await fetchFile(name, { port })).content, content, name);
  }
  assert.deepEqual(
    [...store.files.keys()],
    names.map((name) => `bucket/${name}`),
  );
  assert.deepEqual([reasons, new Set(ends), cache.length > 0], [[], new Set([undefined]), true]);
});

test("copies are asked about, missing files are ERROR 1, and new files replace none, all signed", async (t) => {
  const { port, store, cache, origin } = await startStore(t, { write: "new" });
  await putFile("file", CONTENT, { port });
  await assert.rejects(putFile("file", OTHER, { port }), { errorCode: ERROR_FILE_EXISTS });
  assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  await assert.rejects(fetchFile("missing", { port }), { errorCode: ERROR_FILE_NOT_FOUND });
  const other = await servingFrom(t, { url: `${origin.url}bucket/`, ...UPSTREAM, cache });
  assert.deepEqual((await fetchFile("file", { port: other.port })).content, CONTENT);
  assert.deepEqual(store.answers, ["NoSuchKey", "stored", "sent", "sent", "NoSuchKey", "known"]);
});

test("temporary keys have a token, and another service can be signed for", async (t) => {
  const sessionToken = "tok/en+==";
  const { store, origin } = await startStore(t, {}, { sessionToken, service: "s3-outposts" });
  setKeys(t, { AWS_SESSION_TOKEN: sessionToken });
  const { port } = await servingFrom(t, { url: origin.url, ...UPSTREAM, awsService: "s3-outposts" });
  await putFile("file", OTHER, { port });
  assert.deepEqual(store.answers, ["stored"]);
});

test("a clock that is wrong is ERROR 2, and the reason says what to do", async (t) => {
  const { port, store, reasons, ends } = await startStore(t);
  store.now = () => Date.now() + HOUR_MS;
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_ACCESS_VIOLATION });
  await assert.rejects(putFile("file", OTHER, { port }), { errorCode: ERROR_ACCESS_VIOLATION });
  for (const text of [reasons[0]?.text, ends[0]]) {
    assert.match(text as string, /with status 403 \(RequestTimeTooSkewed: set this machine's clock\)$/);
  }
});

for (const [title, keys, reason] of [
  ["secret", { secretAccessKey: "another" }, /SignatureDoesNotMatch: check AWS_SECRET_ACCESS_KEY/],
  ["key", { accessKeyId: "AKIDANOTHER" }, /InvalidAccessKeyId: check AWS_ACCESS_KEY_ID/],
  ["region", { region: "us-east-1" }, /AuthorizationHeaderMalformed: check aws-region/],
  ["token", { sessionToken: "needed" }, /InvalidToken: check AWS_SESSION_TOKEN/],
] as const) {
  test(`a wrong ${title} is ERROR 2, and no message shows the keys`, async (t) => {
    const { port, reasons, ends, errors, warnings } = await startStore(t, {}, keys);
    await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    await assert.rejects(putFile("file", OTHER, { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    assert.match(reasons[0]?.text as string, reason);
    assert.match(ends[0] as string, reason);
    const told = JSON.stringify([reasons, ends, errors, warnings]);
    assert.ok(!told.includes(KEYS.secretAccessKey) && !told.includes(KEYS.accessKeyId), told);
  });
}

test("a redirect within the store is signed again, and one to another host is not signed", async (t) => {
  const other = await Origin.start(t);
  other.respond = (_, response) => void response.end(OTHER);
  const { port, store, origin } = await startStore(t, { redirectsTo: [new URL(other.url).origin] });
  store.files.set("bucket/near", CONTENT);
  origin.respond = (request, response) => {
    const location = request.url === "/bucket/far" ? `${other.url}far` : "/bucket/near";
    if (request.url === "/bucket/near") {
      void store.respond(request, response);
    } else {
      response.writeHead(307, { location }).end();
    }
  };
  assert.deepEqual((await fetchFile("start", { port })).content, CONTENT);
  assert.deepEqual((await fetchFile("far", { port })).content, OTHER);
  const [request] = other.requests;
  assert.deepEqual([request?.headers.authorization, request?.headers["x-amz-date"]], [undefined, undefined]);
});

test("a bucket in another region is named with it", async (t) => {
  const { port, origin, reasons } = await startStore(t);
  origin.respond = (_, response) => void response.writeHead(301, { "x-amz-bucket-region": "us-west-2" }).end();
  await assert.rejects(fetchFile("file", { port }));
  assert.match(reasons[0]?.text as string, /is in the region us-west-2; set aws-region, and the host of the URL$/);
});

test("a URL that is signed already is not signed again", async (t) => {
  const { origin } = await startStore(t);
  origin.respond = (_, response) => void response.end(OTHER);
  const rules = [{ match: "presigned", to: `${origin.url}bucket/x?X-Amz-Signature=0` }];
  const { port } = await servingFrom(t, UPSTREAM, { rules });
  await fetchFile("presigned", { port });
  assert.equal(origin.requests[0]?.headers.authorization, undefined);
});

test("a server without the package that signs does not start, and says which it is", async (t) => {
  const hide = `export function resolve(name, context, next) {
    return name === "aws4fetch" ? next("no-such-package", context) : next(name, context);
  }`;
  const loader = `data:text/javascript,${encodeURIComponent(hide)}`;
  const preload = `import { register } from "node:module"; register(${JSON.stringify(loader)});`;
  const place = new Place(t, [
    'root = "files"',
    "[upstream]",
    'url = "http://files/"',
    'cache = "c"',
    'aws-region = "eu-x"',
  ]);
  const words = ["serve", "--port", "0", "--host", "127.0.0.1", "--config", place.file];
  const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey };
  const nodeOptions = ["--import", `data:text/javascript,${encodeURIComponent(preload)}`];
  const { code, stderr } = await run(process.execPath, [...nodeOptions, CLI, ...words], { env });
  assert.equal(code, 1);
  assert.match(stderr, /needs the package aws4fetch; install it: npm install aws4fetch/);
  assert.doesNotMatch(stderr, /\n {4}at /);
});

test("settings that cannot sign are errors that name what is missing", async (t) => {
  setKeys(t, { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: undefined });
  const url = "http://files/";
  for (const [upstream, message] of [
    [{ url, awsRegion: "eu-central-1" }, /needs the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the/],
    [{ url, awsRegion: "EU Central" }, /awsRegion of upstream is "EU Central"; it must be a name such as/],
    [{ url, awsRegion: "eu-central-1", awsService: "" }, /awsService of upstream is ""/],
    [{ url, awsService: "s3" }, /awsService of upstream signs nothing without awsRegion/],
  ] as const) {
    await assert.rejects(servingFrom(t, upstream), message);
  }
});
