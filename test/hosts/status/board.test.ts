/** The built status page of a board, on stand-ins for the modules of the SDK. */
import { readFileSync } from "node:fs";
import type * as ServerModule from "../../../dist/moddable/server.js";
import type * as StatusPageModule from "../../../dist/moddable/status-page.js";
import type * as StorageModule from "../../../dist/moddable/storage.js";
import { boardModule, resetBoard } from "../moddable/board.js";
import { Directory } from "../moddable/sdk/files.js";
import { putIntoImage } from "../moddable/sdk/resource.js";
import Listener from "../moddable/sdk/tcp.js";
import { advance } from "../moddable/sdk/timer.js";
import UDP from "../moddable/sdk/udp.js";
import { siteCases } from "./cases.js";
import type { OpenSite, SiteOptions } from "./site.js";

const { default: TFTPServer } = await boardModule<typeof ServerModule>("server");
const { FileStorage } = await boardModule<typeof StorageModule>("storage");
const { default: StatusPage, TransferRecords } = await boardModule<typeof StatusPageModule>("status-page");

const PAGE = readFileSync("dist/status/status-page.html.gz");
/** Advances the virtual time of the board's timers together with real time. */
const TICK_MS = 10;

async function openBoardSite(options: SiteOptions): Promise<OpenSite> {
  const { files, write = "never", maxSizeBytes, ...pageOptions } = options;
  resetBoard();
  putIntoImage("status-page.html.gz", PAGE);
  const directory = new Directory();
  directory.folders.add("folder");
  for (const [name, content] of Object.entries(files)) {
    directory.files.set(name, content);
  }
  const storage = new FileStorage({ directory, write });
  const records = new TransferRecords();
  const server = new TFTPServer({
    io: UDP as never,
    storage,
    records,
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
  });
  const page = new StatusPage({ server, records, storage, io: Listener as never, port: 0, ...pageOptions });
  const ticks = setInterval(() => advance(TICK_MS), TICK_MS);
  return {
    port: await Listener.listening,
    contents(name) {
      const content = directory.files.get(name);
      return content === undefined ? undefined : Buffer.from(content);
    },
    litter: () => [...directory.files.keys()].filter((name) => name.startsWith(".tftp-upload-")),
    async [Symbol.asyncDispose]() {
      page.close();
      server.close();
      clearInterval(ticks);
    },
  };
}

siteCases("a board", openBoardSite);
