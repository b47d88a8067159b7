/** Runs the DHCP server beside `serve`, logs what it does, and explains why it cannot start. */
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { DhcpLease } from "../../../common/dhcp-lease.js";
import { printable } from "../../../common/printable.js";
import { BootWatch } from "../../dhcp/boot-watch.js";
import type { DhcpServerOptions } from "../../dhcp/dhcp-options.js";
import { DhcpServer } from "../../dhcp/dhcp-server.js";
import type { TftpServer } from "../../server.js";
import type { Log } from "../log.js";

const LEASED = ["info", "dhcp-leased", "has"] as const;

export interface ServedDhcp {
  readonly watch: BootWatch;
  close(): Promise<void>;
}

/** @throws what `DhcpServer` throws; see {@link dhcpFailure}. */
export async function serveDhcp(tftp: TftpServer, options: DhcpServerOptions, log: Log): Promise<ServedDhcp> {
  const leaseFile = options.leaseFile ?? (await defaultLeaseFile(options.host, log));
  const dhcp = new DhcpServer({ ...options, ...(leaseFile === undefined ? {} : { leaseFile }) });
  const watch = logDhcp(dhcp, tftp, options, log);
  await dhcp.listen();
  log.write("info", "dhcp-looking", `DHCP: looking for other servers at ${options.host} for 6 s`, {
    address: options.host,
  });
  return { watch, close: () => dhcp.close() };
}

function logDhcp(dhcp: DhcpServer, tftp: TftpServer, { host, range }: DhcpServerOptions, log: Log): BootWatch {
  const watch = new BootWatch(
    dhcp,
    tftp,
    (client) => {
      const file = printable(client.file);
      const text = `DHCP: ${who(client)} was told "${file}" 30 s ago and has not asked for it`;
      log.write("warn", "dhcp-not-asked", text, { ...detailsOf(client) });
    },
    (client) => {
      const text = `DHCP: ${who(client)} has fetched "${printable(client.file)}"`;
      log.write("debug", "dhcp-fetched", text, detailsOf(client));
    },
  );
  dhcp.on("serving", () => {
    log.write("info", "dhcp-serving", `DHCP: giving ${range} to clients of ${host}`, { address: host, range });
  });
  dhcp.on("silenced", (server) => {
    const text =
      `DHCP: ${server} is another DHCP server in this network, so this one is silent; ` +
      "stop one of the two, and start this one again";
    log.write("error", "dhcp-silenced", text, { server });
  });
  dhcp.on("leased", (lease, isRenewal) => {
    const told = lease.file === "" ? "told no file" : `told "${printable(lease.file)}"`;
    const [level, event, verb] = isRenewal ? (["debug", "dhcp-renewed", "keeps"] as const) : LEASED;
    log.write(level, event, `DHCP: ${lease.hardwareAddress} ${verb} ${lease.address}, ${told}`, detailsOf(lease));
  });
  dhcp.on("released", (lease) => {
    log.write("info", "dhcp-released", `DHCP: ${who(lease)} gives its address back`, detailsOf(lease));
  });
  dhcp.on("declined", (address) => {
    const text = `DHCP: another machine uses ${address}, which is not given for 10 minutes`;
    log.write("warn", "dhcp-declined", text, { address });
  });
  dhcp.on("refused", ({ hardwareAddress, address }) => {
    const text = `DHCP: ${hardwareAddress} wants ${address} and cannot have it; it will ask for another`;
    log.write("debug", "dhcp-refused", text, { hardwareAddress, address });
  });
  dhcp.on("exhausted", (hardwareAddress) => {
    const text = `DHCP: no address of ${range} is left for ${hardwareAddress}; give a larger range`;
    log.write("warn", "dhcp-exhausted", text, { hardwareAddress, range });
  });
  dhcp.on("error", ({ message }) => {
    log.write("error", "dhcp-failed", `DHCP: ${printable(message)}`, { reason: printable(message) });
  });
  return watch;
}

function who({ hardwareAddress, address }: DhcpLease): string {
  return `${address} (${hardwareAddress})`;
}

function detailsOf({ address, hardwareAddress, file, remainingSeconds }: DhcpLease) {
  return { address, hardwareAddress, file: printable(file), remainingSeconds };
}

/** In the folder for state: of the unit where systemd gives one, else of the user. */
async function defaultLeaseFile(host: string, log: Log): Promise<string | undefined> {
  const { STATE_DIRECTORY, XDG_STATE_HOME } = process.env;
  const folder =
    STATE_DIRECTORY?.split(":", 1)[0] ??
    path.join(XDG_STATE_HOME ?? path.join(homedir(), ".local", "state"), "lockstep-tftp");
  try {
    await mkdir(folder, { recursive: true });
    return path.join(folder, `leases-${host}.json`);
  } catch (error) {
    const reason = `leases are lost at the next start: ${(error as Error).message}`;
    log.write("warn", "dhcp-no-file", `DHCP: ${reason}`, { reason });
    return undefined;
  }
}

/** Explains in one line why DHCP cannot start, and what to do. */
export function dhcpFailure(error: NodeJS.ErrnoException & { readonly port?: number }, host: string): string {
  switch (error.code) {
    case "EACCES":
      return (
        "DHCP needs a permission this user does not have for the ports 67 and 68; run it as root, or give node the " +
        'permission (sudo setcap cap_net_bind_service=+ep "$(readlink -f "$(which node)")")'
      );
    case "EADDRINUSE":
      return `DHCP cannot use port ${error.port}, which is taken by another DHCP program of this machine; stop that program`;
    case "EADDRNOTAVAIL":
      return `DHCP cannot use ${host}: this machine has no such address; choose one that it has with --host`;
    default:
      return `DHCP cannot start: ${error.message}`;
  }
}
