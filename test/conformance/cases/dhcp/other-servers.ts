/** Two servers of one network would give one address twice: this one gives way. */
import { equal, equalTexts } from "../../../support/assertions.js";
import { BROADCAST, LOOKING_MS, SERVER } from "../../../support/dhcp-harness.js";
import { type MessageFields, quad } from "../../../support/dhcp-message.js";
import {
  type DhcpCase,
  DISCOVER,
  dhcpCase,
  FIRST,
  FOREIGN_SERVER,
  NAK,
  OFFER,
  OTHER_SERVER,
  REQUEST,
  requested,
  SECOND,
} from "./case.js";

const OWN_TRANSACTION = 0x51515151;
const OTHER_TRANSACTION = 77;
const STOPPED = { isStarted: false };

function answerOf(server: string, transactionId: number, type = OFFER): MessageFields {
  const options = [[53, [type]] as const, [54, quad(server)] as const];
  return { operation: 2, transactionId, options };
}

export const otherServerCases: readonly DhcpCase[] = [
  dhcpCase(
    "RFC 2131 §4.4.1: the server asks three times in six seconds, and then serves",
    async (harness) => {
      equal((await harness.ask(DISCOVER)).length, 0, "answers of a stopped server");
      harness.engine.start(harness.now);
      const asked = await harness.pass(LOOKING_MS - 1);
      equal(harness.engine.isServing, false, "it serves");
      equal((await harness.ask(DISCOVER)).length, 0, "answers before it serves");
      await harness.pass(1);
      equal(harness.engine.isServing, true, "it serves");
      equalTexts(harness.events, ["serving"], "events");
      equal(asked.length, 3, "questions");
      for (const { operation, type, to, port, transactionId } of asked) {
        equalTexts([`${operation} ${type} ${to} ${port}`], [`1 ${DISCOVER} ${BROADCAST} 67`], "question");
        equal(transactionId, OWN_TRANSACTION, "xid");
      }
    },
    {},
    STOPPED,
  ),

  dhcpCase(
    "docs/boot.md, safety: where another server answers, this one does not serve",
    async (harness) => {
      harness.engine.start(harness.now);
      await harness.pass(3000);
      await harness.receive(answerOf(FOREIGN_SERVER, OWN_TRANSACTION));
      equal((await harness.pass(60_000)).length, 0, "messages");
      equal(harness.engine.isServing, false, "it serves");
      equalTexts(harness.events, [`silenced ${FOREIGN_SERVER}`], "events");
      equal((await harness.ask(DISCOVER)).length, 0, "answers");
    },
    {},
    STOPPED,
  ),

  dhcpCase("docs/boot.md, safety: a server that starts later is found within a minute", async (harness) => {
    equal((await harness.pass(60_000)).length, 1, "questions");
    await harness.receive(answerOf(OTHER_SERVER, OWN_TRANSACTION));
    equalTexts(harness.events, [`silenced ${OTHER_SERVER}`], "events");
    equal((await harness.ask(DISCOVER)).length, 0, "answers");
    equal((await harness.pass(600_000)).length, 0, "questions");
  }),

  dhcpCase("docs/boot.md, safety: an offer to a client counts if its server is of this network", async (harness) => {
    await harness.receive(answerOf(FOREIGN_SERVER, OTHER_TRANSACTION));
    equal(harness.engine.isServing, true, "it serves");
    await harness.receive(answerOf(OTHER_SERVER, OTHER_TRANSACTION));
    equal(harness.engine.isServing, false, "it serves");
  }),

  dhcpCase("docs/boot.md, safety: another server's refusal of a client counts", async (harness) => {
    await harness.receive(answerOf(OTHER_SERVER, OTHER_TRANSACTION, NAK));
    equalTexts(harness.events, [`silenced ${OTHER_SERVER}`], "events");
  }),

  dhcpCase("docs/boot.md, safety: an answer that names its server in the header only counts", async (harness) => {
    await harness.receive({ operation: 2, transactionId: OTHER_TRANSACTION, serverAddress: OTHER_SERVER });
    equal(harness.engine.isServing, true, "it serves after another client's answer");
    await harness.receive({ operation: 2, transactionId: OWN_TRANSACTION, serverAddress: OTHER_SERVER });
    equalTexts(harness.events, [`silenced ${OTHER_SERVER}`], "events");
  }),

  dhcpCase("docs/boot.md, safety: the server looks for others although the clock goes back", async (harness) => {
    harness.now -= 900_000;
    harness.engine.poll(harness.now);
    const [question, ...others] = await harness.pass(0);
    equal(question?.type, DISCOVER, "type");
    equal(others.length, 0, "further messages");
    equal((await harness.pass(60_000)).length, 1, "questions in the next minute");
  }),

  dhcpCase("docs/boot.md, safety: the server's own messages come back to it, and silence nobody", async (harness) => {
    await harness.pass(60_000);
    await harness.receive(answerOf(SERVER, OWN_TRANSACTION));
    const options = [[53, [DISCOVER]] as const];
    const question = { transactionId: OWN_TRANSACTION, hardware: [2, 0, ...quad(SERVER)], options };
    equal((await harness.receive(question)).length, 0, "answers");
    equal(harness.engine.isServing, true, "it serves");
    equalTexts(harness.events, [], "events");
  }),

  dhcpCase("docs/boot.md, safety: a REQUEST for another server makes this one silent", async (harness) => {
    await harness.ask(DISCOVER);
    await harness.ask(REQUEST, [requested("192.168.88.40"), [54, quad(OTHER_SERVER)]]);
    equalTexts(harness.events, [`silenced ${OTHER_SERVER}`], "events");
    equal((await harness.ask(DISCOVER)).length, 0, "answers");
    equal(harness.engine.nextAt, Number.POSITIVE_INFINITY, "next time");
  }),

  dhcpCase("docs/boot.md, safety: a REQUEST for a server of another network silences nobody", async (harness) => {
    await harness.ask(REQUEST, [requested("10.0.0.40"), [54, quad("10.0.0.1")]]);
    equalTexts(harness.events, [], "events");
    equal((await harness.ask(DISCOVER)).length, 1, "answers");
  }),

  dhcpCase("docs/boot.md, safety: a stopped server is silent, and starts again with its leases", async (harness) => {
    equal(await harness.lease(), FIRST, "address");
    harness.engine.stop();
    equal((await harness.ask(DISCOVER)).length, 0, "answers");
    equal((await harness.pass(60_000)).length, 0, "messages");
    harness.engine.start(harness.now);
    await harness.pass(LOOKING_MS);
    equal(await harness.lease(harness.client(1)), SECOND, "address");
  }),
];
