/** Texts of errors: RFC 1350 §5, §7, and devices that send a bare text. */
import {
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_DECLINED,
} from "lockstep-tftp/engine";
import { packetOf, textFields, utf8Of } from "lockstep-tftp/simulated";
import { equal } from "../../../support/assertions.js";
import { contents } from "../../../support/contents.js";
import type { Case } from "../case.js";
import { clientCase } from "./case.js";

/** Bytes of a server's text that are kept. */
const MAX_TEXT_BYTES = 256;

/** The bytes of an ERROR after its code, and the text that the observer gets. */
const TEXTS: readonly (readonly [what: string, wire: Uint8Array, told: string])[] = [
  ["a text", packetOf(textFields("File not found")), "File not found"],
  ["no text", packetOf(textFields("")), ""],
  ["nothing at all", packetOf(), ""],
  ["a text that is not ended", packetOf("no end"), "no end"],
  ["more after the text", packetOf(textFields("first", "second")), "first"],
  ["UTF-8", packetOf(textFields("größer")), "größer"],
  ["bytes that are not UTF-8", packetOf("gr", Uint8Array.of(0xf6, 0xdf), textFields("er")), "gr\udcf6\udcdfer"],
  ["commands for a terminal", packetOf(textFields("\u001b[2J\u0007beep\r\n\u007f")), " [2J beep"],
  ["a text without end", packetOf(textFields("x".repeat(500))), "x".repeat(MAX_TEXT_BYTES)],
];

const refusals = TEXTS.map(([what, wire, told]) =>
  clientCase(`RFC 1350 §7: an ERROR with ${what} ends the request, and its text is reported`, (harness) => {
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.server.reply(packetOf(5, ERROR_FILE_NOT_FOUND, wire));
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome");
    equal(harness.ended.errorCode, ERROR_FILE_NOT_FOUND, "the error code");
    equal(harness.ended.errorText, told, "the text");
    equal(harness.observer.startedTransfers.length, 0, "transfers that have started");
    equal(harness.client.used, 0, "slots that are used");
    harness.expectNoFile("file");
  }),
);

/** Datagrams in which a device describes its problem as plain text. */
const BARE_TEXTS: readonly (readonly [wire: Uint8Array, told: string])[] = [
  [utf8Of("Invalid checksum\r\n"), "Invalid checksum"],
  [utf8Of("Wrong board id\0"), "Wrong board id"],
];

const bareTexts = BARE_TEXTS.flatMap(([wire, told]) => [
  clientCase(`a device's bare text "${told}" in place of an ERROR refuses the request`, (harness) => {
    harness.file("firmware", contents(2000));
    harness.put({ name: "firmware" });
    harness.expectWrite("firmware");
    harness.server.reply(wire);
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome");
    equal(harness.ended.errorCode, ERROR_NOT_DEFINED, "the error code");
    equal(harness.ended.errorText, told, "the text");
  }),

  clientCase(`a device's bare text "${told}" in the middle aborts the transfer`, (harness) => {
    harness.file("firmware", contents(2000));
    harness.put({ name: "firmware" });
    harness.expectWrite("firmware");
    harness.server.acknowledge(0);
    harness.server.ignoreAll();
    harness.server.reply(wire);
    equal(harness.ended.outcome, OUTCOME_ABORTED_BY_PEER, "the outcome");
    equal(harness.ended.errorText, told, "the text");
  }),
]);

export const clientErrorTextCases: readonly Case[] = [...refusals, ...bareTexts];
