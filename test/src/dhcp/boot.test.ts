/** Which file a client is told, and in which form. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootRule } from "lockstep-tftp/dhcp";
import { DhcpHarness, SERVER } from "../../support/dhcp-harness.js";
import { type OptionList, quad } from "../../support/dhcp-message.js";

const DISCOVER = 1;
const PXE_UEFI: OptionList = [
  [60, "PXEClient:Arch:00007:UNDI:003016"],
  [93, [0, 7]],
  [97, [0, ...Array.from({ length: 16 }, (_, index) => index)]],
];

const RULES: readonly BootRule[] = [
  { userClass: "iPXE", file: "boot.ipxe" },
  { hardwareAddress: [0xb8, 0x27, 0xeb], file: "bootcode.bin" },
  { architectures: [7, 9], file: "ipxe.efi" },
  { vendorClass: "PXEClient", file: "undionly.kpxe" },
  { vendorClass: "U-Boot.armv8", file: "u-boot/{mac}-{address}.scr" },
];

function file(options: OptionList, hardware?: readonly number[]): string | undefined {
  const harness = new DhcpHarness({ boot: RULES });
  return harness.ask(DISCOVER, options, hardware === undefined ? {} : { hardware })[0]?.file;
}

test("RFC 4578 §2.1: the architecture chooses the file", () => {
  assert.equal(file(PXE_UEFI), "ipxe.efi");
  assert.equal(file([[93, [0, 9]]]), "ipxe.efi");
  assert.equal(
    file([
      [60, "PXEClient:Arch:00000"],
      [93, [0, 0]],
    ]),
    "undionly.kpxe",
  );
});

test("iPXE gets its script and not itself again, with the class alone and with its length (RFC 3004 §4)", () => {
  assert.equal(file([...PXE_UEFI, [77, "iPXE"]]), "boot.ipxe");
  assert.equal(file([...PXE_UEFI, [77, [4, ...Buffer.from("iPXE")]]]), "boot.ipxe");
  assert.equal(file([...PXE_UEFI, [77, [3, ...Buffer.from("lab"), 4, ...Buffer.from("iPXE")]]]), "boot.ipxe");
  assert.equal(file([...PXE_UEFI, [77, "iPXE2"]]), "ipxe.efi");
  assert.equal(file([...PXE_UEFI, [77, [200, ...Buffer.from("iPXE")]]]), "ipxe.efi");
});

test("the beginning of the hardware address chooses the file", () => {
  assert.equal(file([], [0xb8, 0x27, 0xeb, 1, 2, 3]), "bootcode.bin");
  assert.equal(file([], [0xb8, 0x27]), "");
});

test("a template has the client's hardware address and its new address", () => {
  assert.equal(file([[60, "U-Boot.armv8"]]), "u-boot/52-54-00-12-34-56-192.168.88.100.scr");
});

test("a client that fits no rule gets an address and no server", () => {
  const [offer] = new DhcpHarness({ boot: RULES }).ask(DISCOVER, [[60, "MSFT 5.0"]]);
  assert.equal(offer?.yourAddress, "192.168.88.100");
  assert.equal(offer?.file, "");
  assert.equal(offer?.serverAddress, "0.0.0.0");
  assert.equal(offer?.options.has(66), false);
});

test("a PXE ROM gets its own kind of answer: options 60 and 97 (RFC 4578 §2.3), in the fields and as options", () => {
  const [offer] = new DhcpHarness({ boot: RULES }).ask(DISCOVER, [...PXE_UEFI, [55, [1, 3, 60, 66, 67, 97]]]);
  assert.equal(offer?.serverAddress, SERVER);
  assert.equal(offer?.serverName, SERVER);
  assert.equal(offer?.options.get(60)?.toString(), "PXEClient");
  assert.deepEqual(offer?.options.get(97), Buffer.from(PXE_UEFI[2]?.[1] as number[]));
  assert.equal(offer?.options.get(67)?.toString(), "ipxe.efi");
  assert.equal(offer?.options.has(43), false);
});

test("a Raspberry Pi gets the menu with the entry that its ROM looks for", () => {
  const harness = new DhcpHarness({ boot: RULES });
  const [offer] = harness.ask(
    DISCOVER,
    [
      [60, "PXEClient:Arch:00000:UNDI:002001"],
      [93, [0, 0]],
    ],
    {
      hardware: [0xb8, 0x27, 0xeb, 1, 2, 3],
    },
  );
  const vendor = offer?.options.get(43);
  assert.match(vendor?.toString("latin1") ?? "", /Raspberry Pi Boot/);
  // Each sub-option is whole, and the last is the end.
  let at = 0;
  while (vendor?.[at] !== 255) {
    at += 2 + (vendor?.[at + 1] ?? Number.NaN);
    assert.ok(at < (vendor?.length ?? 0));
  }
  assert.equal(at, (vendor?.length ?? 0) - 1);
});

test("another TFTP server may be named", () => {
  const harness = new DhcpHarness({ boot: [{ file: "x" }], tftpServer: 0x0a000002 });
  const [offer] = harness.ask(DISCOVER);
  assert.equal(offer?.serverAddress, "10.0.0.2");
  assert.equal(offer?.options.get(66)?.toString(), "10.0.0.2");
  assert.deepEqual([...(offer?.options.get(150) ?? [])], quad("10.0.0.2"));
});

test("rules that cannot work are refused", () => {
  const makes = (rule: BootRule) => () => new DhcpHarness({ boot: [rule] });
  assert.throws(makes({ file: "" }), RangeError);
  assert.throws(makes({ file: "x".repeat(128) }), RangeError);
  assert.throws(makes({ file: `${"x".repeat(112)}{address}{mac}` }), /up to 144 bytes/);
  assert.throws(makes({ file: "{name}" }), /unknown placeholder/);
  assert.throws(makes({ file: "b\u00fc" }), /not ASCII/);
  assert.throws(makes({ file: "a\nb" }), /not ASCII/);
});
