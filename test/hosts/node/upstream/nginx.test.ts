/** nginx as an upstream: conditional requests, ranges of sizes, and a restart. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { hasProgram } from "../../../support/program.js";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { servingFrom } from "./origin.js";

const skip = hasProgram("nginx") ? false : "nginx is not installed (nginx-light)";

/** Loopback of no other process: between finding a free port and using it, no other test takes it. */
const ADDRESS = `127.2.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;

/** Starts nginx on a port of loopback, with a folder of files. */
async function nginx(
  t: TestContext,
): Promise<{ url: string; files: string; stop: () => Promise<void>; start: () => Promise<void> }> {
  const folder = temporaryFolder(t);
  const files = path.join(folder, "files");
  mkdirSync(files);
  const probe = net.createServer().listen(0, ADDRESS);
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  const configuration = `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
    events {}
    http {
      access_log off;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      server { listen ${ADDRESS}:${port}; root ${files}; }
    }`;
  const file = path.join(folder, "nginx.conf");
  writeFileSync(file, configuration);
  let stop = async (): Promise<void> => {};
  const url = `http://${ADDRESS}:${port}/`;
  const start = async (): Promise<void> => {
    const child = spawn("nginx", ["-c", file, "-p", folder], { stdio: "ignore" });
    const ended = once(child, "close");
    stop = async () => {
      child.kill("SIGKILL");
      await ended;
    };
    while ((await fetch(url).catch(() => undefined)) === undefined) {
      assert.equal(child.exitCode, null, "nginx has ended");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  t.after(() => stop());
  await start();
  return { url, files, stop: () => stop(), start };
}

test("files come from nginx, are asked about by ETag, and outlive it", { skip }, async (t) => {
  const { url, files, stop, start } = await nginx(t);
  const cache = path.join(temporaryFolder(t), "cache");
  const first = seededBytes(1, 300_000);
  writeFileSync(path.join(files, "a file"), first);
  const one = await servingFrom(t, { url, cache });
  const downloads = Array.from({ length: 10 }, () => fetchFile("a file", { port: one.port }));
  for (const { content } of await Promise.all(downloads)) {
    assert.deepEqual(content, first);
  }
  await assert.rejects(fetchFile("missing", { port: one.port }), { errorCode: ERROR_FILE_NOT_FOUND });

  const two = await servingFrom(t, { url, cache });
  assert.deepEqual((await fetchFile("a file", { port: two.port })).content, first);
  const second = seededBytes(2, 1000);
  writeFileSync(path.join(files, "a file"), second);
  utimesSync(path.join(files, "a file"), new Date(0), new Date(0));
  const three = await servingFrom(t, { url, cache });
  assert.deepEqual((await fetchFile("a file", { port: three.port })).content, second);

  await stop();
  const four = await servingFrom(t, { url, cache });
  assert.deepEqual((await fetchFile("a file", { port: four.port })).content, second);
  assert.equal(four.warnings.length, 1);
  await start();
  writeFileSync(path.join(files, "new"), first);
  assert.deepEqual((await fetchFile("new", { port: four.port })).content, first);
});
