/** nginx as an origin, on a port of loopback, with a folder of files. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { freeTcpPort } from "../../../support/free-port.js";
import { hasProgram } from "../../../support/program.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

export const withoutNginx = hasProgram("nginx") ? false : "nginx is not installed (nginx-light)";

/** Loopback of no other process. */
export const ADDRESS = `127.2.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;

export interface Nginx {
  readonly url: string;
  /** Folder of the files. */
  readonly files: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Waits until a web server answers. */
export async function untilAnswered(url: string, child: ChildProcess, program: string): Promise<void> {
  while ((await fetch(url).catch(() => undefined)) === undefined) {
    assert.equal(child.exitCode, null, `${program} has ended`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param location directives for all files, such as `dav_methods PUT;`. */
export async function startNginx(t: TestContext, location = ""): Promise<Nginx> {
  const folder = temporaryFolder(t);
  const files = path.join(folder, "files");
  mkdirSync(files);
  const port = await freeTcpPort(ADDRESS);
  const configuration = `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
    events {}
    http {
      access_log off;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      server { listen ${ADDRESS}:${port}; root ${files}; location / { ${location} } }
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
    await untilAnswered(url, child, "nginx");
  };
  t.after(() => stop());
  await start();
  return { url, files, stop: () => stop(), start };
}
