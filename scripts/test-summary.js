/** The end of a test run in words. */
import path from "node:path";

/** Debian's packages for what a reason to skip names. CONTRIBUTING lists the same packages, and CI installs them. */
export const PACKAGES = {
  atftp: "atftp",
  atftpd: "atftpd",
  busybox: "busybox",
  cc: "gcc libc6-dev",
  chromium: "chromium",
  compiler: "gcc libc6-dev",
  curl: "curl",
  dnsmasq: "dnsmasq-base",
  fish: "fish",
  "in.tftpd": "tftpd-hpa",
  ip: "iproute2",
  lwIP: "liblwip-dev",
  mandoc: "mandoc",
  nft: "nftables",
  nsenter: "util-linux",
  "systemd-analyze": "systemd",
  tc: "iproute2",
  tftp: "tftp-hpa",
  unshare: "util-linux",
  zsh: "zsh",
};

function packagesFor(reasons) {
  const words = reasons.flatMap((reason) => reason.split(/[^\w.-]+/));
  const packages = words.filter((word) => Object.hasOwn(PACKAGES, word)).flatMap((word) => PACKAGES[word].split(" "));
  return [...new Set(packages)].sort();
}

function skippedText(skipped) {
  const counts = new Map();
  for (const { reason } of skipped) {
    // node:test reports `true` for a skip without a reason.
    const text = reason === true ? "no reason given" : reason;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const reasons = [...counts.keys()];
  const lines = reasons.sort().map((reason) => `${String(counts.get(reason)).padStart(5)}  ${reason}`);
  const packages = packagesFor(reasons);
  const advice =
    packages.length === 0 ? [] : [`To run them on Debian, install ${packages.join(" ")} (see CONTRIBUTING.md)`];
  return ["Skipped:", ...lines, ...advice, ""];
}

/** Summary of what the reporter wrote, its last line `N passed, N failed, N skipped`. */
export function summaryOf(records) {
  const totals = new Map(records.filter(({ total }) => total !== undefined).map(({ total, count }) => [total, count]));
  const skipped = records.filter((record) => record.skipped !== undefined);
  const failed = records.filter((record) => record.failed !== undefined);
  const failures = failed.map(({ failed: name, file }) => `  ${file ? `${path.relative(".", file)}: ` : ""}${name}`);
  return [
    "",
    ...(skipped.length > 0 ? skippedText(skipped) : []),
    ...(failed.length > 0 ? ["Failed:", ...failures, ""] : []),
    `${totals.get("pass") ?? 0} passed, ${(totals.get("fail") ?? 0) + (totals.get("cancelled") ?? 0)} failed, ${skipped.length} skipped`,
  ].join("\n");
}
