/** Metrics and status, compared with transfers that the tests make. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { StatusPage, type StatusPageOptions, type TftpServerOptions } from "lockstep-tftp";
import { seededBytes } from "../../support/seed.js";
import { ServedFolder } from "../../support/served-folder.js";
import { ask, askJson, type OpenSite } from "./site.js";

const CONTENT = seededBytes(3, 1300);

interface Watched {
  readonly folder: ServedFolder;
  readonly page: StatusPage;
  readonly site: OpenSite;
}

async function watched(
  t: TestContext,
  options: TftpServerOptions = {},
  pageOptions: StatusPageOptions = {},
): Promise<Watched> {
  const folder = await ServedFolder.open({ "a.bin": CONTENT }, { write: "new", ...options });
  t.after(() => folder[Symbol.asyncDispose]());
  const page = new StatusPage(folder.server, { port: 0, ...pageOptions });
  await page.listen();
  t.after(() => page.close());
  return { folder, page, site: { port: Number(new URL(page.url).port) } as OpenSite };
}

/** Parses the text format strictly: each sample belongs to the metric announced just before it. */
async function metricsOf(site: OpenSite): Promise<Map<string, number>> {
  const { headers, body } = await ask(site, "/metrics");
  assert.equal(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  const text = body.toString();
  assert.ok(text.endsWith("\n"));
  const samples = new Map<string, number>();
  const announced = new Set<string>();
  let name = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const help = /^# HELP (lockstep_tftp_[a-z_]+) \S.*\.$/.exec(line);
    const type = /^# TYPE (\S+) (counter|gauge)$/.exec(line);
    const sample = /^([a-z_]+)((?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (\d+(?:\.\d+)?)$/.exec(line);
    if (help !== null) {
      name = help[1] as string;
      assert.ok(!announced.has(name), `${name} is announced once`);
      announced.add(name);
    } else if (type !== null) {
      assert.equal(type[1], name);
      assert.equal(type[2] === "counter", name.endsWith("_total"), `${name} is a ${type[2]}`);
    } else {
      assert.equal(sample?.[1], name, line);
      const key = `${name.replace("lockstep_tftp_", "")}${sample?.[2]}`;
      assert.ok(!samples.has(key), `${key} comes once`);
      samples.set(key, Number(sample?.[3]));
    }
  }
  return samples;
}

/** Differences between two readings, without the time that has passed. */
function changes(before: Map<string, number>, after: Map<string, number>): Record<string, number> {
  const differences = [...after].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const);
  return Object.fromEntries(differences.filter(([key, value]) => value !== 0 && key !== "uptime_seconds"));
}

test("a download is counted while it runs and after it has ended", async (t) => {
  const { folder, site } = await watched(t);
  const before = await metricsOf(site);
  await using peer = await folder.peer();
  await peer.read("a.bin");
  await peer.expectData(1, CONTENT.subarray(0, 512));
  await peer.acknowledge(1);
  await peer.expectData(2, CONTENT.subarray(512, 1024));
  assert.deepEqual(changes(before, await metricsOf(site)), {
    'transferred_bytes_total{direction="get"}': 512,
    'blocks_total{direction="get"}': 1,
    'transfers_running{direction="get"}': 1,
  });
  const ended = folder.nextEnd();
  // A duplicate, which gets no answer.
  await peer.acknowledge(1);
  await peer.acknowledge(2);
  await peer.expectData(3, CONTENT.subarray(1024));
  await peer.acknowledge(3);
  await ended;
  assert.deepEqual(changes(before, await metricsOf(site)), {
    'transfers_total{direction="get",result="completed"}': 1,
    'transferred_bytes_total{direction="get"}': 1300,
    'blocks_total{direction="get"}': 3,
    'duplicates_total{direction="get"}': 1,
  });
});

test("uploads and refusals are counted by direction and error, and refusals by reason", async (t) => {
  const { folder, site } = await watched(t);
  const before = await metricsOf(site);
  await using putting = await folder.peer();
  await putting.put("b.bin", CONTENT);
  await using asking = await folder.peer();
  await asking.read("missing");
  await asking.expectError(1);
  await asking.write("a.bin");
  await asking.expectError(6);
  await asking.write("../outside");
  await asking.expectError(2);
  assert.deepEqual(changes(before, await metricsOf(site)), {
    'transfers_total{direction="put",result="completed"}': 1,
    'transferred_bytes_total{direction="put"}': 1300,
    'blocks_total{direction="put"}': 3,
    'refused_requests_total{direction="get",error="file_not_found"}': 1,
    'refused_requests_total{direction="put",error="file_exists"}': 1,
    'refused_requests_total{direction="put",error="access_violation"}': 1,
    'refusals_total{reason="not_found"}': 1,
    'refusals_total{reason="exists"}': 1,
    'refusals_total{reason="not_a_file_name"}': 1,
  });
});

test("retransmissions and unanswered requests are counted", async (t) => {
  const intervals = { initialIntervalMs: 20, minIntervalMs: 20, maxIntervalMs: 20 };
  const { folder, site } = await watched(t, { maxTransfers: 1, ...intervals });
  const before = await metricsOf(site);
  await using peer = await folder.peer();
  await peer.read("a.bin");
  await peer.expectData(1, CONTENT.subarray(0, 512));
  await peer.expectData(1, CONTENT.subarray(0, 512));
  await using other = await folder.peer();
  await other.read("a.bin");
  const unanswered = async () => (await metricsOf(site)).get("unanswered_requests_total");
  while ((await unanswered()) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const after = changes(before, await metricsOf(site));
  assert.ok((after['retransmissions_total{direction="get"}'] ?? 0) >= 1);
  assert.equal(await unanswered(), 1);
  assert.equal((await metricsOf(site)).get("transfers_max"), 1);
});

test("labels of the metrics are escaped", async (t) => {
  const { site } = await watched(t, {}, { name: 'a "rack"\\3\nb' });
  const keys = [...(await metricsOf(site)).keys()];
  assert.match(keys[0] as string, /^info\{name="a \\"rack\\"\\\\3\\nb",version="\d+\.\d+\.\d+"\}$/);
});

test("the status lists running transfers, and the last results, newest first", async (t) => {
  interface Report {
    readonly transfers: readonly Record<string, unknown>[];
    readonly results: readonly { number: number; name: string; direction: string; outcome: string }[];
  }
  const { folder, site } = await watched(t);
  await using peer = await folder.peer();
  await peer.read("a.bin");
  await peer.expectData(1, CONTENT.subarray(0, 512));
  await peer.acknowledge(1);
  await peer.expectData(2, CONTENT.subarray(512, 1024));
  const [running] = (await askJson<Report>(site, "/api/status")).transfers;
  const { name, direction, address, port, bytes, sizeBytes } = running as Record<string, unknown>;
  assert.deepEqual([name, direction, port], ["a.bin", "get", peer.port]);
  assert.match(String(address), /^127\./);
  assert.deepEqual([bytes, sizeBytes], [512, 1300]);
  for (let count = 0; count < 25; count++) {
    await using putting = await folder.peer();
    await putting.put(`${count}.bin`, CONTENT);
  }
  const { results } = await askJson<Report>(site, "/api/status");
  assert.equal(results.length, 20);
  assert.deepEqual(
    results.slice(0, 2).map((result) => [result.number, result.name, result.direction, result.outcome]),
    [
      [25, "24.bin", "put", "completed"],
      [24, "23.bin", "put", "completed"],
    ],
  );
});

test("a closed page removes its listeners from the server", async (t) => {
  const { folder, page } = await watched(t);
  assert.deepEqual([folder.server.listenerCount("ended"), folder.server.listenerCount("refused")], [1, 1]);
  assert.equal(folder.server.listenerCount("progress"), 0);
  await page.close();
  assert.deepEqual([folder.server.listenerCount("ended"), folder.server.listenerCount("refused")], [0, 0]);
});
