/** Explains why a server cannot start: what happened, to what, and what to do. */
import path from "node:path";
import { TFTP_PORT } from "../../../src/index.js";
import { GroupAddressError } from "../udp/group-addresses.js";
import type { ServeCommand } from "./parse-serve.js";

/** Port suggested in place of a privileged one. */
const UNPRIVILEGED_PORT = 6969;

/** An error of the operating system. */
export interface SystemError extends NodeJS.ErrnoException {
  /** The address that could not be bound. */
  readonly address?: string;
  /** The name that could not be resolved. */
  readonly hostname?: string;
}

/** @returns one line. */
export function startFailure(error: SystemError, command: ServeCommand): string {
  const root = path.resolve(command.server.root);
  const port = command.server.port ?? TFTP_PORT;
  if (error instanceof GroupAddressError) {
    return (
      `--host ${error.address} is ${error.kind}, from which no answer can come; give an address of this machine, or leave ` +
      "--host out. To answer broadcast requests, use --answer-broadcast"
    );
  }
  switch (error.code) {
    case "EACCES":
      return error.syscall === "bind" ? permissionNeeded(port) : `${root} cannot be read; check its permissions`;
    case "EADDRINUSE":
      return `port ${port} is taken by another program; stop that program (${ownerCommand(port)} shows it), or choose another port with --port`;
    case "EADDRNOTAVAIL":
      return `this machine has no address ${error.address}; choose one that it has with --host, or leave --host out`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host name "${error.hostname}" could not be resolved; give --host an address`;
    case "ENOENT":
      return `${root} does not exist; give the folder to serve`;
    case "ENOTDIR":
      return `${root} is not a folder; give the folder to serve`;
    default:
      return error.message;
  }
}

/** The command that shows which program has a port, as docs/operations.md has it. */
function ownerCommand(port: number): string {
  switch (process.platform) {
    case "win32":
      return `Get-NetUDPEndpoint -LocalPort ${port}`;
    case "darwin":
      return `sudo lsof -nP -iUDP:${port}`;
    default:
      return `sudo ss -ulnp 'sport = :${port}'`;
  }
}

function permissionNeeded(port: number): string {
  return (
    `port ${port} needs a permission this user does not have; use another port (--port ${UNPRIVILEGED_PORT}), ` +
    waysToPermission(port)
  );
}

function waysToPermission(port: number): string {
  switch (process.platform) {
    case "win32":
      return "or run it as administrator";
    case "darwin":
      return "leave --host out, or run it with sudo";
    default:
      return (
        `run it with sudo, give node the permission (sudo setcap cap_net_bind_service=+ep "$(readlink -f "$(which node)")"), ` +
        `or redirect the port (sudo iptables -t nat -A PREROUTING -p udp --dport ${port} -j REDIRECT --to-ports ${UNPRIVILEGED_PORT})`
      );
  }
}
