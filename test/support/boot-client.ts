/** Programs that ask for an address, as a device does: then they take it, and fetch the file that they were told. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CLIENT_INTERFACE, type ClientMachine } from "./boot-network.js";

export const BOOT_PROGRAMS = ["udhcpc", "dhclient", "dhcpcd"] as const;
export type BootProgram = (typeof BOOT_PROGRAMS)[number];

/** The reason why a program may be missing. */
export const BOOT_PACKAGES = [
  ["busybox", "busybox"],
  ["dhclient", "isc-dhcp-client"],
  ["dhcpcd", "dhcpcd-base"],
] as const;

/** dhcpcd keeps its process and leases by interface, and all machines of a test have one file system. */
const ALONE = 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib/dhcpcd && exec "$0" "$@"';

export class BootClient {
  private readonly hook: string;
  private readonly fetchedFile: string;

  /** @param folder for what the programs keep; of this machine only. */
  constructor(
    private readonly machine: ClientMachine,
    private readonly folder: string,
  ) {
    this.hook = path.join(folder, "hook.sh");
    this.fetchedFile = path.join(folder, "fetched");
    // Each program has names of its own for what it was told. It calls the hook for other events, too.
    const lines = [
      "#!/bin/sh",
      `address="\${ip:-$new_ip_address}"`,
      `file="\${boot_file:-$new_filename}"`,
      `server="\${siaddr:-$new_dhcp_server_identifier}"`,
      `[ -n "$address" ] && [ -n "$file" ] || exit 0`,
      `ip addr replace "$address/24" dev ${CLIENT_INTERFACE}`,
      `busybox tftp -g -r "$file" -l "${this.fetchedFile}" "$server"`,
    ];
    writeFileSync(this.hook, `${lines.join("\n")}\n`);
    chmodSync(this.hook, 0o755);
    // By default it asks again after 10 seconds, and after up to 15.
    writeFileSync(this.settings, "initial-interval 2; backoff-cutoff 4;\n");
  }

  /** Runs a program without any address. Returns the contents of the file that it has fetched. */
  async boot(program: BootProgram): Promise<string> {
    rmSync(this.fetchedFile, { force: true });
    await this.machine.must("ip", "addr", "flush", "dev", CLIENT_INTERFACE);
    const [command, ...words] = this.commandOf(program);
    const output = await this.machine.must(command, ...words);
    if (program === "dhclient") {
      await this.machine.must("dhclient", "-x", "-pf", this.processFile);
    }
    try {
      return readFileSync(this.fetchedFile, "utf8");
    } catch (cause) {
      throw new Error(`${program} fetched no file:\n${output}`, { cause });
    }
  }

  private get settings(): string {
    return path.join(this.folder, "dhclient.conf");
  }

  private get processFile(): string {
    return path.join(this.folder, "dhclient.pid");
  }

  private commandOf(program: BootProgram): readonly [string, ...string[]] {
    const leases = path.join(this.folder, "dhclient.leases");
    switch (program) {
      case "udhcpc":
        return ["busybox", "udhcpc", "-i", CLIENT_INTERFACE, "-n", "-q", "-f", "-t", "10", "-s", this.hook];
      case "dhclient":
        return [
          ...(["dhclient", "-1", "-cf", this.settings, "-sf", this.hook] as const),
          ...["-lf", leases, "-pf", this.processFile, CLIENT_INTERFACE],
        ];
      case "dhcpcd":
        return [
          ...(["unshare", "--mount", "sh", "-c", ALONE] as const),
          ...["dhcpcd", "-4", "-1", "--noipv4ll", "--noarp", "-t", "50", "-c", this.hook, CLIENT_INTERFACE],
        ];
    }
  }
}
