import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { hasProgram, PROJECT, script } from "../support/program.js";

const MISSING = ["nft", "nsenter", "curl"].filter((name) => !hasProgram(name));

/** Reason to skip, or false. Loading the connection helper's rules shows whether the kernel has what the tests need. */
function unlessFirewall(): string | false {
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

test("each firewall example lets transfers through, and only with the flags that it names", {
  skip: unlessFirewall(),
}, async () => {
  const { code, stderr } = await runInNamespace(script("./firewall-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});
