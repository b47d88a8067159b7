/** Checks of the options that say where a server listens. */
import { checked, MAX_PORT } from "../../../src/index.js";
import { ALL_IPV4, ALL_IPV6 } from "./addresses.js";
import { CAN_SHARE_WITH_SAME_USER } from "./socket.js";
import type { PortRange } from "./transfer-ports.js";

/**
 * @throws TypeError when `host` names nothing.
 */
export function checkedHosts(host: string | readonly string[] | undefined): readonly string[] {
  const hosts = typeof host === "string" ? [host] : (host ?? [ALL_IPV4, ALL_IPV6]);
  if (!Array.isArray(hosts) || hosts.length === 0 || hosts.some((name) => typeof name !== "string" || name === "")) {
    throw new TypeError(`host must be an address, a name or a list of them, or be left out; it is ${shown(host)}`);
  }
  return hosts;
}

/**
 * @param min the smallest acceptable port; 0 stands for any free one.
 * @throws TypeError when it is no number, RangeError when it is out of range.
 */
export function checkedPort(name: string, port: number, min = 0): number {
  if (typeof port !== "number") {
    throw new TypeError(`${name} must be a number from ${min} to ${MAX_PORT}; it is ${shown(port)}`);
  }
  return checked(name, port, min, MAX_PORT);
}

/**
 * @throws TypeError or RangeError when it is not a range of ports.
 */
export function checkedRange(range: PortRange | undefined): PortRange | undefined {
  if (range !== undefined) {
    checkedPort("the first port of the range", range.first, 1);
    checkedPort("the last port of the range", range.last, range.first);
  }
  return range;
}

/**
 * @throws TypeError when it is no list of descriptors.
 */
export function checkedDescriptors(descriptors: readonly number[] | undefined): readonly number[] {
  const list = descriptors ?? [];
  if (!Array.isArray(list) || list.some((descriptor) => !Number.isInteger(descriptor) || descriptor < 0)) {
    throw new TypeError(`inheritedSockets must be a list of descriptors, such as [3]; it is ${shown(descriptors)}`);
  }
  return list;
}

/**
 * @throws TypeError when the port cannot be shared: by this system, or because a datagram of a transfer could come to another
 * server.
 */
export function checkedReusePort(options: { readonly reusePort?: boolean; readonly singlePort?: boolean }): boolean {
  const { reusePort = false, singlePort = false } = options;
  if (reusePort && !CAN_SHARE_WITH_SAME_USER) {
    throw new TypeError(
      `reusePort needs Linux, and Node 22.12 or later; this is ${process.platform}, and ${process.version}`,
    );
  }
  if (reusePort && singlePort) {
    throw new TypeError("reusePort needs a port for each transfer; leave out singlePort");
  }
  return reusePort;
}

function shown(value: unknown): string {
  return typeof value === "function" ? "a function" : (JSON.stringify(value) ?? String(value));
}
