/** Which file a client is told, and in which form. */
import { equal, ok } from "../../../support/assertions.js";
import { DhcpHarness, SERVER } from "../../../support/dhcp-harness.js";
import { characters, type OptionList } from "../../../support/dhcp-message.js";
import { type DhcpCase, DISCOVER, dhcpCase, FIRST } from "./case.js";

const IDENTIFIER = [0, ...Array.from({ length: 16 }, (_, index) => index)];
const PXE_UEFI: OptionList = [
  [60, "PXEClient:Arch:00007:UNDI:003016"],
  [93, [0, 7]],
  [97, IDENTIFIER],
];
const PXE_BIOS: OptionList = [
  [60, "PXEClient:Arch:00000:UNDI:002001"],
  [93, [0, 0]],
];
const RASPBERRY_PI = [0xb8, 0x27, 0xeb, 1, 2, 3];

const RULES = {
  boot: [
    { userClass: "iPXE", file: "boot.ipxe" },
    { hardwareAddress: [0xb8, 0x27, 0xeb], file: "bootcode.bin" },
    { architectures: [7, 9], file: "ipxe.efi" },
    { vendorClass: "PXEClient", file: "undionly.kpxe" },
    { vendorClass: "U-Boot.armv8", file: "u-boot/{mac}-{address}.scr" },
  ],
};

async function isTold(options: OptionList, file: string, hardware?: readonly number[]): Promise<void> {
  const harness = new DhcpHarness(RULES);
  const offer = await harness.answer(DISCOVER, options, hardware === undefined ? {} : { hardware });
  equal(offer.file, file, `file for ${JSON.stringify(options)}`);
}

function ruleCase(name: string, body: () => Promise<void>): DhcpCase {
  return { name, run: body };
}

const rules: readonly DhcpCase[] = [
  ruleCase("RFC 4578 §2.1: the architecture chooses the file, by the first of its list", async () => {
    await isTold(PXE_UEFI, "ipxe.efi");
    await isTold([[93, [0, 9]]], "ipxe.efi");
    await isTold([[93, [0, 9, 0, 0]]], "ipxe.efi");
    await isTold(PXE_BIOS, "undionly.kpxe");
    await isTold([[93, [7]]], "");
  }),

  ruleCase("RFC 2132 §9.13: the beginning of the vendor class chooses the file", async () => {
    await isTold([[60, "PXEClient"]], "undionly.kpxe");
    await isTold([[60, "PXEClien"]], "");
    await isTold([[60, "XPXEClient"]], "");
  }),

  ruleCase(
    "RFC 3004 §4: iPXE gets its script and not itself again, with its class alone or after a length",
    async () => {
      const iPxe = characters("iPXE");
      await isTold([...PXE_UEFI, [77, "iPXE"]], "boot.ipxe");
      await isTold([...PXE_UEFI, [77, [4, ...iPxe]]], "boot.ipxe");
      await isTold([...PXE_UEFI, [77, [3, ...characters("lab"), 4, ...iPxe]]], "boot.ipxe");
      await isTold([...PXE_UEFI, [77, "iPXE2"]], "ipxe.efi");
      await isTold([...PXE_UEFI, [77, [200, ...iPxe]]], "ipxe.efi");
      await isTold([...PXE_UEFI, [77, [3, ...iPxe]]], "ipxe.efi");
    },
  ),

  ruleCase("RFC 951 §3: the beginning of the hardware address chooses the file", async () => {
    await isTold([], "bootcode.bin", RASPBERRY_PI);
    await isTold([], "", [0xb8, 0x27]);
  }),

  ruleCase("docs/boot.md, files: a template has the client's hardware address and its new address", async () => {
    await isTold([[60, "U-Boot.armv8"]], `u-boot/52-54-00-12-34-56-${FIRST}.scr`);
  }),
];

const forms: readonly DhcpCase[] = [
  dhcpCase(
    "docs/boot.md, files: a client that fits no rule gets an address and no server",
    async (harness) => {
      const offer = await harness.answer(DISCOVER, [[60, "MSFT 5.0"]]);
      equal(offer.yourAddress, FIRST, "yiaddr");
      equal(offer.file, "", "file");
      equal(offer.serverAddress, "0.0.0.0", "siaddr");
      for (const code of [43, 60, 66, 67, 97, 150]) {
        ok(!offer.options.has(code), `no option ${code}`);
      }
    },
    RULES,
  ),

  dhcpCase(
    "RFC 4578 §2.3: a PXE ROM gets options 60 and 97 back, and all else in one offer",
    async (harness) => {
      const offer = await harness.answer(DISCOVER, [...PXE_UEFI, [55, [1, 3, 60, 66, 67, 97]]]);
      equal(offer.serverAddress, SERVER, "siaddr");
      equal(offer.serverName, SERVER, "sname");
      equal(offer.file, "ipxe.efi", "file");
      equal(offer.text(60), "PXEClient", "option 60");
      equal(offer.numbers(97), IDENTIFIER.join("."), "option 97");
      equal(offer.text(66), SERVER, "option 66");
      equal(offer.text(67), "ipxe.efi", "option 67");
    },
    RULES,
  ),

  dhcpCase(
    "RFC 2132 §8.4: a PXE ROM is told to use the file of this answer, or UEFI asks a boot server that is not there",
    async (harness) => {
      const offer = await harness.answer(DISCOVER, PXE_UEFI);
      equal(offer.numbers(43), "6.1.8.255", "option 43");
    },
    RULES,
  ),

  dhcpCase(
    "RFC 2132 §8.4: a Raspberry Pi gets the menu with the entry that its ROM looks for",
    async (harness) => {
      const offer = await harness.answer(DISCOVER, PXE_BIOS, { hardware: RASPBERRY_PI });
      ok(offer.text(43)?.includes("Raspberry Pi Boot") === true, "the entry is there");
      const menu = offer.options.get(43) as Uint8Array;
      let at = 0;
      while (menu[at] !== 255) {
        at += 2 + (menu[at + 1] as number);
        ok(at < menu.length, "each sub-option is whole");
      }
      equal(at, menu.length - 1, "index of the end");
    },
    RULES,
  ),

  dhcpCase(
    "RFC 5859 §3: another TFTP server may be named, as text, as address and in its field",
    async (harness) => {
      const offer = await harness.answer(DISCOVER, [[55, [66, 150]]]);
      equal(offer.serverAddress, "10.0.0.2", "siaddr");
      equal(offer.text(66), "10.0.0.2", "option 66");
      equal(offer.numbers(150), "10.0.0.2", "option 150");
    },
    { boot: [{ file: "x" }], tftpServer: 0x0a000002 },
  ),
];

export const bootCases: readonly DhcpCase[] = [...rules, ...forms];
