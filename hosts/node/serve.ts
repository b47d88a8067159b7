/**
 * `lockstep-tftp serve`: a server in the foreground, until a signal ends it.
 */
import { hostAndPort } from "./addresses.js";
import { Log } from "./log.js";
import type { ServeCommand } from "./serve-command.js";
import { TFTP_PORT, TftpServer } from "./server.js";
import { serveStatusPage, statusPageFailure } from "./status-page-flag.js";
import { logTransfers } from "./transfer-log.js";
import { counted } from "./words.js";

/** The port that the messages suggest when another is not to be had. */
const UNPRIVILEGED_PORT = 6969;

/**
 * Serves until SIGINT or SIGTERM.
 *
 * @returns the process's exit code: 0 when it was stopped, 1 when it could not start.
 */
export async function serve(command: ServeCommand): Promise<number> {
  const { format, level } = command.log;
  // Whoever read the log may stop reading; the transfers go on.
  process.stdout.on("error", () => {});
  const log = new Log(format ?? "text", level, (line) => console.log(line));
  let server: TftpServer;
  try {
    server = new TftpServer(command.server);
    logTransfers(server, log);
    await server.listen();
  } catch (error) {
    console.error(`lockstep-tftp: ${startFailure(error as SystemError, command)}`);
    return 1;
  }
  const isStopped = stopped(server, command.graceMs, log);
  sayListening(server, command, log);
  const { statusPage } = command;
  try {
    const page = statusPage === undefined ? undefined : await serveStatusPage(server, statusPage, log);
    await isStopped;
    await page?.close();
  } catch (error) {
    console.error(`lockstep-tftp: ${statusPageFailure(error as NodeJS.ErrnoException, statusPage ?? {})}`);
    await server.close();
    return 1;
  }
  const unanswered = server.unansweredRequests;
  const missed = `Stopped; ${counted(unanswered, "request")} got no answer: too many transfers at once, or a limit was reached`;
  log.say("info", "stopped", unanswered > 0 ? missed : "Stopped", { unansweredRequests: unanswered });
  return 0;
}

function sayListening(server: TftpServer, command: ServeCommand, log: Log): void {
  const { root, write } = command.server;
  const access = { never: "read only", new: "new files may be put", overwrite: "files may be put and replaced" };
  log.say("info", "serving", `Serving ${root} (${access[write ?? "never"]})`, { root, write: write ?? "never" });
  for (const { address, port } of server.addresses) {
    log.say("info", "listening", `Listening on ${hostAndPort(address, port)}`, { address, port });
  }
}

/** Waits for a signal, then for the running transfers; a second signal does not wait. */
function stopped(server: TftpServer, graceMs: number, log: Log): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      const isFirst = !stopping;
      stopping = true;
      if (isFirst && server.running > 0) {
        const text = `Stopping: ${counted(server.running, "transfer")} may run for ${graceMs / 1000} s; once more stops at once`;
        log.say("info", "stopping", text, { running: server.running, graceMs });
      }
      void server.close({ graceMs: isFirst ? graceMs : 0 });
    };
    let stopping = false;
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    server.once("close", () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    });
  });
}

/** What the system refuses, and to what. */
interface SystemError extends NodeJS.ErrnoException {
  /** The address that could not be bound. */
  readonly address?: string;
  /** The name that could not be looked up. */
  readonly hostname?: string;
}

/** One line that says what happened, to what, and what to do. */
function startFailure(error: SystemError, command: ServeCommand): string {
  const { root } = command.server;
  const port = command.server.port ?? TFTP_PORT;
  switch (error.code) {
    case "EACCES":
      return error.syscall === "bind" ? privilegeNeeded(port) : `${root} cannot be read; check its permissions`;
    case "EADDRINUSE":
      return `port ${port} is taken by another program; stop that, or choose another port with --port`;
    case "EADDRNOTAVAIL":
      return `this machine has no address ${error.address}; choose one of its own with --host, or leave --host out`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host name "${error.hostname}" means no address; give --host an address`;
    case "ENOENT":
      return `${root} does not exist; give the folder that is to be served`;
    case "ENOTDIR":
      return `${root} is not a folder; give the folder that is to be served`;
    default:
      return error.message;
  }
}

function privilegeNeeded(port: number): string {
  return (
    `port ${port} needs a right that this user has not; use another port (--port ${UNPRIVILEGED_PORT}), ` +
    `give node the right (sudo setcap cap_net_bind_service=+ep "$(readlink -f "$(which node)")"), ` +
    `or redirect the port (sudo iptables -t nat -A PREROUTING -p udp --dport ${port} -j REDIRECT --to-ports ${UNPRIVILEGED_PORT})`
  );
}
