/** Options in answers, and options as they come: in pieces, in other fields, wrong. */
import { equal, equalTexts, ok } from "../../../support/assertions.js";
import type { Sent } from "../../../support/dhcp-harness.js";
import { DhcpHarness, SERVER } from "../../../support/dhcp-harness.js";
import { bits, characters, MAC, type MessageFields } from "../../../support/dhcp-message.js";
import { type DhcpCase, DISCOVER, dhcpCase, SECOND, THIRD } from "./case.js";
import { withOptions } from "./raw-options.js";

const IPXE = characters("iPXE");
const RULES = { boot: [{ userClass: "iPXE", file: "script" }] };
const ALL_SET = {
  boot: [{ file: "x" }],
  routers: [bits("192.168.88.254")],
  nameServers: [bits("192.168.88.2"), bits("192.168.88.3")],
  timeServers: [bits("192.168.88.4")],
  domainName: "lab.example",
};
/** Each list fills an option. */
const MANY = Array.from({ length: 63 }, (_, index) => bits("192.168.88.1") + index);

function codes(answer: Sent): string {
  return [...answer.options.keys()].sort((one, other) => one - other).join(" ");
}

function field(length: number, bytes: readonly number[]): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}

const asked: readonly DhcpCase[] = [
  dhcpCase(
    "RFC 2132 §9.8: a client without a list gets all options that are set",
    async (harness) => {
      const answer = await harness.answer(DISCOVER);
      equal(codes(answer), "1 3 6 15 42 51 53 54 58 59 66 67 150", "options");
      equal(answer.numbers(3), "192.168.88.254", "router");
      equal(answer.numbers(6), "192.168.88.2.192.168.88.3", "name servers");
      equal(answer.numbers(42), "192.168.88.4", "time server");
      equal(answer.text(15), "lab.example", "domain name");
      equal(answer.text(66), SERVER, "TFTP server");
      equal(answer.text(67), "x", "boot file");
      equal(answer.numbers(150), SERVER, "TFTP server's address");
    },
    ALL_SET,
  ),

  dhcpCase(
    "RFC 2132 §9.8: a client with a list gets what it lists, and what a lease needs",
    async (harness) => {
      equal(codes(await harness.answer(DISCOVER, [[55, [1, 66]]])), "1 51 53 54 58 59 66", "options");
    },
    ALL_SET,
  ),

  dhcpCase(
    "RFC 2132 §9.8: options come in the order of the client's list, each once, as many as fit",
    async (harness) => {
      const list = [55, [66, 150, 15, 66, 3, 150]] as const;
      const all = await harness.answer(DISCOVER, [list]);
      equal([...all.options.keys()].slice(-4).join(" "), "66 150 15 3", "last options");
      const few = await harness.answer(DISCOVER, [list, [57, [1, 72]]]);
      equal([...few.options.keys()].slice(-3).join(" "), "66 150 3", "last options in 300 bytes");
    },
    ALL_SET,
  ),

  dhcpCase(
    "RFC 2132 §3.3: the netmask comes before the routers",
    async (harness) => {
      const { options } = await harness.answer(DISCOVER, [[55, [3, 1]]]);
      equal([...options.keys()].slice(-2).join(" "), "1 3", "last options");
    },
    ALL_SET,
  ),

  dhcpCase(
    "RFC 2132 §3.14: a client with a fixed address gets its host name, if one is set",
    async (harness) => {
      const list = [[55, [12]] as const];
      equal((await harness.answer(DISCOVER, list)).text(12), "gateway", "host name");
      ok(!(await harness.answer(DISCOVER, list, harness.client(1))).options.has(12), "none is set");
      ok(!(await harness.answer(DISCOVER, list, harness.client(2))).options.has(12), "no fixed address");
      equal((await harness.answer(DISCOVER, list, harness.client(3))).text(12), "third", "host name");
      ok(!(await harness.answer(DISCOVER, [[55, [1]]])).options.has(12), "not asked for");
    },
    {
      fixed: [
        { hardwareAddress: MAC, address: bits(SECOND), hostName: "gateway" },
        { hardwareAddress: [2, 0, 0, 0, 0, 1], address: bits(THIRD) },
        { hardwareAddress: [2, 0, 0, 0, 0, 3], address: bits("192.168.88.50"), hostName: "third" },
      ],
      boot: [{ userClass: "none", file: "x" }],
    },
  ),

  dhcpCase("docs/boot.md, settings: no router, name server, domain name or time server unless set", async (harness) => {
    const answer = await harness.answer(DISCOVER, [[55, [1, 3, 6, 12, 15, 42]]]);
    equal(codes(answer), "1 51 53 54 58 59", "options");
  }),

  dhcpCase(
    "RFC 2132 §9.10: no answer is longer than the client takes, nor than 548 bytes",
    async (harness) => {
      equal((await harness.answer(DISCOVER)).length <= 548, true, "at most 548 bytes without option 57");
      equal((await harness.answer(DISCOVER, [[57, [1, 144]]])).length <= 400 - 28, true, "at most 372 bytes for 400");
      equal((await harness.answer(DISCOVER, [[57, [2, 64]]])).length <= 576 - 28, true, "at most 548 bytes for 576");
      equal((await harness.answer(DISCOVER, [[57, [255, 255]]])).length <= 548, true, "at most 548 bytes for 65,535");
    },
    { routers: MANY, nameServers: MANY, timeServers: MANY },
  ),

  dhcpCase("RFC 6842 §3: the client identifier comes back, in OFFER, ACK and NAK", async (harness) => {
    const identifier = [1, 0x52, 0x54, 0, 0x12, 0x34, 0x56];
    const offer = await harness.answer(DISCOVER, [[61, identifier]]);
    equal(offer.numbers(61), identifier.join("."), "identifier in OFFER");
    const refusal = await harness.answer(3, [
      [50, [10, 0, 0, 1]],
      [61, identifier],
    ]);
    equal(refusal.type, 6, "type");
    equal(refusal.numbers(61), identifier.join("."), "identifier in NAK");
    const long = Array.from({ length: 250 }, (_, index) => index);
    equal((await harness.answer(DISCOVER, [[61, long]])).numbers(61), long.join("."), "a long identifier");
  }),
];

/** Options in `file` and `sname`, with option 52. */
async function overloaded(fields: MessageFields, overload: number): Promise<string | undefined> {
  return (await new DhcpHarness(RULES).answer(DISCOVER, [[52, [overload]]], fields)).file;
}

const received: readonly DhcpCase[] = [
  dhcpCase(
    "RFC 3396 §7: an option in pieces is joined",
    async (harness) => {
      const pieces = [53, 1, DISCOVER, 77, 2, 0x69, 0x50, 12, 1, 65, 77, 2, 0x58, 0x45, 255];
      equal((await harness.receive(withOptions(pieces)))[0]?.file, "script", "file");
    },
    RULES,
  ),

  dhcpCase(
    "RFC 3396 §7: pieces of an address, a list and an identifier are joined",
    async (harness) => {
      const pieces = [
        53,
        1,
        DISCOVER,
        50,
        3,
        192,
        168,
        88,
        61,
        1,
        9,
        55,
        1,
        1,
        50,
        1,
        102,
        55,
        1,
        66,
        61,
        2,
        8,
        7,
        255,
      ];
      const [offer] = await harness.receive(withOptions(pieces));
      equal(offer?.yourAddress, "192.168.88.102", "yiaddr");
      equal(offer === undefined ? "" : offer.numbers(61), "9.8.7", "client identifier");
      equal(offer === undefined ? "" : codes(offer), "1 51 53 54 58 59 61 66", "options");
    },
    ALL_SET,
  ),

  {
    name: "RFC 3396 §5: pieces in the options, in file and in sname are joined in this order",
    run: async () => {
      const fields = { file: field(128, [77, 1, 0x50, 255]), serverName: field(64, [77, 2, 0x58, 0x45, 255]) };
      const options = [[52, [3]] as const, [77, "i"] as const];
      equal((await new DhcpHarness(RULES).answer(DISCOVER, options, fields)).file, "script", "file");
    },
  },

  {
    name: "RFC 2132 §9.3: options in file and sname are read",
    run: async () => {
      const inFile = { file: field(128, [77, 4, ...IPXE, 255]) };
      const inName = { serverName: field(64, [77, 4, ...IPXE, 255]) };
      equal(await overloaded(inFile, 1), "script", "options in file");
      equal(await overloaded(inName, 2), "script", "options in sname");
      equal(await overloaded(inName, 1), "", "a field that is not overloaded");
      equal(await overloaded({ ...inFile, ...inName }, 3), "", "both: the class is too long");
    },
  },

  {
    name: "RFC 2132 §9.3: an overload within an overloaded field opens nothing",
    run: async () => {
      const fields = { file: field(128, [52, 1, 3, 255]), serverName: field(64, [77, 4, ...IPXE, 255]) };
      equal(await overloaded(fields, 1), "", "file");
    },
  },

  dhcpCase("RFC 2132 §9.3: an overloaded field that runs over makes the message void", async (harness) => {
    const file = new Uint8Array(128).fill(200);
    equal((await harness.ask(DISCOVER, [[52, [1]]], { file })).length, 0, "answers");
    const serverName = new Uint8Array(64).fill(200);
    equal((await harness.ask(DISCOVER, [[52, [2]]], { serverName })).length, 0, "answers");
  }),

  dhcpCase("RFC 2132 §2: an option that runs over the end makes the message void", async (harness) => {
    equal((await harness.receive(withOptions([53, 1, DISCOVER, 60, 9, 1, 2]))).length, 0, "answers");
    equal((await harness.receive(withOptions([53, 1, DISCOVER, 60]))).length, 0, "answers");
    equal((await harness.receive(withOptions([53, 200, DISCOVER]))).length, 0, "answers");
  }),

  dhcpCase("RFC 2132 §3.1, §3.2: pads are skipped, and the end may be missing", async (harness) => {
    equal((await harness.receive(withOptions([53, 1, DISCOVER]))).length, 1, "answers");
    equal((await harness.receive(withOptions([0, 0, 53, 1, DISCOVER, 0, 0]))).length, 1, "answers");
  }),

  dhcpCase("RFC 2132 §3.2: what follows the end is not read", async (harness) => {
    equal((await harness.receive(withOptions([53, 1, DISCOVER, 255, 60, 99]))).length, 1, "answers");
  }),

  dhcpCase("RFC 2132 §9.1: an option of the wrong length counts as missing", async (harness) => {
    await harness.ask(DISCOVER);
    equal((await harness.ask(3, [[50, [192, 168]]])).length, 0, "answers");
  }),

  dhcpCase("RFC 2131 §2: a datagram that is shorter than the header gets silence", async (harness) => {
    const whole = withOptions([53, 1, DISCOVER, 255]);
    for (let length = 0; length < 236; length += 59) {
      const part = new DataView(whole.buffer, 0, length);
      equal((await harness.receive(part)).length, 0, `answers to ${length} bytes`);
    }
  }),

  dhcpCase("RFC 2131 §2: hardware addresses of no length, or of more than 16 bytes, get silence", async (harness) => {
    for (const length of [0, 17, 255]) {
      const packet = withOptions([53, 1, DISCOVER, 255]);
      packet.setUint8(2, length);
      equal((await harness.receive(packet)).length, 0, `answers for ${length} bytes`);
    }
  }),

  dhcpCase("RFC 2131 §2: an operation that does not exist gets silence", async (harness) => {
    for (const operation of [0, 3, 255]) {
      const options = [[53, [DISCOVER]] as const];
      equal((await harness.receive({ operation, options })).length, 0, `answers to op ${operation}`);
    }
  }),

  dhcpCase("RFC 2132 §9.6: server's messages, and types that do not exist, get silence", async (harness) => {
    for (const type of [2, 5, 6, 9, 255]) {
      equal((await harness.ask(type)).length, 0, `answers to type ${type}`);
    }
    equalTexts(harness.events, [], "events");
  }),
];

export const optionCases: readonly DhcpCase[] = [...asked, ...received];
