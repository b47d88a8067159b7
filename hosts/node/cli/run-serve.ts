/**
 * `lockstep-tftp serve`: a server in the foreground, until a signal ends it.
 */
import path from "node:path";
import { TftpServer, type TftpServerOptions } from "../server.js";
import { hostAndPort, tftpUrl } from "../udp/addresses.js";
import { counted } from "../words.js";
import { Log } from "./log.js";
import { openOutput } from "./output.js";
import type { ServeCommand } from "./parse-serve.js";
import { reloaded } from "./reload.js";
import { type SystemError, startFailure } from "./start-failure.js";
import { serveStatusPage, statusPageFailure } from "./status-page-flag.js";
import { logTransfers } from "./transfer-log.js";
import { warnOfUnwritableRoot } from "./unwritable-root.js";

/**
 * Serves until SIGINT or SIGTERM. With a configuration file, SIGHUP reads it again.
 *
 * @returns the process's exit code: 0 when it was stopped, 1 when it could not start.
 */
export async function serve(command: ServeCommand): Promise<number> {
  const output = await openOutput(command.log.format);
  const log = new Log(command.log.format === "json", command.log.level, (line, level) => output.say(line, level));
  let server: TftpServer;
  try {
    server = new TftpServer(command.server);
    logTransfers(server, log);
    await server.listen();
  } catch (error) {
    output.close();
    console.error(`lockstep-tftp: ${startFailure(error as SystemError, command)}`);
    return 1;
  }
  const run = new Run(server, command, log);
  output.watch(server);
  if (output.isLive) {
    showListening(server, command, (line) => output.say(line, "info"));
  } else {
    logListening(server, command, log);
  }
  warnOfUnwritableRoot(command.server, log);
  const { statusPage } = command;
  try {
    const page = statusPage === undefined ? undefined : await serveStatusPage(server, statusPage, log);
    await run.hasEnded;
    await page?.close();
  } catch (error) {
    output.close();
    console.error(`lockstep-tftp: ${statusPageFailure(error as NodeJS.ErrnoException, statusPage ?? {})}`);
    await server.close();
    return 1;
  }
  logEnd(server, log);
  output.close();
  return 0;
}

const ACCESS = { never: "read only", new: "new files may be put", overwrite: "files may be put and replaced" };

function servingText(root: string, { write, read }: TftpServerOptions): string {
  const limit = read === false ? ", nothing can be fetched" : "";
  return `Serving ${root} (${ACCESS[write ?? "never"]}${limit})`;
}

function logListening(server: TftpServer, command: ServeCommand, log: Log): void {
  const { root, write } = command.server;
  log.say("info", "serving", servingText(root, command.server), { root, write: write ?? "never" });
  for (const { address, port } of server.addresses) {
    log.say("info", "listening", `Listening on ${hostAndPort(address, port)}`, { address, port });
  }
}

/** For somebody who is going to type one of the addresses. */
function showListening(server: TftpServer, command: ServeCommand, say: (line: string) => void): void {
  say(`${servingText(path.resolve(command.server.root), command.server)}. Stop with Ctrl-C.`);
  for (const { address, port } of server.addresses) {
    say(`  ${tftpUrl(address, port)}`);
  }
}

function logEnd({ unansweredRequests }: TftpServer, log: Log): void {
  const missed = `${counted(unansweredRequests, "request")} got no answer: too many transfers at once, or a limit was reached`;
  log.say("info", "stopped", unansweredRequests > 0 ? `Stopped; ${missed}` : "Stopped", { unansweredRequests });
}

/** A server that listens for signals. */
class Run {
  readonly hasEnded: Promise<void>;
  private isStopping = false;
  private reloading: Promise<void> = Promise.resolve();

  constructor(
    private readonly server: TftpServer,
    private command: ServeCommand,
    private readonly log: Log,
  ) {
    process.on("SIGINT", this.stop);
    process.on("SIGTERM", this.stop);
    if (command.configuration !== undefined) {
      process.on("SIGHUP", this.reload);
    }
    process.stdout.on("error", this.lostOutput);
    this.hasEnded = new Promise((resolve) => {
      server.once("close", () => {
        process.off("SIGINT", this.stop);
        process.off("SIGTERM", this.stop);
        process.off("SIGHUP", this.reload);
        resolve();
      });
    });
  }

  /** Waits for the running transfers; a second signal does not wait. */
  private readonly stop = (): void => {
    const { graceMs } = this.command;
    const { running } = this.server;
    const isFirst = !this.isStopping;
    this.isStopping = true;
    if (isFirst && running > 0) {
      const text = `Stopping: ${counted(running, "transfer")} may run for ${graceMs / 1000} s; once more stops at once`;
      this.log.say("info", "stopping", text, { running, graceMs });
    }
    void this.server.close({ graceMs: isFirst ? graceMs : 0 });
  };

  /** One after the other, however fast the signals come. */
  private readonly reload = (): void => {
    this.reloading = this.reloading.then(async () => {
      this.command = await reloaded(this.server, this.command, this.log);
    });
  };

  /** Whoever reads a log may stop reading, and the transfers go on. A terminal that is gone takes its server along. */
  private readonly lostOutput = (): void => {
    if (process.stdout.isTTY && !this.isStopping) {
      this.stop();
    }
  };
}
