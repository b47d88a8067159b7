/** Stops a server on SIGINT and SIGTERM, and reloads its configuration file on SIGHUP. */
import type { Writable } from "node:stream";
import type { TftpServer } from "../server.js";
import { counted } from "./counted.js";
import { handOverHangups } from "./early-hangup.js";
import type { Log } from "./log.js";
import type { ServeCommand } from "./parse-serve.js";
import { reload } from "./reload.js";
import { tellServiceManager } from "./service-manager.js";

export class ServeSignals {
  /** Resolves when the server is closed. */
  readonly serverClosed: Promise<void>;
  private isStopping = false;
  private reloading: Promise<void> = Promise.resolve();

  constructor(
    private readonly server: TftpServer,
    private command: ServeCommand,
    private readonly log: Log,
    output: Writable,
  ) {
    process.on("SIGINT", this.onStop);
    process.on("SIGTERM", this.onStop);
    if (command.configuration !== undefined) {
      handOverHangups(this.onReload);
    }
    output.on("error", this.onLostOutput);
    this.serverClosed = new Promise((resolve) => {
      server.once("close", () => {
        process.off("SIGINT", this.onStop);
        process.off("SIGTERM", this.onStop);
        process.off("SIGHUP", this.onReload);
        resolve();
      });
    });
  }

  /** Waits for running transfers; a second signal does not wait. */
  private readonly onStop = (): void => {
    const { graceMs } = this.command;
    const { running } = this.server;
    const isFirst = !this.isStopping;
    this.isStopping = true;
    if (isFirst) {
      tellServiceManager("STOPPING=1", this.log);
    }
    if (isFirst && running > 0) {
      const transfers = counted(running, "transfer");
      const text = `Stopping: waiting up to ${graceMs / 1000} s for ${transfers}; a second signal stops at once`;
      this.log.write("info", "stopping", text, { running, graceMs });
    }
    void this.server.close({ graceMs: isFirst ? graceMs : 0 });
  };

  /** Reloads one after the other, however fast signals arrive. */
  private readonly onReload = (): void => {
    this.reloading = this.reloading.then(async () => {
      this.command = await reload(this.server, this.command, this.log);
    });
  };

  /** If the log reader goes away, keeps serving; if the terminal goes away, stops. */
  private readonly onLostOutput = (): void => {
    if (process.stdout.isTTY && !this.isStopping) {
      this.onStop();
    }
  };
}
