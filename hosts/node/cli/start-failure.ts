/** Why a server cannot start, for people: what happened, to what, and what to do. */
import { TFTP_PORT } from "../../../src/index.js";
import type { ServeCommand } from "./parse-serve.js";

/** The port that the messages suggest when another is not to be had. */
const UNPRIVILEGED_PORT = 6969;

/** What the system refuses, and to what. */
export interface SystemError extends NodeJS.ErrnoException {
  /** The address that could not be bound. */
  readonly address?: string;
  /** The name that could not be looked up. */
  readonly hostname?: string;
}

/** @returns one line. */
export function startFailure(error: SystemError, command: ServeCommand): string {
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
