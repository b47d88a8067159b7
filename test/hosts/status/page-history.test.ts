/** The plots, and what the page knows of the past. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Browser, type Page } from "../../support/chromium.js";
import { type FakeSite, fakeSite, RESULT } from "./fake-site.js";
import { options } from "./shown-page.js";

interface Watched {
  readonly site: FakeSite;
  readonly page: Page;
  /** Reports that a time has passed, in which bytes and retransmissions were added. */
  readonly pass: (seconds: number, bytes: number, repeated?: number) => Promise<void>;
}

async function watch(t: TestContext, width = 1280): Promise<Watched> {
  const site = await fakeSite(t);
  site.status.uptimeMs = 3_600_000;
  const browser = await Browser.start();
  t.after(() => browser[Symbol.asyncDispose]());
  const page = await browser.open(site.url, { width });
  await page.until(`document.querySelector("#state.up") !== null`);
  const pass = async (seconds: number, bytes: number, repeated = 0): Promise<void> => {
    const bars = await page.value<number>(BARS);
    site.status.uptimeMs += seconds * 1000;
    site.status.counts.bytesSent += bytes;
    site.status.counts.retransmissions += repeated;
    await page.until(`${BARS} > ${bars}`);
  };
  return { site, page, pass };
}

const BARS = `(document.querySelector("#rate-bars").getAttribute("d") ?? "").split("z").length`;

/** Tops of the bars, from 0 at the end of the axis to 100. */
function tops(page: Page): Promise<number[]> {
  return page.value(
    `[...document.querySelector("#rate-bars").getAttribute("d").matchAll(/V([\\d.]+)H/g)].map(([, top]) => Number(top))`,
  );
}

test("the plots have units, times and numbers, and a spike is marked and flattens nothing", options, async (t) => {
  const { page, pass } = await watch(t);
  for (const kibibytes of [100, 80, 100, 40, 100]) {
    await pass(1, kibibytes * 1024, 20);
  }
  assert.equal(await page.text("#rate-axis"), "100 KiB/s");
  assert.deepEqual(await tops(page), [0, 20, 0, 60, 0]);
  assert.equal(await page.value(`document.querySelector("#rate-cuts").getAttribute("d")`), "");
  await pass(1, 400 * 1024 * 1024, 20);
  assert.equal(await page.text("#rate-axis"), "200 KiB/s");
  assert.deepEqual(await tops(page), [50, 60, 50, 80, 50, 0]);
  assert.equal(await page.value(`document.querySelector("#rate-cuts").getAttribute("d").split("z").length`), 2);
  assert.equal(await page.text("#rate-peak"), "400 MiB/s");
  assert.equal(await page.text("#repeated-axis"), "20/s");
  assert.equal(await page.text("#plot-text"), "Throughput now 400 MiB/s, peak 400 MiB/s; retransmissions now 20/s");
  for (const place of ["first", "middle", "now"]) {
    assert.match(await page.text(`#time-${place}`), /^\d\d:\d\d:\d\d$/);
  }
  assert.equal(await page.value(`document.querySelectorAll("#plot-numbers tr").length`), 5);
  assert.match(await page.text("#plot-numbers tr:first-child"), /^Last minute.*\/s400 MiB\/s20\/s$/);
  assert.match(await page.text("#plot-numbers tr:last-child"), /^4 to 5 minutes ago0 B\/s0 B\/s0\/s$/);
});

test("plots and results survive a reload, also of a server that has started again", options, async (t) => {
  const { site, page, pass } = await watch(t);
  const numbered = (number: number) => ({ ...RESULT, number, name: `file ${number}` });
  site.status.results = [numbered(2), numbered(1)];
  await pass(1, 1000);
  await pass(1, 500);
  const shape = await page.value(`document.querySelector("#rate-bars").getAttribute("d").split("z").length`);
  site.status.results = [];
  await page.reload();
  await page.until(`document.querySelector("#state.up") !== null`);
  assert.equal(await page.value(BARS), shape);
  assert.equal(await page.value(`document.querySelectorAll("#results li").length`), 2);
  // The server has started again, and its numbers begin again.
  Object.assign(site.status, { run: 2, uptimeMs: 5, results: [{ ...numbered(1), name: "after" }] });
  site.status.counts.bytesSent = 0;
  await page.until(`document.querySelectorAll("#results li").length === 3`);
  assert.match(await page.text("#results li:first-child"), /^after/);
  assert.equal(await page.value(BARS), shape);
});

test(
  "after the sleep of a laptop that serves and shows, each result is there once, and the pause is no bar",
  options,
  async (t) => {
    const { site, page, pass } = await watch(t);
    const numbered = (number: number) => ({ ...RESULT, number, name: `file ${number}` });
    site.status.results = [numbered(2), numbered(1)];
    await pass(1, 1000);
    assert.equal(await page.value(`document.querySelectorAll("#results li").length`), 2);
    // Until the next answer the browser's clock went on, and that of the server did not.
    await page.value(`(() => {
      const { now } = Date;
      const { json } = Response.prototype;
      Response.prototype.json = async function () {
        const data = await json.call(this);
        if (data.uptimeMs > ${site.status.uptimeMs}) {
          Date.now = () => now() + 3_600_000;
        }
        return data;
      };
    })()`);
    site.status.uptimeMs += 1000;
    site.status.counts.bytesSent += 1000;
    site.status.results = [numbered(3), numbered(2), numbered(1)];
    await page.until(`document.querySelector("#results li").textContent.startsWith("file 3")`);
    assert.equal(await page.value(`document.querySelectorAll("#results li").length`), 3);
    const shape = await page.value<string>(`document.querySelector("#rate-bars").getAttribute("d")`);
    const [, from, to] = /^M([\d.]+),100V[\d.]+H([\d.]+)V100z$/.exec(shape) ?? assert.fail(shape);
    // One second of the five minutes that are 600 wide.
    assert.equal(Math.round(Number(to) - Number(from)), 2, shape);
  },
);

test("at most a hundred results are kept, and twenty are shown until all are asked for", options, async (t) => {
  const { site, page } = await watch(t);
  for (let number = 1; number <= 120; number += 20) {
    const count = Math.min(100, number + 19);
    site.status.results = Array.from({ length: 20 }, (_, index) => ({ ...RESULT, number: number + 19 - index }));
    await page.until(`document.querySelector("#results + button").textContent === "Show all ${count}"`);
  }
  assert.equal(await page.value(`document.querySelectorAll("#results li").length`), 20);
  await page.click("#results + button");
  assert.equal(await page.value(`document.querySelectorAll("#results li").length`), 100);
});

test("failed transfers are beside the refusals, before what has completed", options, async (t) => {
  const { site, page } = await watch(t, 390);
  site.status.results = [
    { ...RESULT, number: 2, name: "failed.bin", outcome: "timed_out", isSuccess: false, endedMsAgo: 5000 },
    RESULT,
  ];
  site.status.refusals = [
    {
      number: 1,
      name: "old.cfg",
      direction: "put",
      address: "10.0.0.7",
      code: "exists",
      reason: "it exists",
      refusedMsAgo: 9000,
    },
  ];
  await page.until(`document.querySelectorAll("#refusals li").length === 2`);
  assert.match(await page.text("#refusals li:first-child"), /^failed\.bin\s*timed out\s*to 192\.168\.88\.50 · /);
  assert.match(await page.text("#refusals li:last-child"), /^old\.cfg\s*put\s*it exists\s*from 10\.0\.0\.7 · 9/);
  assert.equal(await page.value(`document.querySelectorAll("#results li").length`), 1);
  const order = await page.value<string[]>(`[...document.querySelectorAll("main section")]
    .filter((section) => section.offsetParent !== null)
    .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
    .map((section) => section.id || section.getAttribute("aria-labelledby"))`);
  assert.deepEqual(order, [
    "drop",
    "transfers-title",
    "refusals-card",
    "results-title",
    "files-title",
    "plot-title",
    "overview-title",
  ]);
});

test("no number is apart from its unit, and no card is apart from the one above", options, async (t) => {
  const { site, page } = await watch(t);
  site.status.results = [
    { ...RESULT, retransmissions: 12 },
    { ...RESULT, number: 0, isSuccess: false },
  ];
  for (const width of [320, 390, 800, 1280, 1920]) {
    await page.look({ width });
    await page.until(`document.querySelectorAll("#results li").length === 1`);
    const broken = await page.value<string[]>(`[...document.querySelectorAll(".part, .figure")]
      .filter((part) => part.getClientRects().length > 1)
      .map((part) => part.textContent)`);
    assert.deepEqual(broken, [], `${width}`);
    const holes = await page.value<number[]>(`(() => {
      const boxes = [...document.querySelectorAll("main section")].map((card) => card.getBoundingClientRect());
      return boxes.flatMap((box) => {
        const above = boxes.filter(({ left, bottom }) => left === box.left && bottom <= box.top);
        return above.length === 0 ? [] : [Math.round(box.top - Math.max(...above.map(({ bottom }) => bottom)))];
      });
    })()`);
    assert.ok(
      holes.every((hole) => hole <= 17),
      `${width}: ${holes}`,
    );
  }
});
