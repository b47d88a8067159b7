/** Shows a status page in a browser. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { type NameRule, StatusPage, type StatusPageOptions, type WritePolicy } from "lockstep-tftp";
import { Browser, NO_CHROMIUM, type Page } from "../../support/chromium.js";
import { seededBytes } from "../../support/seed.js";
import { ServedFolder } from "../../support/served-folder.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

export const CONTENT = seededBytes(11, 200_000);

/** Options of each test with a browser. */
export const options = { skip: NO_CHROMIUM };

export interface ShownPage {
  readonly folder: ServedFolder;
  readonly status: StatusPage;
  readonly browser: Browser;
  readonly page: Page;
  /** Creates a file outside the served folder, and returns its path. */
  readonly file: (name: string, content: Uint8Array) => string;
}

export interface ShownPageOptions {
  readonly files?: Record<string, Uint8Array>;
  readonly write?: WritePolicy;
  readonly maxSizeBytes?: number;
  readonly rules?: readonly NameRule[];
  readonly page?: StatusPageOptions;
  readonly look?: { width?: number; height?: number; isDark?: boolean };
}

export async function showPage(t: TestContext, options: ShownPageOptions = {}): Promise<ShownPage> {
  const { files = {}, write = "overwrite", maxSizeBytes, rules = [], look = {} } = options;
  const folder = await ServedFolder.open(files, {
    write,
    rules,
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
  });
  t.after(() => folder[Symbol.asyncDispose]());
  const status = new StatusPage(folder.server, { port: 0, ...options.page });
  await status.listen();
  t.after(() => status.close());
  const browser = await Browser.start();
  t.after(() => browser[Symbol.asyncDispose]());
  const page = await browser.open(status.url, look);
  await page.until(`document.querySelector("#state.up") !== null`);
  const listed = new Set(Object.keys(files).map((name) => name.split("/")[0])).size.toLocaleString("en");
  await page.until(`document.querySelector("#file-count").textContent === "${listed}"`);
  // There is none, or its row is shown.
  await page.until(`document.querySelector("#files").childElementCount > 0 || ${listed === "0"}`);
  await holdNotes(page);
  const outside = temporaryFolder(t);
  const file = (name: string, content: Uint8Array): string => {
    writeFileSync(path.join(outside, name), content);
    return path.join(outside, name);
  };
  return { folder, status, browser, page, file };
}

/**
 * Keeps what the page shows for a while (an upload that has arrived, a copied address) until `endNotes`: on a busy machine it
 * could be gone before a test looks.
 */
async function holdNotes(page: Page): Promise<void> {
  await page.value(`(() => {
    const wait = setTimeout;
    window.notes = [];
    window.setTimeout = (call, ms) => ([4000, 15_000].includes(ms) ? window.notes.push(call) : wait(call, ms));
  })()`);
}

/** Lets the time of the notes end. Fails if there is none. */
export async function endNotes(page: Page): Promise<void> {
  assert.ok(await page.value("window.notes.splice(0).map((end) => end()).length > 0"));
}

export function listedNames(page: Page): Promise<string[]> {
  return page.value(`[...document.querySelectorAll("#files .name")].map((name) => name.textContent)`);
}

export function focusedElement(page: Page): Promise<string> {
  return page.value(`document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent`);
}
