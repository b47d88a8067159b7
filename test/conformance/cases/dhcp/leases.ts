/** Which client gets which address, and for how long. */
import { equal, equalTexts, ok } from "../../../support/assertions.js";
import { DhcpHarness } from "../../../support/dhcp-harness.js";
import { bits, MAC } from "../../../support/dhcp-message.js";
import {
  ACK,
  type DhcpCase,
  DISCOVER,
  dhcpCase,
  FIRST,
  FOURTH,
  FROM_SERVER,
  NAK,
  RELEASE,
  REQUEST,
  requested,
  SECOND,
  THIRD,
} from "./case.js";

const ONE_ADDRESS = { rangeEnd: bits(FIRST) };

const given: readonly DhcpCase[] = [
  dhcpCase("RFC 2131 §4.3.1: each client gets another address, and the same again", async (harness) => {
    equal(await harness.leaseAll([1, 2, 3, 4]), `${FIRST} ${SECOND} ${THIRD} ${FOURTH}`, "addresses");
    equal(await harness.leaseAll([4, 3, 2, 1]), `${FOURTH} ${THIRD} ${SECOND} ${FIRST}`, "addresses");
  }),

  dhcpCase("RFC 2131 §4.3.1: a client gets its former address after its lease has ended", async (harness) => {
    equal(await harness.leaseAll([1, 2]), `${FIRST} ${SECOND}`, "addresses");
    await harness.pass(7_200_000);
    equal(await harness.leaseAll([2, 3]), `${SECOND} ${THIRD}`, "addresses");
  }),

  dhcpCase("RFC 2131 §4.3.1: without an address left a client gets silence, until a lease ends", async (harness) => {
    await harness.leaseAll([1, 2, 3, 4]);
    equal((await harness.ask(DISCOVER, [], harness.client(5))).length, 0, "answers");
    equal(harness.events.at(-1), "exhausted 02-00-00-00-00-05", "event");
    await harness.pass(3_600_000);
    equal(await harness.lease(harness.client(5)), FIRST, "address");
  }),

  dhcpCase("RFC 2131 §4.3.1: the address that was unused for the longest time is given first", async (harness) => {
    for (const number of [3, 1, 2]) {
      await harness.lease(harness.client(number));
      await harness.pass(1000);
    }
    await harness.pass(3_600_000);
    equal(await harness.leaseAll([9, 8, 2]), `${FOURTH} ${FIRST} ${THIRD}`, "addresses");
  }),

  dhcpCase("RFC 2131 §4.3.1: of released addresses the first one that was free is given first", async (harness) => {
    await harness.leaseAll([1, 2, 3, 4]);
    for (const [number, address] of [
      [3, THIRD],
      [1, FIRST],
    ] as const) {
      await harness.pass(1000);
      await harness.ask(RELEASE, [FROM_SERVER], { ...harness.client(number), clientAddress: address });
    }
    equal(await harness.leaseAll([8, 9]), `${THIRD} ${FIRST}`, "addresses");
  }),

  dhcpCase("RFC 2131 §4.3.1: a requested address is given if it is free", async (harness) => {
    equal((await harness.answer(DISCOVER, [requested(THIRD)])).yourAddress, THIRD, "free");
    equal((await harness.answer(DISCOVER, [requested(THIRD)], harness.client(1))).yourAddress, FIRST, "taken");
    equal((await harness.answer(DISCOVER, [requested("10.0.0.1")], harness.client(2))).yourAddress, SECOND, "foreign");
  }),

  dhcpCase(
    "RFC 2131 §4.3.2: two clients for the last address, one gets it",
    async (harness) => {
      const [one, two] = [harness.client(1), harness.client(2)];
      equal((await harness.ask(DISCOVER, [], one)).length, 1, "offers to one");
      equal((await harness.ask(DISCOVER, [], two)).length, 0, "offers to the other");
      equal((await harness.answer(REQUEST, [requested(FIRST), FROM_SERVER], two)).type, NAK, "type");
      equal((await harness.answer(REQUEST, [requested(FIRST), FROM_SERVER], one)).type, ACK, "type");
    },
    ONE_ADDRESS,
  ),

  dhcpCase(
    "RFC 2131 §3.3: a lease does not end before its time, however late in a second it began",
    async (harness) => {
      await harness.pass(900);
      await harness.lease(harness.client(1));
      await harness.pass(3_599_900);
      equal((await harness.ask(DISCOVER, [], harness.client(2))).length, 0, "offers to another after 3,599.9 s");
      await harness.pass(1100);
      equal(await harness.lease(harness.client(2)), FIRST, "address after 3,601 s");
    },
    ONE_ADDRESS,
  ),

  dhcpCase(
    "RFC 2131 §4.3.1: a client may accept an offer that it was made in the last seconds of its lease",
    async (harness) => {
      await harness.lease();
      await harness.pass(3_598_000);
      equal((await harness.answer(DISCOVER)).yourAddress, FIRST, "yiaddr");
      await harness.pass(5000);
      equal((await harness.answer(REQUEST, [requested(FIRST), FROM_SERVER])).type, ACK, "type");
    },
    ONE_ADDRESS,
  ),

  dhcpCase(
    "RFC 2131 §4.3.1: an offer that is not taken is free after a minute",
    async (harness) => {
      await harness.ask(DISCOVER, [], harness.client(1));
      await harness.pass(59_000);
      equal((await harness.ask(DISCOVER, [], harness.client(2))).length, 0, "offers after 59 s");
      await harness.pass(2000);
      equal(await harness.lease(harness.client(2)), FIRST, "address after 61 s");
    },
    ONE_ADDRESS,
  ),

  {
    name: "RFC 2131 §4.3.1: a fixed address is kept for its client, within the range and beside it",
    run: async () => {
      for (const address of [FIRST, "192.168.88.50"]) {
        // Hosts write the bits of an address as a number of 0 or more.
        const harness = new DhcpHarness({ fixed: [{ hardwareAddress: MAC, address: bits(address) >>> 0 }] });
        const others = await harness.leaseAll([1, 2, 3, 4]);
        ok(!others.includes(address), `${address} is not among ${others}`);
        equal(await harness.lease(), address, "address");
        equal((await harness.answer(REQUEST, [requested(FOURTH)])).type, NAK, "REQUEST for another");
      }
    },
  },

  dhcpCase("RFC 2131 §2: a client has one address at a time", async (harness) => {
    await harness.lease();
    equal((await harness.answer(REQUEST, [requested(THIRD)])).type, ACK, "type");
    equalTexts(harness.leases(), [`${THIRD} 52-54-00-12-34-56 bound 3600`], "leases");
  }),
];

const kept: readonly DhcpCase[] = [
  dhcpCase("docs/boot.md, leases: they are shown while they last", async (harness) => {
    await harness.lease();
    await harness.ask(DISCOVER, [], harness.client(1));
    await harness.pass(10_000);
    const bound = `${FIRST} 52-54-00-12-34-56 bound 3590`;
    equalTexts(harness.leases(), [bound, `${SECOND} 02-00-00-00-00-01 offered 50`], "leases");
  }),

  dhcpCase("docs/boot.md, leases: they are restored where they are possible", async (harness) => {
    const { engine, now } = harness;
    engine.restore(bits(FOURTH), 1, MAC, 100, now);
    engine.restore(bits(FOURTH), 1, [1, 2, 3], 100, now);
    engine.restore(bits("192.168.88.9"), 1, MAC, 100, now);
    engine.restore(bits(THIRD), 1, [], 100, now);
    engine.restore(bits(THIRD), 1, new Array<number>(17).fill(1), 100, now);
    equalTexts(harness.leases(), [`${FOURTH} 52-54-00-12-34-56 bound 100`], "leases");
    equal(await harness.lease(), FOURTH, "address");
  }),

  dhcpCase("docs/boot.md, leases: the clock may jump back, and the server goes on", async (harness) => {
    await harness.pass(1_000_000);
    await harness.lease();
    harness.now -= 900_000;
    equal(await harness.lease(), FIRST, "address");
    equal(await harness.lease(harness.client(1)), SECOND, "address of another");
  }),
];

const PROBING = { probes: true };

const probed: readonly DhcpCase[] = [
  dhcpCase(
    "RFC 2131 §3.1: a probe delays the offer by half a second, and is made once",
    async (harness) => {
      equal((await harness.ask(DISCOVER)).length, 0, "answers at once");
      equal((await harness.pass(100)).length, 0, "answers after 100 ms");
      equal((await harness.ask(DISCOVER)).length, 0, "answers to the repeated DISCOVER");
      equalTexts(harness.probed, [FIRST], "probes");
      equalTexts(
        (await harness.pass(400)).map(({ yourAddress }) => yourAddress),
        [FIRST],
        "offers",
      );
      equal((await harness.ask(DISCOVER)).length, 1, "answers");
      equal((await harness.answer(REQUEST, [requested(FIRST), FROM_SERVER])).type, ACK, "type");
      equal(harness.probed.length, 1, "probes");
    },
    {},
    PROBING,
  ),

  dhcpCase(
    "RFC 2131 §3.1: an address that a machine uses is not offered",
    async (harness) => {
      await harness.ask(DISCOVER);
      harness.engine.addressInUse(bits(FIRST), harness.now);
      equal((await harness.pass(500)).length, 0, "offers while the next is probed");
      equalTexts(harness.probed, [FIRST, SECOND], "probes");
      equalTexts(
        (await harness.pass(500)).map(({ yourAddress }) => yourAddress),
        [SECOND],
        "offers",
      );
      equalTexts(harness.events, [`declined ${FIRST}`], "events");
    },
    {},
    PROBING,
  ),

  dhcpCase(
    "RFC 2131 §3.1: a fixed address that a machine uses is not offered, nor another in its place",
    async (harness) => {
      await harness.ask(DISCOVER);
      harness.engine.addressInUse(bits(FIRST), harness.now);
      equal((await harness.pass(1000)).length, 0, "offers");
      equalTexts(harness.probed, [FIRST], "probes");
      equalTexts(harness.events, [`declined ${FIRST}`, "exhausted 52-54-00-12-34-56"], "events");
    },
    { fixed: [{ hardwareAddress: MAC, address: bits(FIRST) }] },
    PROBING,
  ),

  dhcpCase(
    "RFC 2131 §3.1: a late answer to a probe changes nothing",
    async (harness) => {
      await harness.ask(DISCOVER);
      await harness.pass(500);
      harness.engine.addressInUse(bits(FIRST), harness.now);
      harness.engine.addressInUse(bits("10.0.0.1"), harness.now);
      equalTexts(harness.events, [], "events");
    },
    {},
    PROBING,
  ),

  dhcpCase(
    "RFC 2131 §3.1: more clients at once than probes, each is served when it asks again",
    async (harness) => {
      const offered = new Set<string>();
      for (let round = 0; round < 3; round++) {
        for (let number = 0; number < 40; number++) {
          await harness.ask(DISCOVER, [], harness.client(number));
        }
        for (const { yourAddress } of await harness.pass(600)) {
          offered.add(yourAddress);
        }
      }
      equal(offered.size, 40, "addresses");
    },
    { rangeEnd: bits("192.168.88.139") },
    PROBING,
  ),

  dhcpCase(
    "RFC 2131 §3.1: a probe ends although the clock goes back",
    async (harness) => {
      await harness.ask(DISCOVER);
      harness.now -= 600_000;
      harness.engine.poll(harness.now);
      equal((await harness.pass(0)).at(-1)?.yourAddress, FIRST, "yiaddr");
    },
    {},
    PROBING,
  ),

  dhcpCase(
    "RFC 2131 §3.1: a client of BOOTP is probed, too",
    async (harness) => {
      equal((await harness.receive({})).length, 0, "answers at once");
      equal((await harness.pass(500))[0]?.yourAddress, FIRST, "yiaddr");
    },
    {},
    PROBING,
  ),
];

export const leaseCases: readonly DhcpCase[] = [...given, ...kept, ...probed];
