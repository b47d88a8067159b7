/** The page in a browser, as people use it: by mouse, by keyboard, on a phone, light and dark. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { StatusPage, type StatusPageOptions, type TftpServer, type WritePolicy } from "lockstep-tftp";
import { Browser, NO_CHROMIUM, type Page, REBOUND_NAME, SHIFT } from "../../support/chromium.js";
import { seededBytes } from "../../support/seed.js";
import { ServedFolder } from "../../support/served-folder.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const CONTENT = seededBytes(11, 200_000);
/** A name that would do harm in markup, in an attribute, and to the order of letters. */
const HARMFUL_NAME = `"><img src=x onerror="document.title='harmed'">\u202etxt`;

interface Shown {
  readonly folder: ServedFolder;
  readonly status: StatusPage;
  readonly browser: Browser;
  readonly page: Page;
  /** Makes a file outside the served folder, and gives its path. */
  readonly file: (name: string, content: Uint8Array) => string;
}

interface ShownOptions {
  readonly files?: Record<string, Uint8Array>;
  readonly write?: WritePolicy;
  readonly maxSizeBytes?: number;
  readonly page?: StatusPageOptions;
  readonly look?: { width?: number; height?: number; isDark?: boolean };
}

async function shown(t: TestContext, options: ShownOptions = {}): Promise<Shown> {
  const { files = {}, write = "overwrite", maxSizeBytes, look = {} } = options;
  const folder = await ServedFolder.open(files, { write, ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }) });
  t.after(() => folder[Symbol.asyncDispose]());
  const status = new StatusPage(folder.server, { port: 0, ...options.page });
  await status.listen();
  t.after(() => status.close());
  const browser = await Browser.start();
  t.after(() => browser[Symbol.asyncDispose]());
  const page = await browser.open(status.url, look);
  await page.until(`document.querySelector("#state.up") !== null`);
  await page.until(`Number(document.querySelector("#file-count").textContent) === ${Object.keys(files).length}`);
  const outside = temporaryFolder(t);
  const file = (name: string, content: Uint8Array): string => {
    writeFileSync(path.join(outside, name), content);
    return path.join(outside, name);
  };
  return { folder, status, browser, page, file };
}

function names(page: Page): Promise<string[]> {
  return page.value(`[...document.querySelectorAll("#files .name")].map((name) => name.textContent)`);
}

function focused(page: Page): Promise<string> {
  return page.value(`document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent`);
}

const options = { skip: NO_CHROMIUM };

test("the page shows what is served, who it is, and breaks none of its own rules", options, async (t) => {
  const { page } = await shown(t, {
    files: { "b.bin": CONTENT, "folder/a.txt": CONTENT.subarray(0, 3) },
    page: { name: "rack 3" },
  });
  assert.deepEqual(await names(page), ["b.bin", "folder/a.txt"]);
  assert.equal(await page.text("h1"), "rack 3");
  assert.match(await page.text("#files li:first-child"), /195 KiB/);
  assert.match(await page.text("#files li:last-child"), /3 bytes/);
  const hosts = await page.value<string[]>(
    "performance.getEntriesByType('resource').map(({ name }) => new URL(name).host)",
  );
  assert.ok(hosts.length > 0);
  assert.deepEqual([...new Set(hosts)], [await page.value("location.host")]);
});

test("names that would do harm are shown as they are", options, async (t) => {
  const { page } = await shown(t, {
    files: { [HARMFUL_NAME.replaceAll("/", "")]: CONTENT },
    page: { name: HARMFUL_NAME },
  });
  assert.deepEqual(await names(page), [HARMFUL_NAME.replace("\u202e", "\\u{202e}")]);
  assert.equal(await page.value(`document.querySelectorAll("img").length`), 0);
  assert.doesNotMatch(await page.value("document.title"), /^harmed/);
});

test(
  "the page's policy stops scripts and styles that are not part of it, and markup made of text",
  options,
  async (t) => {
    const { page } = await shown(t);
    const broken = await page.value<string[]>(`new Promise((resolve) => {
    const directives = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
      directives.push(effectiveDirective);
      if (directives.length === 3) resolve(directives.sort());
    });
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.head.append(style);
    const button = document.createElement("button");
    button.setAttribute("style", "display: none");
    document.body.append(button);
    try { document.body.innerHTML = "harmed"; } catch {}
  })`);
    assert.deepEqual(broken, ["require-trusted-types-for", "style-src-attr", "style-src-elem"]);
    assert.notEqual(await page.text("h1"), "");
  },
);

test("a running transfer is shown with its progress, and then among the results", options, async (t) => {
  const { folder, page } = await shown(t, { files: { "a.bin": CONTENT.subarray(0, 1024) } });
  await using peer = await folder.peer();
  await peer.read("a.bin");
  await peer.expectData(1, CONTENT.subarray(0, 512));
  await page.until(`document.querySelector("#transfers progress") !== null`);
  assert.match(await page.text("#transfers li"), /a\.bin.*0 %/s);
  await peer.acknowledge(1);
  await page.until(`document.querySelector("#transfers progress").value === 512`);
  assert.match(await page.text("#transfers li"), /50 %.*512 B of 1\.0 KiB/s);
  await peer.expectData(2, CONTENT.subarray(512, 1024));
  await peer.acknowledge(2);
  await peer.expectData(3, new Uint8Array());
  await peer.acknowledge(3);
  await page.until(`document.querySelector("#results li") !== null`);
  assert.match(await page.text("#results li"), /a\.bin.*completed/s);
  assert.equal(await page.value(`document.querySelectorAll("#transfers li").length`), 0);
  await page.until(`document.querySelector(".curve").getAttribute("d") !== ""`);
  assert.match(await page.text("#plot-text"), /^Throughput now .*retransmissions now 0\/s$/);
});

test("files that are dropped on the page are put", options, async (t) => {
  const { folder, page, file } = await shown(t, { write: "new" });
  await page.drop("main", [file("one.bin", CONTENT), file("two words.txt", CONTENT.subarray(0, 0))]);
  await page.until(`document.querySelectorAll("#files li").length === 2`);
  assert.deepEqual(Buffer.from(folder.contents("one.bin")), CONTENT);
  assert.equal(folder.contents("two words.txt").length, 0);
  assert.match(await page.text("#said"), /two words\.txt was uploaded\./);
  assert.equal(await page.value(`document.querySelectorAll("#uploads li").length`), 0);
});

test("files that are chosen with the button are put", options, async (t) => {
  const { folder, page, file } = await shown(t, { write: "new" });
  await page.choose("#chosen", [file("one.bin", CONTENT)]);
  await page.until(`document.querySelectorAll("#files li").length === 1`);
  assert.deepEqual(Buffer.from(folder.contents("one.bin")), CONTENT);
});

test("a file is replaced only after a question", options, async (t) => {
  const { folder, page, file } = await shown(t, { files: { "a.bin": CONTENT } });
  const other = file("a.bin", CONTENT.subarray(0, 10));
  await page.drop("main", [other]);
  await page.until(`document.querySelector("dialog").open`);
  assert.equal(await page.text("#question-text"), `Replace "a.bin"?`);
  await page.press("Escape");
  await page.until(`!document.querySelector("dialog").open`);
  assert.deepEqual(Buffer.from(folder.contents("a.bin")), CONTENT);
  await page.drop("main", [other]);
  await page.until(`document.querySelector("dialog").open`);
  await page.click("#question-yes");
  await page.until(`document.querySelector("#files li").textContent.includes("10 bytes")`);
  assert.deepEqual(Buffer.from(folder.contents("a.bin")), CONTENT.subarray(0, 10));
});

test("who drops more while a question is open is asked one question after the other", options, async (t) => {
  const { folder, page, file } = await shown(t, { files: { "a.bin": CONTENT, "b.bin": CONTENT } });
  await page.drop("main", [file("a.bin", CONTENT.subarray(0, 10))]);
  await page.until(`document.querySelector("dialog").open`);
  await page.drop("main", [file("b.bin", CONTENT.subarray(0, 20))]);
  assert.equal(await page.text("#question-text"), `Replace "a.bin"?`);
  await page.press("Escape");
  await page.until(`document.querySelector("#question-text").textContent === 'Replace "b.bin"?'`);
  await page.click("#question-yes");
  await page.until(`document.querySelector("#files li:last-child").textContent.includes("20 bytes")`);
  assert.deepEqual(Buffer.from(folder.contents("a.bin")), CONTENT);
  assert.deepEqual(Buffer.from(folder.contents("b.bin")), CONTENT.subarray(0, 20));
});

test("what is not allowed is said in words, and nothing is sent", options, async (t) => {
  const { folder, page, file } = await shown(t, {
    files: { "a.bin": CONTENT.subarray(0, 10) },
    write: "new",
    maxSizeBytes: 1000,
  });
  await page.drop("main", [file("large.bin", CONTENT)]);
  await page.until(`!document.querySelector("#alert").hidden`);
  assert.match(await page.text("#alert"), /large\.bin has 195 KiB; 1000 B are allowed/);
  await page.drop("main", [file("a.bin", CONTENT.subarray(0, 3))]);
  await page.until(`document.querySelector("#alert").textContent.includes("exists already")`);
  assert.equal(folder.has("large.bin"), false);
  assert.equal(folder.contents("a.bin").length, 10);
  assert.equal(await page.value(`document.querySelectorAll("#files button").length`), 0);
});

test("the server's refusal is shown", options, async (t) => {
  const { page, file } = await shown(t);
  await page.drop("main", [file("bell\u0007", CONTENT)]);
  await page.until(`!document.querySelector("#alert").hidden`);
  assert.match(await page.text("#alert"), /bell.? was not uploaded\. No file can have this name/);
});

test("where nobody may write, there is nothing to write with", options, async (t) => {
  const { folder, page, file } = await shown(t, { files: { "a.bin": CONTENT }, write: "never" });
  assert.equal(await page.value(`document.querySelector("#drop").offsetParent`), null);
  assert.equal(await page.value(`document.querySelectorAll("#files button").length`), 0);
  await page.drop("main", [file("new.bin", CONTENT)]);
  assert.equal(await page.value("location.pathname"), "/");
  assert.equal(folder.has("new.bin"), false);
});

test("everything can be done by keyboard, and the focus stays where one works", options, async (t) => {
  const { folder, page } = await shown(t, { files: { a: CONTENT, b: CONTENT, c: CONTENT } });
  const order: string[] = [];
  for (let count = 0; count < 5; count++) {
    await page.press("Tab");
    order.push(await focused(page));
  }
  assert.deepEqual(order, ["Upload files", "Remove a", "Remove b", "Remove c", "Metrics"]);
  await page.press("Tab", SHIFT);
  await page.press("Tab", SHIFT);
  assert.equal(await focused(page), "Remove b");
  await page.press("Enter");
  await page.until(`document.querySelector("dialog").open`);
  assert.equal(await focused(page), "Cancel");
  await page.press("Tab");
  assert.equal(await focused(page), "Remove");
  await page.press("Enter");
  await page.until(`document.querySelectorAll("#files li").length === 2`);
  assert.equal(folder.has("b"), false);
  assert.equal(await focused(page), "Remove c");
  assert.match(await page.text("#said"), /b was removed\./);
  // The page asks the server again and again: the focus stays.
  const asked = await page.value<number>("performance.getEntriesByType('resource').length");
  await page.until(`performance.getEntriesByType("resource").length > ${asked + 2}`);
  assert.equal(await focused(page), "Remove c");
});

test("what is focused can be seen", options, async (t) => {
  const { page } = await shown(t);
  await page.press("Tab");
  const width = await page.value<string>("getComputedStyle(document.activeElement).outlineWidth");
  assert.ok(Number.parseFloat(width) >= 2, width);
});

test("every section, bar and button has a name, and changes are told", options, async (t) => {
  const { folder, page } = await shown(t, { files: { a: CONTENT } });
  await using peer = await folder.peer();
  await peer.read("a");
  await page.until(`document.querySelector("#transfers progress") !== null`);
  const nameless = await page.value<
    string[]
  >(`[...document.querySelectorAll("section, progress, button, input, svg, dialog")]
    .filter((element) => {
      const label = element.getAttribute("aria-label");
      const other = document.getElementById(element.getAttribute("aria-labelledby"));
      return !(label || other || element.textContent.trim() || element.id === "question-yes");
    })
    .map((element) => element.outerHTML)`);
  assert.deepEqual(nameless, []);
  assert.equal(await page.value(`document.querySelector("#said").getAttribute("aria-live")`), "polite");
  assert.equal(await page.value(`document.documentElement.lang`), "en");
});

/** The contrast of two colours, by WCAG 2.2. */
const CONTRAST = `(one, other) => {
  const light = (text) => {
    const [red, green, blue] = text.match(/[\\d.]+/g).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}`;

for (const isDark of [false, true]) {
  test(`in ${isDark ? "dark" : "light"} colours every text can be read`, options, async (t) => {
    const { page } = await shown(t, { files: { a: CONTENT }, look: { isDark } });
    const ground = await page.value<string>("getComputedStyle(document.body).backgroundColor");
    const [red = 0] = (ground.match(/\d+/g) ?? []).map(Number);
    assert.equal(red < 128, isDark, ground);
    const faint = await page.value<string[]>(`(() => {
      const contrast = ${CONTRAST};
      const groundOf = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        return colour === "rgba(0, 0, 0, 0)" ? groundOf(element.parentElement) : colour;
      };
      return [...document.querySelectorAll("body *")]
        .filter((element) => element.offsetParent !== null && element.childElementCount === 0 && element.textContent !== "")
        .filter((element) => contrast(getComputedStyle(element).color, groundOf(element)) < 4.5)
        .map((element) => element.outerHTML);
    })()`);
    assert.deepEqual(faint, []);
  });
}

test("on a phone nothing is wider than the window, and buttons are large enough for a finger", options, async (t) => {
  const files = { ["long-".repeat(40)]: CONTENT, short: CONTENT };
  const { page } = await shown(t, { files, look: { width: 320, height: 600 } });
  assert.equal(await page.value("document.documentElement.scrollWidth"), 320);
  const small = await page.value<string[]>(`[...document.querySelectorAll("button")]
    .filter((button) => button.offsetParent !== null && button.getBoundingClientRect().height < 44)
    .map((button) => button.outerHTML)`);
  assert.deepEqual(small, []);
});

test("a server that goes is told, and so is its return", options, async (t) => {
  const { folder, status, page } = await shown(t);
  const port = Number(new URL(status.url).port);
  await status.close();
  await page.until(`document.querySelector("#state.down") !== null`);
  assert.equal(await page.text("#state-text"), "No answer");
  const again = new StatusPage(folder.server as TftpServer, { port });
  await again.listen();
  t.after(() => again.close());
  await page.until(`document.querySelector("#state.up") !== null`);
});

test("a page of another origin can neither read nor change anything", options, async (t) => {
  const { folder, status, browser } = await shown(t, { files: { a: CONTENT } });
  const attacker = http.createServer((_request, response) =>
    response.setHeader("content-type", "text/html").end("<p>"),
  );
  await new Promise<void>((resolve) => attacker.listen(0, "127.0.0.1", resolve));
  t.after(() => attacker.close());
  t.after(() => attacker.closeAllConnections());
  const foreign = await browser.open(`http://127.0.0.1:${(attacker.address() as AddressInfo).port}/`);
  const tried = (path: string, init: string) =>
    foreign.value<string>(
      `fetch("${status.url}${path}", ${init}).then(({ status }) => String(status), () => "refused")`,
    );
  assert.equal(await tried("api/files", "{}"), "refused");
  const header = `headers: { "X-Lockstep-TFTP": "1" }`;
  assert.equal(await tried("api/files/new", `{ method: "PUT", ${header}, body: "x" }`), "refused");
  assert.equal(await tried("api/files/a", `{ method: "DELETE", ${header} }`), "refused");
  assert.equal(folder.has("new"), false);
  assert.deepEqual(Buffer.from(folder.contents("a")), CONTENT);
});

test("a name that somebody else has made lead here shows no page and no data", options, async (t) => {
  const { folder, status, browser } = await shown(t, { files: { a: CONTENT } });
  const rebound = `http://${REBOUND_NAME}:${new URL(status.url).port}/`;
  const page = await browser.open(rebound);
  assert.match(await page.text("body"), /This server is not called/);
  assert.equal(await page.value(`fetch("/api/files").then(({ status }) => status)`), 421);
  const header = `headers: { "X-Lockstep-TFTP": "1" }`;
  assert.equal(await page.value(`fetch("/api/files/a", { method: "DELETE", ${header} }).then((r) => r.status)`), 421);
  assert.deepEqual(Buffer.from(folder.contents("a")), CONTENT);
});
