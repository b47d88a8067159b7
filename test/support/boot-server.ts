/** The server of a boot network, with DHCP, as its users start it. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { makeServerNetwork, SERVER_ADDRESS } from "./boot-network.js";
import { ServerProcess } from "./server-process.js";
import { temporaryFolder } from "./temporary-folder.js";

const cleanups: (() => void)[] = [];
process.once("exit", () => {
  for (const clean of cleanups.toReversed()) {
    clean();
  }
});

/** A scenario is a process: what it made ends with it. */
export const ending = { after: (action: () => void) => void cleanups.push(action) };

/** A file that all clients are told, with enough blocks for each kind of loss. */
export const BOOT_FILE = "boot.cfg";
export const BOOT_CONTENT = "interface Ethernet0\n".repeat(1000);

/** Fetches `image.bin` and prints what became of it. */
export const IPXE_SCRIPT = `#!ipxe
imgfetch image.bin && echo GOT IMAGE \${ip} || echo NO IMAGE
`;

export interface BootServerOptions {
  readonly range: string;
  /** Contents of the served files by name. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Further lines of the table `[dhcp]`. */
  readonly lines: readonly string[];
  /** Further settings. */
  readonly settings?: readonly string[];
}

/** Makes the network, and starts a server that gives addresses. */
export async function startBootServer({
  range,
  files,
  lines,
  settings = [],
}: BootServerOptions): Promise<ServerProcess> {
  const root = temporaryFolder(ending);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(path.join(root, name), content);
  }
  const folder = temporaryFolder(ending);
  const configuration = path.join(folder, "boot.toml");
  const table = ["[dhcp]", `range = "${range}"`, `leases = "${folder}/leases.json"`, ...lines];
  writeFileSync(configuration, [`root = "${root}"`, 'log = "text"', ...settings, ...table].join("\n"));
  await makeServerNetwork();
  const words = ["--host", SERVER_ADDRESS, "--port", "69", "--config", configuration];
  const server = await ServerProcess.start(ending, words);
  await server.line(/DHCP: giving/);
  return server;
}

/** Starts a server that tells all clients the same file. */
export function startBootFileServer(range: string): Promise<ServerProcess> {
  return startBootServer({
    range,
    files: { [BOOT_FILE]: BOOT_CONTENT },
    lines: ['lease-time = "10m"', "[[dhcp.boot]]", `file = "${BOOT_FILE}"`],
  });
}
