/** Runs `lockstep-tftp serve`: a server in the foreground, until a signal stops it. */
import path from "node:path";
import { TftpServer } from "../server.js";
import type { TftpServerOptions } from "../server-options.js";
import { hostAndPort, tftpUrl } from "../udp/addresses.js";
import { Companions } from "./companions.js";
import { counted } from "./counted.js";
import { Log } from "./log.js";
import { openOutput } from "./open-output.js";
import type { Output } from "./output.js";
import type { ServeCommand } from "./parse-serve.js";
import type { RepeatedLines } from "./repeated-lines.js";
import { logRuleUses } from "./rule-uses.js";
import { ServeSignals } from "./serve-signals.js";
import { tellServiceManager, withPassedSockets } from "./service-manager.js";
import { type SystemError, startFailure } from "./start-failure.js";
import { logTransfers } from "./transfer-log.js";
import { warnOfUnwritableRoot } from "./unwritable-root.js";

/**
 * Serves until SIGINT or SIGTERM. With a configuration file, SIGHUP rereads it.
 *
 * @returns the exit code: 0 after a stop, 1 if the server could not start.
 */
export async function runServe(command: ServeCommand): Promise<number> {
  const output: Output = await openOutput(command.log.format, (count) => logDropped(count, log));
  const log: Log = new Log(command.log.format === "json", command.log.level, (line, level) =>
    output.print(line, level),
  );
  let server: TftpServer;
  let repeated: RepeatedLines;
  try {
    server = await serverFor(command);
    repeated = logTransfers(server, log, command.server.singlePort === true);
    await server.listen();
  } catch (error) {
    await output.close();
    console.error(`lockstep-tftp: ${startFailure(error as SystemError, command)}`);
    return 1;
  }
  const signals = new ServeSignals(server, command, log, output.stream);
  output.watch(server);
  if (output.isLive) {
    showListening(server, command, (line) => output.print(line, "info"));
  } else {
    logListening(server, command, log);
  }
  warnOfUnwritableRoot(command.server, log);
  const companions = new Companions(server, log, output);
  try {
    await companions.start(command);
    tellServiceManager("READY=1", log);
    await signals.serverClosed;
  } catch (error) {
    await output.close();
    console.error(`lockstep-tftp: ${(error as Error).message}`);
    await server.close();
    return 1;
  } finally {
    await companions.close();
  }
  repeated.sumUp();
  logRuleUses(server.rules, log);
  logStop(server, log);
  if (!(await output.close())) {
    // Nobody reads the log, and a line that waits to be read would keep the process running.
    process.exit(0);
  }
  return 0;
}

async function serverFor(command: ServeCommand): Promise<TftpServer> {
  const options = withPassedSockets(command);
  if (command.processes === 1) {
    return new TftpServer(options);
  }
  const { ServerGroup } = await import("../processes/server-group.js");
  return new ServerGroup(options, command.processes);
}

function logDropped(count: number, log: Log): void {
  const text = `${counted(count, "line")} of the log dropped here, because nobody read the log`;
  log.write("warn", "dropped", text, { lines: count });
}

const ACCESS = {
  never: "read only",
  new: "clients may upload new files",
  overwrite: "clients may upload and replace files",
};

/** With the whole path, so that a server in the wrong folder shows it. */
function servingText(root: string, { write, read }: TftpServerOptions): string {
  const limit = read === false ? ", but download none" : "";
  return `Serving ${root} (${ACCESS[write ?? "never"]}${limit})`;
}

function logListening(server: TftpServer, command: ServeCommand, log: Log): void {
  const { write } = command.server;
  const root = path.resolve(command.server.root);
  log.write("info", "serving", servingText(root, command.server), { root, write: write ?? "never" });
  for (const { address, port } of server.addresses) {
    log.write("info", "listening", `Listening on ${hostAndPort(address, port)}`, { address, port });
  }
}

/** Prints the addresses as URLs, ready to be typed or copied. */
function showListening(server: TftpServer, command: ServeCommand, print: (line: string) => void): void {
  print(`${servingText(path.resolve(command.server.root), command.server)}. Stop with Ctrl-C.`);
  for (const { address, port } of server.addresses) {
    print(`  ${tftpUrl(address, port)}`);
  }
}

function logStop({ unansweredRequests }: TftpServer, log: Log): void {
  const missed = `${counted(unansweredRequests, "request")} went unanswered: all transfers were in use, or a limit was reached`;
  log.write("info", "stopped", unansweredRequests > 0 ? `Stopped; ${missed}` : "Stopped", { unansweredRequests });
}
