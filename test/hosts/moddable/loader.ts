/** Resolves the names of modules as a board's manifests do, with the SDK's modules replaced by those of the tests. */
import type { ResolveHook } from "node:module";

const MODULES: Readonly<Record<string, string>> = {
  timer: "./sdk/timer.js",
  time: "./sdk/time.js",
  Resource: "./sdk/resource.js",
  wifi: "./sdk/wifi.js",
  "mc/ffi": "./sdk/ffi.js",
  "mc/config": "./sdk/config.js",
  "embedded:io/socket/udp": "./sdk/udp.js",
  "lockstep-tftp/udp": "./sdk/udp.js",
  "lockstep-tftp/copy": "../../../../hosts/moddable/native/lockstep-copy-by-view.js",
  "embedded:storage/files": "./sdk/storage-files.js",
  "embedded:network/interface/wifi": "./sdk/network-interface.js",
  "embedded:network/interface/ethernet": "./sdk/network-interface.js",
  backups: "../../../../examples/moddable/backups/backups.js",
  configurations: "../../../../examples/moddable/configurations/configurations.js",
  "lockstep-tftp/board": "./sdk/board.js",
  "lockstep-tftp/server": "../../../../dist/moddable/server.js",
  "lockstep-tftp/client": "../../../../dist/moddable/client.js",
  "lockstep-tftp/dhcp-server": "../../../../dist/moddable/dhcp-server.js",
  "lockstep-tftp/storage": "../../../../dist/moddable/storage.js",
  "lockstep-tftp/templates": "../../../../dist/moddable/templates.js",
  "lockstep-tftp/status-page": "../../../../dist/moddable/status-page.js",
  "embedded:io/socket/listener": "./sdk/tcp.js",
  "lockstep-tftp/firmware": "../../../../dist/moddable/firmware.js",
  "lockstep-tftp/firmware-dhcp": "../../../../dist/moddable/firmware-dhcp.js",
};

/** A module that is imported with this query does not find the module, for the reason. */
const MISSING: Readonly<Record<string, readonly [query: string, reason: string]>> = {
  "embedded:storage/files": ["?without-files", "can't find partition"],
  "lockstep-tftp/firmware-dhcp": ["?without-dhcp", "module not found"],
};

export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  const path = MODULES[specifier];
  if (path === undefined) {
    return nextResolve(specifier, context);
  }
  const [query, reason] = MISSING[specifier] ?? [];
  if (query !== undefined && context.parentURL?.endsWith(query)) {
    throw new Error(reason);
  }
  return { url: new URL(path, import.meta.url).href, format: "module", shortCircuit: true };
};
