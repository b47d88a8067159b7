/** BOOTP: messages without a type of DHCP. */
import { equal, equalTexts, ok } from "../../../support/assertions.js";
import { BROADCAST, SERVER } from "../../../support/dhcp-harness.js";
import { BESIDE, type DhcpCase, DISCOVER, dhcpCase, FIRST } from "./case.js";

const BOOT = { boot: [{ file: "vmlinux" }] };

export const bootpCases: readonly DhcpCase[] = [
  dhcpCase(
    "RFC 951 §3: a request gets address, server and file in their fields, in 300 bytes",
    async (harness) => {
      const [answer, ...others] = await harness.receive({});
      equal(others.length, 0, "further answers");
      ok(answer !== undefined, "there is an answer");
      equal(answer.operation, 2, "op");
      equal(answer.type, 0, "type of DHCP");
      equal(answer.length, 300, "length");
      equal(answer.to, BROADCAST, "receiver");
      equal(answer.port, 68, "port");
      equal(answer.yourAddress, FIRST, "yiaddr");
      equal(answer.serverAddress, SERVER, "siaddr");
      equal(answer.serverName, SERVER, "sname");
      equal(answer.file, "vmlinux", "file");
      equalTexts(harness.events, [`leased ${FIRST} 52-54-00-12-34-56 vmlinux`], "events");
    },
    BOOT,
  ),

  dhcpCase("RFC 951 §7.2: a repeated request gets the same address", async (harness) => {
    await harness.receive({});
    equal((await harness.receive({}))[0]?.yourAddress, FIRST, "yiaddr");
    equal(harness.leases().length, 1, "addresses in use");
  }),

  dhcpCase(
    "RFC 1533 §3: a BOOTP answer has the netmask, and no option of DHCP",
    async (harness) => {
      const [answer] = await harness.receive({ options: [] });
      ok(answer !== undefined, "there is an answer");
      equal(answer.numbers(1), "255.255.255.0", "netmask");
      for (const code of [51, 53, 54, 58, 59]) {
        ok(!answer.options.has(code), `no option ${code}`);
      }
    },
    BOOT,
  ),

  dhcpCase("RFC 951 §3: a request without the options' first four bytes is read, however short", async (harness) => {
    for (const minimumBytes of [0, 300, 548]) {
      equal((await harness.receive({ minimumBytes })).length, 1, `answers to at least ${minimumBytes} bytes`);
    }
  }),

  dhcpCase(
    "RFC 1542 §3.1: transaction, hardware type and address, and the broadcast flag come back",
    async (harness) => {
      const hardware = [1, 2, 3, 4, 5, 6, 7, 8];
      const [answer] = await harness.receive({ hardware, hardwareType: 24, transactionId: 0x7fffffff, flags: 0x8000 });
      ok(answer !== undefined, "there is an answer");
      equal(answer.transactionId, 0x7fffffff, "xid");
      equal(answer.hardware.join(), hardware.join(), "chaddr");
      equal(answer.flags, 0x8000, "flags");
    },
  ),

  dhcpCase(
    "RFC 951 §3: a client that has an address gets server and file, and no other address",
    async (harness) => {
      const [answer] = await harness.receive({ clientAddress: BESIDE });
      ok(answer !== undefined, "there is an answer");
      equal(answer.to, BESIDE, "receiver");
      equal(answer.clientAddress, BESIDE, "ciaddr");
      equal(answer.yourAddress, "0.0.0.0", "yiaddr");
      equal(answer.serverAddress, SERVER, "siaddr");
      equal(answer.file, `52-54-00-12-34-56/${BESIDE}`, "file");
      equal(harness.leases().length, 0, "addresses in use");
    },
    { boot: [{ file: "{mac}/{address}" }] },
  ),

  dhcpCase("RFC 1534 §2: one client has one address, by BOOTP and by DHCP", async (harness) => {
    equal((await harness.receive({}))[0]?.yourAddress, FIRST, "yiaddr by BOOTP");
    equal((await harness.answer(DISCOVER)).yourAddress, FIRST, "yiaddr by DHCP");
  }),
];
