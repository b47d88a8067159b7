/** The page against foreign scripts, pages of other origins, and DNS rebinding. */
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { REBOUND_NAME } from "../../support/chromium.js";
import { CONTENT, options, showPage } from "./shown-page.js";

test("the policy of the page blocks foreign styles, and markup made of text", options, async (t) => {
  const { page } = await showPage(t);
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
});

test("a page of another origin can neither read nor change anything", options, async (t) => {
  const { folder, status, browser } = await showPage(t, { files: { a: CONTENT } });
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

test("a foreign name that resolves to the server shows no page and no data", options, async (t) => {
  const { folder, status, browser } = await showPage(t, { files: { a: CONTENT } });
  const rebound = `http://${REBOUND_NAME}:${new URL(status.url).port}/`;
  const page = await browser.open(rebound);
  assert.match(await page.text("body"), /is not a name of this server/);
  assert.equal(await page.value(`fetch("/api/files").then(({ status }) => status)`), 421);
  const header = `headers: { "X-Lockstep-TFTP": "1" }`;
  assert.equal(await page.value(`fetch("/api/files/a", { method: "DELETE", ${header} }).then((r) => r.status)`), 421);
  assert.deepEqual(Buffer.from(folder.contents("a")), CONTENT);
});
