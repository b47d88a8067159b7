/** What a service manager (systemd) passes to the process, and what it wants to be told. */
import { childProcess } from "../runtime/rare-modules.js";
import type { TftpServerOptions } from "../server-options.js";
import type { Log } from "./log.js";
import type { ServeCommand } from "./parse-serve.js";
import { UsageError } from "./usage-error.js";

/** Descriptors of passed sockets begin here (sd_listen_fds(3)). */
const FIRST_DESCRIPTOR = 3;

/**
 * The server's options with the sockets that were passed to this process, if any were.
 *
 * @throws UsageError if the options name sockets, too.
 */
export function withPassedSockets({ server, processes, dhcp }: ServeCommand): TftpServerOptions {
  const { LISTEN_PID, LISTEN_FDS } = process.env;
  // Otherwise the environment is meant for another process.
  const count = Number(LISTEN_PID) === process.pid ? Number(LISTEN_FDS) : 0;
  if (!(count > 0)) {
    return server;
  }
  if (processes > 1) {
    throw new UsageError("the sockets that systemd passes (LISTEN_FDS) are for one process; leave out --processes");
  }
  // DHCP needs the address of its interface.
  if (server.port !== undefined || server.answerBroadcast || (server.host !== undefined && dhcp === undefined)) {
    throw new UsageError(
      "systemd passes the sockets for requests (LISTEN_FDS); leave out --host, --port and --answer-broadcast, or the sockets",
    );
  }
  return { ...server, inheritedSockets: Array.from({ length: count }, (_, index) => FIRST_DESCRIPTOR + index) };
}

/**
 * Tells the service manager a state (sd_notify(3)), if there is one that wants to know. Node has no datagrams of the Unix
 * family, so systemd's own program sends it.
 */
export function tellServiceManager(state: "READY=1" | "STOPPING=1", log: Log): void {
  const { NOTIFY_SOCKET } = process.env;
  if (NOTIFY_SOCKET === undefined) {
    return;
  }
  childProcess().execFile("systemd-notify", [state], (error) => {
    // A service manager that stops the service ends all its processes, this one too, and need not be told.
    if (error !== null && error.signal === null) {
      const text = `systemd was not told ${state}, because systemd-notify failed: ${error.message.trim()}`;
      log.write("warn", "not-notified", text, { state });
    }
  });
}
