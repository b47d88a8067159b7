import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { hasProgram, PROJECT, script } from "../support/program.js";

const MISSING = ["nft", "nsenter", "curl"].filter((name) => !hasProgram(name));

/** The reason to skip, or false. What the kernel must have, the rules for its helper find out. */
function unlessFirewall(): string | false {
  if (UNLESS_NAMESPACES) {
    return UNLESS_NAMESPACES;
  }
  if (MISSING.length > 0) {
    return `${MISSING.join(" and ")} not installed (Debian: nftables, util-linux, curl)`;
  }
  const rules = path.join(PROJECT, "examples/operations/connection-helper.nft");
  const { status } = spawnSync("unshare", ["--net", "nft", "--file", rules]);
  return status !== 0 && "this kernel has no nftables, or no helper for TFTP (nf_conntrack_tftp)";
}

test("the rules for firewalls let transfers through as they say", { skip: unlessFirewall() }, async () => {
  const { code, stderr } = await runInNamespace(script("./firewall-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});
