/** Starts the status page of `serve`, and explains why it cannot start. */
import { printable } from "../../common/printable.js";
import { pause } from "../runtime/pause.js";
import type { TftpServer } from "../server.js";
import type { ChangedFile, StatusPage, StatusPageOptions } from "../status/status-page.js";
import { hostAndPort, isWildcard, LOOPBACK, STATUS_PAGE_PORT } from "../udp/addresses.js";
import { counted } from "./counted.js";
import type { Log } from "./log.js";
import { STATUS_PAGE_FLAG } from "./status-page-flag.js";

const RETRY_MS = 500;
/** Time for an answer of whatever has the port. */
const ANSWER_MS = 1000;

/** Logs where the page is, and the files that its users change. */
export async function serveStatusPage(server: TftpServer, options: StatusPageOptions, log: Log): Promise<StatusPage> {
  // Loaded on demand, because HTTP is large.
  const { StatusPage } = await import("../status/status-page.js");
  const page = new StatusPage(server, options);
  const logChange = (event: string, verb: string, { name, address }: ChangedFile): void => {
    const file = printable(name);
    log.write("info", event, `${address} ${verb} "${file}" on the status page`, { file, address });
  };
  page.on("put", (file) => logChange("page-put", "puts", file));
  page.on("removed", (file) => logChange("page-removed", "removes", file));
  page.on("fetched", ({ name, address, status, bytes, isComplete, reason }) => {
    const file = printable(name);
    const end = `${isComplete ? "" : "broken off, "}status ${status}; ${reason?.text ?? counted(bytes, "byte")}`;
    const details = reason === undefined ? {} : { reason: reason.text, code: reason.code };
    const text = `${address} gets "${file}" over HTTP: ${end}`;
    log.write("info", "page-fetched", text, { file, address, status, bytes, isComplete, ...details });
  });
  await listenAfterFormer(page, server, options, log);
  if (page.url !== "") {
    log.write("info", "status-page", `Status page at ${page.url}`, { url: page.url });
  }
  return page;
}

/** A server that is stopping keeps the port of its page while its transfers end: the next one's page waits for that. */
async function listenAfterFormer(
  page: StatusPage,
  server: TftpServer,
  options: StatusPageOptions,
  log: Log,
): Promise<void> {
  for (let hasWaited = false; server.addresses.length > 0; hasWaited = true) {
    try {
      await page.listen();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || !(await isOfStoppingServer(options))) {
        throw error;
      }
    }
    if (!hasWaited) {
      log.write("info", "status-page-waits", "The status page waits: a server that is stopping still has its port", {});
    }
    await pause(RETRY_MS);
  }
}

/** Whether the page at this place says that its server is stopping, or is gone by now. */
async function isOfStoppingServer({ host = LOOPBACK, port = STATUS_PAGE_PORT }: StatusPageOptions): Promise<boolean> {
  const place = hostAndPort(isWildcard(host) ? LOOPBACK : host, port);
  try {
    const answer = await fetch(`http://${place}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return ((await answer.json()) as { isListening?: boolean }).isListening === false;
  } catch (error) {
    return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === "ECONNREFUSED";
  }
}

/** Explains in one line why the page cannot start, and what to do. */
export function statusPageFailure(error: NodeJS.ErrnoException, { host, port }: StatusPageOptions): string {
  const place = `port ${port ?? STATUS_PAGE_PORT} of ${host ?? "this machine"}`;
  const advice = `choose another with ${STATUS_PAGE_FLAG} ADDRESS:PORT`;
  switch (error.code) {
    case "EADDRINUSE":
      return `the status page cannot use ${place}, which is taken by another program; ${advice}`;
    case "EACCES":
      return `the status page needs a permission this user does not have for ${place}; ${advice}, above 1023`;
    case "EADDRNOTAVAIL":
      return `the status page cannot use ${host}: this machine has no such address; ${advice}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the status page cannot use ${host}: the name could not be resolved; ${advice}`;
    default:
      return `the status page cannot start: ${error.message}`;
  }
}
