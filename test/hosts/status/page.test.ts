/** The page in a browser: files, names, transfers and the state of the server. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { StatusPage, type TftpServer } from "lockstep-tftp";
import { ERROR_FILE_EXISTS, ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { freeTcpPort } from "../../support/free-port.js";
import { CONTENT, listedNames, options, showPage } from "./shown-page.js";

/** A name that could do harm in markup, in an attribute, and to the order of letters. */
const HARMFUL_NAME = `"><img src=x onerror="document.title='harmed'">\u202etxt`;

test("the page shows its title and the files, and loads nothing from elsewhere", options, async (t) => {
  const { page } = await showPage(t, {
    files: { "b.bin": CONTENT, "folder/a.txt": CONTENT.subarray(0, 3) },
    page: { name: "rack 3" },
  });
  assert.deepEqual(await listedNames(page), ["folder/", "b.bin"]);
  assert.equal(await page.text("h1"), "rack 3");
  assert.match(await page.text("#files li:last-child"), /195 KiB · \d{4}-\d\d-\d\d \d\d:\d\d$/);
  const hosts = await page.value<string[]>(
    "performance.getEntriesByType('resource').map(({ name }) => new URL(name).host)",
  );
  assert.ok(hosts.length > 0);
  assert.deepEqual([...new Set(hosts)], [await page.value("location.host")]);
});

test("names with markup are shown as text", options, async (t) => {
  const { page } = await showPage(t, {
    files: { [HARMFUL_NAME.replaceAll("/", "")]: CONTENT },
    page: { name: HARMFUL_NAME },
  });
  assert.deepEqual(await listedNames(page), [HARMFUL_NAME.replace("\u202e", "\\u{202e}")]);
  assert.equal(await page.value(`document.querySelectorAll("img").length`), 0);
  assert.doesNotMatch(await page.value("document.title"), /^harmed/);
});

test("a running transfer is shown with its progress, and afterwards among the results", options, async (t) => {
  const { folder, page } = await showPage(t, { files: { "a.bin": CONTENT.subarray(0, 1024) } });
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
  await page.until(`document.querySelector("#rate-bars").getAttribute("d") !== ""`);
  assert.match(await page.text("#plot-text"), /^Throughput now .*retransmissions now 0\/s$/);
});

test("a click on a name copies its address", options, async (t) => {
  const name = "folder/two words é.txt";
  const { folder, page } = await showPage(t, { files: { [name]: CONTENT } });
  await page.value(`addEventListener("copy", ({ clipboardData }) => {
    window.copied = clipboardData.getData("text/plain");
  })`);
  await page.click("#files .folder");
  await page.until(`document.querySelector("#files a") !== null`);
  await page.click("#files a");
  const address = `tftp://127.0.0.1:${folder.port}/folder/two%20words%20%C3%A9.txt`;
  assert.match(await page.text("#files li"), new RegExp(`Copied ${address}$`));
  assert.equal(await page.text("#status"), `Copied ${address}`);
  assert.equal(await page.value("location.pathname"), "/");
  assert.equal(await page.value("window.copied"), address);
});

test("fifty running transfers are shown, and all of them if asked for", options, async (t) => {
  const { folder, page } = await showPage(t, { files: { a: CONTENT } });
  const peers = await Promise.all(Array.from({ length: 52 }, () => folder.peer()));
  t.after(() => Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]())));
  for (const peer of peers) {
    await peer.read("a");
  }
  await page.until(`document.querySelector("#running").textContent === "50 of 52"`);
  assert.equal(await page.value(`document.querySelectorAll("#transfers li").length`), 50);
  await page.click("#all-transfers");
  await page.until(`document.querySelector("#running").textContent === "52"`);
  assert.equal(await page.value(`document.querySelectorAll("#transfers li").length`), 52);
  await page.click("#all-transfers");
  await page.until(`document.querySelectorAll("#transfers li").length === 50`);
});

/** Files, a name that is asked for, and the file that the page suggests. */
const NEAR: readonly (readonly [files: readonly string[], asked: string, near: string | undefined])[] = [
  [["Boot/BCD"], "boot/bcd", "Boot/BCD"],
  [["firmware.bin"], "firmwre.bin", "firmware.bin"],
  [["backup.cfg"], "backups.cfg", "backup.cfg"],
  [["lobby-a.cfg"], "Lobby-e.cfg", "lobby-a.cfg"],
  [["Config.txt", "donfig.txt"], "config.txt", "Config.txt"],
  // Another device, another version, too short, and two letters.
  [["SEP001122334455.cnf.xml"], "SEP001122334456.cnf.xml", undefined],
  [["SEP0011223344AA.xml"], "SEP0011223344AB.xml", undefined],
  [["image-v2.bin"], "image-v3.bin", undefined],
  [["abc"], "abd", undefined],
  [["phones.list"], "phonez.lisp", undefined],
];

test(
  "files that are not there are summed up on the page, with the file that was probably meant",
  options,
  async (t) => {
    const files = Object.fromEntries(NEAR.flatMap(([names]) => names).map((name) => [name, CONTENT.subarray(0, 3)]));
    const { folder, page } = await showPage(t, { files });
    assert.equal(await page.value(`document.querySelector("#missing-card").hidden`), true);
    await using peer = await folder.peer();
    const ask = async (name: string): Promise<void> => {
      await peer.read(name);
      await peer.expectError(ERROR_FILE_NOT_FOUND);
    };
    await ask("x\u202e.cfg");
    await ask("x\u202e.cfg");
    for (const [, asked] of NEAR) {
      await ask(asked);
    }
    await page.until(`document.querySelectorAll("#missing li").length === ${NEAR.length + 1}`);
    await page.until(`document.querySelector("#missing").ariaBusy === "false"`);
    for (const [, asked, near] of NEAR) {
      const row = await page.value<string>(
        `[...document.querySelectorAll("#missing li")].find((row) => row.firstChild.textContent === ${JSON.stringify(asked)}).textContent`,
      );
      assert.match(row, /1 request.*from 127\..* · .* ago/);
      assert.equal(/Did you mean (.*)\?$/.exec(row)?.[1], near, row);
    }
    assert.match(await page.text("#missing li:last-child"), /^x\\u\{202e\}\.cfg\s*2 requests\s*last from 127/);
    fs.writeFileSync(path.join(folder.root, "firmwre.bin"), "");
    await peer.read("firmwre.bin");
    await peer.expectData(1, new Uint8Array());
    await peer.acknowledge(1);
    await page.until(`document.querySelectorAll("#missing li").length === ${NEAR.length}`);
  },
);

test(
  "refused requests are on the page, each with its reason, and missing files are not among them",
  options,
  async (t) => {
    const { folder, page } = await showPage(t, { files: { "a.bin": CONTENT }, write: "new" });
    assert.equal(await page.value(`document.querySelector("#refusals-card").hidden`), true);
    await using peer = await folder.peer();
    await peer.write("a.bin");
    await peer.expectError(ERROR_FILE_EXISTS);
    await peer.read("missing");
    await peer.expectError(ERROR_FILE_NOT_FOUND);
    await peer.write("no folder/b.bin");
    await peer.expectError(ERROR_FILE_NOT_FOUND);
    await page.until(`document.querySelectorAll("#refusals li").length === 2`);
    assert.match(
      await page.text("#refusals li:first-child"),
      /no folder\/b\.bin\s*put\s*the folder "no folder" is not there\s*from 127\..* · .* ago/,
    );
    assert.match(
      await page.text("#refusals li:last-child"),
      /a\.bin\s*put\s*the file exists already \(--overwrite allows/,
    );
  },
);

test("the page shows when the server goes away, and when it returns", options, async (t) => {
  const port = await freeTcpPort();
  const { folder, status, page } = await showPage(t, { page: { port } });
  await status.close();
  await page.until(`document.querySelector("#state.down") !== null`);
  assert.equal(await page.text("#state-text"), "No answer");
  assert.match(await page.text("#gone"), /^The server does not answer\. What you see is from \d\d:\d\d:\d\d\./);
  assert.equal(await page.value(`getComputedStyle(document.querySelector("main")).opacity < 1`), true);
  assert.match(await page.value("document.title"), /^No answer: /);
  const again = new StatusPage(folder.server as TftpServer, { port });
  await again.listen();
  t.after(() => again.close());
  await page.until(`document.querySelector("#state.up") !== null`);
  assert.equal(await page.value(`document.querySelector("#gone").hidden`), true);
  assert.equal(await page.value(`getComputedStyle(document.querySelector("main")).opacity`), "1");
});
