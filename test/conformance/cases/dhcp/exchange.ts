/** DISCOVER, REQUEST in its four states, DECLINE, RELEASE and INFORM. */
import { equal, equalTexts, ok } from "../../../support/assertions.js";
import { BROADCAST, SERVER } from "../../../support/dhcp-harness.js";
import { bits, MAC, quad } from "../../../support/dhcp-message.js";
import {
  ACK,
  BESIDE,
  DECLINE,
  type DhcpCase,
  DISCOVER,
  dhcpCase,
  FIRST,
  FOURTH,
  FROM_SERVER,
  INFORM,
  NAK,
  OFFER,
  RELEASE,
  REQUEST,
  requested,
  SECOND,
  THIRD,
} from "./case.js";

export const exchangeCases: readonly DhcpCase[] = [
  dhcpCase("RFC 2131 §3.1: DISCOVER gets OFFER, REQUEST gets ACK, with the same address", async (harness) => {
    const offer = await harness.answer(DISCOVER);
    equal(offer.operation, 2, "op");
    equal(offer.type, OFFER, "type");
    equal(offer.transactionId, 0x1234, "xid");
    equal(offer.yourAddress, FIRST, "yiaddr");
    equal(offer.numbers(54), SERVER, "server identifier");
    const answer = await harness.answer(REQUEST, [requested(FIRST), FROM_SERVER]);
    equal(answer.type, ACK, "type");
    equal(answer.yourAddress, FIRST, "yiaddr");
    equal(answer.numbers(54), SERVER, "server identifier");
    equalTexts(harness.events, [`leased ${FIRST} 52-54-00-12-34-56 `], "events");
  }),

  dhcpCase("RFC 2131 §3.1: a repeated DISCOVER or REQUEST gets the same answer again", async (harness) => {
    for (let times = 0; times < 3; times++) {
      equal((await harness.answer(DISCOVER)).yourAddress, FIRST, "yiaddr");
    }
    for (let times = 0; times < 3; times++) {
      equal((await harness.answer(REQUEST, [requested(FIRST), FROM_SERVER])).type, ACK, "type");
    }
    equal(harness.leases().length, 1, "addresses in use");
  }),

  dhcpCase("RFC 2131 §4.4.5: T1 is half of the lease, T2 seven eighths", async (harness) => {
    const offer = await harness.answer(DISCOVER);
    equal(offer.number(51, 4), 3600, "lease time");
    equal(offer.number(58, 4), 1800, "renewal time");
    equal(offer.number(59, 4), 3150, "rebinding time");
  }),

  dhcpCase("RFC 2131 §4.1: answers go to all of the network, and to clients that have an address", async (harness) => {
    equal((await harness.answer(DISCOVER)).to, BROADCAST, "receiver of OFFER");
    equal(await harness.lease(), FIRST, "address");
    const renewed = await harness.answer(REQUEST, [], { clientAddress: FIRST });
    equal(renewed.type, ACK, "type");
    equal(renewed.to, FIRST, "receiver of ACK");
    equal(renewed.port, 68, "port");
    equal(renewed.clientAddress, FIRST, "ciaddr");
  }),

  dhcpCase("RFC 2131 §4.1: the broadcast flag comes back", async (harness) => {
    equal((await harness.answer(DISCOVER, [], { flags: 0x8000 })).flags, 0x8000, "flags");
    equal((await harness.answer(DISCOVER)).flags, 0, "flags");
    const answer = await harness.answer(REQUEST, [requested(FIRST), FROM_SERVER], { flags: 0x8000 });
    equal(answer.flags, 0x8000, "flags of ACK");
    equal(answer.to, BROADCAST, "receiver");
  }),

  dhcpCase(
    "RFC 2131 §4.3.2, SELECTING: REQUEST for an address that was not offered gets NAK, to all",
    async (harness) => {
      await harness.ask(DISCOVER);
      const answer = await harness.answer(REQUEST, [requested(SECOND), FROM_SERVER]);
      equal(answer.type, NAK, "type");
      equal(answer.to, BROADCAST, "receiver");
      equal(answer.yourAddress, "0.0.0.0", "yiaddr");
      equal(answer.serverAddress, "0.0.0.0", "siaddr");
      ok(!answer.options.has(51), "NAK has no lease time");
      equal(answer.numbers(54), SERVER, "server identifier");
      equalTexts(harness.events, [`refused 52-54-00-12-34-56 ${SECOND}`], "events");
    },
  ),

  dhcpCase("RFC 2131 §4.3.2, INIT-REBOOT: an address of another network gets NAK", async (harness) => {
    equal((await harness.answer(REQUEST, [requested("10.0.0.5")])).type, NAK, "type");
  }),

  dhcpCase("RFC 2131 §4.3.2, INIT-REBOOT: an address beside the range gets silence", async (harness) => {
    equal((await harness.ask(REQUEST, [requested("192.168.88.55")])).length, 0, "answers");
  }),

  dhcpCase("RFC 2131 §4.3.2, INIT-REBOOT: a client gets its former address", async (harness) => {
    equal(await harness.lease(), FIRST, "address");
    const answer = await harness.answer(REQUEST, [requested(FIRST)]);
    equal(answer.type, ACK, "type");
    equal(answer.yourAddress, FIRST, "yiaddr");
    equal(answer.to, BROADCAST, "receiver");
  }),

  dhcpCase(
    "docs/boot.md, restart: a server that lost its records gives INIT-REBOOT and RENEWING their address",
    async (harness) => {
      equal((await harness.answer(REQUEST, [requested(THIRD)])).type, ACK, "INIT-REBOOT");
      const other = { ...harness.client(7), clientAddress: FOURTH };
      equal((await harness.answer(REQUEST, [], other)).type, ACK, "RENEWING");
    },
  ),

  dhcpCase("RFC 2131 §4.3.2, RENEWING and REBINDING: the lease lasts its whole time again", async (harness) => {
    await harness.lease();
    await harness.pass(1_800_000);
    equal((await harness.answer(REQUEST, [], { clientAddress: FIRST })).yourAddress, FIRST, "yiaddr");
    equalTexts(harness.leases(), [`${FIRST} 52-54-00-12-34-56 bound 3600`], "leases");
  }),

  dhcpCase("RFC 2131 §4.3.2: the address of another client gets NAK, also where it is renewed", async (harness) => {
    await harness.lease();
    const other = harness.client(7);
    equal((await harness.answer(REQUEST, [requested(FIRST)], other)).type, NAK, "INIT-REBOOT");
    equal((await harness.answer(REQUEST, [], { ...other, clientAddress: FIRST })).type, NAK, "RENEWING");
  }),

  dhcpCase("RFC 2131 §4.3.2: REQUEST without an address is ignored", async (harness) => {
    equal((await harness.ask(REQUEST)).length, 0, "answers");
    equal((await harness.ask(REQUEST, [FROM_SERVER])).length, 0, "answers");
  }),

  dhcpCase("RFC 2131 §4.3.3: a declined address rests, and the client gets another", async (harness) => {
    await harness.lease();
    equal((await harness.ask(DECLINE, [requested(FIRST), FROM_SERVER])).length, 0, "answers");
    equal(harness.events.at(-1), `declined ${FIRST}`, "event");
    equal(await harness.lease(), SECOND, "address");
    equal(await harness.leaseAll([1, 2, 3]), `${THIRD} ${FOURTH} no offer`, "addresses");
    await harness.pass(601_000);
    equal(await harness.lease(harness.client(3)), FIRST, "address");
  }),

  dhcpCase("RFC 2131 §4.3.3: DECLINE and RELEASE in the name of another client change nothing", async (harness) => {
    await harness.lease();
    const stranger = harness.client(9);
    await harness.ask(DECLINE, [requested(FIRST), FROM_SERVER], stranger);
    await harness.ask(RELEASE, [FROM_SERVER], { ...stranger, clientAddress: FIRST });
    equal(harness.events.length, 1, "events");
    equal(await harness.lease(), FIRST, "address");
  }),

  dhcpCase("RFC 2131 §4.3.4: a released address is kept for its client while there are others", async (harness) => {
    await harness.lease();
    equal((await harness.ask(RELEASE, [FROM_SERVER], { clientAddress: FIRST })).length, 0, "answers");
    equal(harness.events.at(-1), `released ${FIRST}`, "event");
    equal(await harness.lease(harness.client(1)), SECOND, "address of another");
    equal(await harness.lease(), FIRST, "its own again");
  }),

  dhcpCase(
    "RFC 2131 §4.3.5: INFORM gets its parameters without an address and a lease",
    async (harness) => {
      const answer = await harness.answer(INFORM, [], { clientAddress: BESIDE });
      equal(answer.type, ACK, "type");
      equal(answer.to, BESIDE, "receiver");
      equal(answer.yourAddress, "0.0.0.0", "yiaddr");
      ok(!answer.options.has(51), "no lease time");
      equal(answer.serverAddress, SERVER, "siaddr");
      equal(answer.numbers(1), "255.255.255.0", "netmask");
      equal(answer.file, "boot.img", "file");
      equal(answer.text(67), "boot.img", "option 67");
      equal(harness.leases().length, 0, "addresses in use");
    },
    { boot: [{ file: "boot.img" }] },
  ),

  dhcpCase(
    "RFC 2131 §4.3.4: RELEASE does not end the rest of a declined address",
    async (harness) => {
      await harness.lease();
      await harness.ask(DECLINE, [requested(BESIDE), FROM_SERVER]);
      await harness.ask(RELEASE, [FROM_SERVER], { clientAddress: BESIDE });
      equal((await harness.ask(DISCOVER)).length, 0, "answers");
      equal(harness.events.includes(`released ${BESIDE}`), false, "it was released");
    },
    { fixed: [{ hardwareAddress: MAC, address: bits(BESIDE) }] },
  ),

  dhcpCase("RFC 2131 §4.1: clients with an address of another network are ignored", async (harness) => {
    equal((await harness.ask(REQUEST, [], { clientAddress: "10.1.1.1" })).length, 0, "answers to REQUEST");
    equal((await harness.ask(INFORM, [], { clientAddress: "10.1.1.1" })).length, 0, "answers to INFORM");
  }),

  dhcpCase("RFC 2131 §4.1: relayed messages are ignored", async (harness) => {
    equal((await harness.ask(DISCOVER, [], { relayAddress: "192.168.88.2" })).length, 0, "answers to DISCOVER");
    equal((await harness.receive({ relayAddress: "192.168.88.2" })).length, 0, "answers to BOOTP");
  }),

  dhcpCase("RFC 2131 §3.1: a client that chooses another server gives its offer back", async (harness) => {
    await harness.ask(DISCOVER);
    await harness.ask(REQUEST, [requested("10.0.0.40"), [54, quad("10.0.0.1")]]);
    equal(harness.leases().length, 0, "offers");
  }),
];
