/** Whether the firewall rules of the examples can be tried. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { hasProgram, PROJECT } from "../support/program.js";

const MISSING = ["nft", "nsenter", "curl"].filter((name) => !hasProgram(name));

/** Reason to skip, or false. Loading the connection helper's rules shows whether the kernel has what the tests need. */
export function unlessFirewall(): string | false {
  if (UNLESS_NAMESPACES) {
    return UNLESS_NAMESPACES;
  }
  if (MISSING.length > 0) {
    return `${MISSING.join(" and ")} not installed (Debian: nftables, util-linux, curl)`;
  }
  const rules = path.join(PROJECT, "examples/operations/connection-helper.nft");
  const { status } = spawnSync("unshare", ["--net", "nft", "--file", rules]);
  return status !== 0 && "the kernel has no nftables, or no connection helper for TFTP (nf_conntrack_tftp)";
}
