/** Addresses by DHCP on the page, in the status and in the metrics. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AddressSource } from "lockstep-tftp/node/dhcp-server";
import { options, showPage } from "./shown-page.js";

class Addresses implements AddressSource {
  isServing = false;
  otherServer = "";
  clients: AddressSource["clients"] = [];
}

const CLIENT = {
  address: "192.168.88.100",
  hardwareAddress: "52-54-00-12-34-56",
  file: "boot/ipxe.efi",
  state: "silent" as const,
  askedFile: "",
  remainingSeconds: 3000,
};

test(
  "the page names a client that has not fetched its file, and the server that silences this one",
  options,
  async (t) => {
    const dhcp = new Addresses();
    const { page, status } = await showPage(t, { page: { dhcp } });
    const metrics = async (): Promise<string> => (await fetch(new URL("metrics", status.url))).text();
    assert.equal(await page.text("#addresses-state"), "Looking for other DHCP servers.");
    dhcp.isServing = true;
    await page.until(`document.querySelector("#addresses-state").textContent === "No client has an address yet."`);

    dhcp.clients = [CLIENT, { ...CLIENT, address: "192.168.88.101", file: "", state: "untold" }];
    await page.until(`document.querySelectorAll("#addresses li").length === 2`);
    const silent = /192\.168\.88\.100\s*has not asked for it\s*52-54-00-12-34-56 · told boot\/ipxe\.efi\s*.* left/;
    assert.match(await page.text("#addresses li:first-child"), silent);
    assert.match(await page.text("#addresses li:last-child"), /192\.168\.88\.101\s*52-54-\S+ · told no file/);
    assert.match(await metrics(), /^lockstep_tftp_dhcp_serving 1$/m);
    assert.match(await metrics(), /^lockstep_tftp_dhcp_clients 2$/m);
    assert.match(await metrics(), /^lockstep_tftp_dhcp_clients_booting\{state="silent"\} 1$/m);

    for (const [state, askedFile, done, tone] of [
      ["elsewhere", "grub\u202e.efi", "asked for grub\\u{202e}.efi", ""],
      ["elsewhere", "", "asked for another file", ""],
      ["asked", "boot/ipxe.efi", "asked for it", ""],
      ["refused", "boot/ipxe.efi", "asked for it and was refused", "bad"],
      ["fetched", "boot/ipxe.efi", "has it", "good"],
    ] as const) {
      dhcp.clients = [{ ...CLIENT, state, askedFile }];
      await page.until(`document.querySelector("#addresses .figure").textContent === ${JSON.stringify(done)}`);
      const className = await page.value(`document.querySelector("#addresses .figure").className`);
      assert.equal(className, `figure ${tone}`.trim());
    }
    assert.match(await metrics(), /^lockstep_tftp_dhcp_clients_booting\{state="silent"\} 0$/m);
    assert.match(await metrics(), /^lockstep_tftp_dhcp_clients_booting\{state="fetched"\} 1$/m);

    dhcp.isServing = false;
    dhcp.otherServer = "192.168.88.9";
    await page.until(`document.querySelector("#addresses-state").textContent.includes("192.168.88.9 is another")`);
  },
);

test("without DHCP the page and the metrics say nothing of it", options, async (t) => {
  const { page, status } = await showPage(t);
  assert.equal(await page.value(`document.querySelector("#addresses-card").hidden`), true);
  assert.doesNotMatch(await (await fetch(new URL("metrics", status.url))).text(), /dhcp/);
});
