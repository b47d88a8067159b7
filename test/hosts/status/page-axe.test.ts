/** The page against the rules of axe-core (https://github.com/dequelabs/axe-core), with everything on it that it can show. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Browser, type Page } from "../../support/chromium.js";
import { type FakeSite, fakeSite, RESULT, TRANSFER } from "./fake-site.js";
import { options } from "./shown-page.js";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Data for every section. */
function fill({ status, listing }: FakeSite): void {
  status.running = 60;
  status.transfers = [TRANSFER, { ...TRANSFER, key: "2", name: "תצורה.cfg", direction: "put", sizeBytes: -1 }];
  status.results = [RESULT, { ...RESULT, number: 0, name: "failed", isSuccess: false, outcome: "timed_out" }];
  const refusal = { direction: "put", address: "10.0.0.7", code: "exists", reason: "the file exists already" };
  status.refusals = Array.from({ length: 25 }, (_, number) => {
    return { ...refusal, number, name: `${number}.cfg`, refusedMsAgo: 100 };
  });
  status.missing = [{ name: "PXELINUX.0", address: "10.0.0.8", count: 3, askedMsAgo: 100 }];
  status.dhcp = {
    isServing: true,
    otherServer: "",
    clients: [
      {
        address: "10.0.0.9",
        hardwareAddress: "52-54-00-12-34-56",
        file: "boot/ipxe.efi",
        state: "silent" as const,
        askedFile: "",
        remainingSeconds: 100,
      },
    ],
  };
  const names = ["phones/", "pxelinux.0", "תצורה.cfg"];
  listing.files = names.map((name) => ({ name, sizeBytes: 42_000, isRemovable: true, modifiedAt: 1e12 }));
  Object.assign(listing, { total: 1003, next: "0/x", isComplete: false });
}

/** The rules that the page breaks, with the elements that break them. */
function violations(page: Page): Promise<string[]> {
  return page.value(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ": " + html + " " + failureSummary)))`);
}

for (const isDark of [false, true]) {
  for (const width of [390, 1920]) {
    const look = { width, isDark };
    test(
      `in ${isDark ? "dark" : "light"} colours, ${width} pixels wide, the page breaks no rule of axe-core`,
      options,
      async (t) => {
        const site = await fakeSite(t);
        fill(site);
        const browser = await Browser.start();
        t.after(() => browser[Symbol.asyncDispose]());
        const page = await browser.open(site.url, look);
        await page.until(`document.querySelectorAll("#files li").length === 3`);
        await page.until(`document.querySelectorAll("#missing .about").length === 2`);
        await page.value(`(() => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], "refused.bin"));
          data.items.add(new File(["x"], "refused too.bin"));
          dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
        })()`);
        await page.until(`document.querySelectorAll("#uploads .failed").length === 2`);
        await page.value(AXE);
        assert.deepEqual(await violations(page), []);
        site.listing.files = site.listing.files.map((file) => ({ ...file, name: `phones/${file.name}` }));
        await page.click("#files button.folder");
        await page.until(`!document.querySelector("#path").hidden`);
        assert.deepEqual(await violations(page), []);
        await page.click("#files button[aria-label^=Remove]");
        await page.until(`document.querySelector("dialog").open`);
        assert.deepEqual(await violations(page), []);
        await page.press("Escape");
        site.close();
        await page.until(`document.querySelector("#gone").textContent !== ""`);
        assert.deepEqual(await violations(page), []);
      },
    );
  }
}
