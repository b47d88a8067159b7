/** Requests: RFC 1350 §5, RFC 1123 §4.2.2, names, and bytes after the mode. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_ILLEGAL_OPERATION,
  MAX_NAME_BYTES,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
} from "lockstep-tftp/engine";
import { packetOf, readRequest, textFields, utf8Of, writeRequest } from "lockstep-tftp/simulated";
import { equal, equalTexts } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const modes: readonly Case[] = [
  ...["octet", "OCTET", "OcTeT", "netascii", "NETASCII", "NetASCII"].map((mode) =>
    engineCase(`RFC 1350 §5: the mode "${mode}" is served, down and up`, (harness) => {
      const file = harness.file("file", utf8Of("text"));
      const peer = harness.peer();
      peer.fetch("file", file, [], mode);
      peer.put("copy", file, [], mode);
      equal(harness.storage.files.get("copy")?.join(), file.join(), "the copy");
    }),
  ),
  ...["mail", "MAIL", "binary", "octets", "octe", "ascii", "netasci", "", "octet ", "/ctet"].map((mode) =>
    engineCase(`RFC 1123 §4.2.2.1: the mode "${mode}" is refused with ERROR 4`, (harness) => {
      harness.file("file", utf8Of("text"));
      const peer = harness.peer();
      peer.read("file", [], mode);
      peer.expectError(ERROR_ILLEGAL_OPERATION);
      peer.write("file", [], mode);
      peer.expectError(ERROR_ILLEGAL_OPERATION);
      equal(harness.storage.asked.length, 0, "files that the storage was asked for");
      equal(harness.server.used, 0, "slots that are used");
    }),
  ),
];

/** The defect, the bytes after the opcode, and the bytes of an earlier datagram that would make the request whole. */
const MALFORMED: readonly (readonly [string, string, string])[] = [
  ["two bytes and no end", "xx", "\0octet\0"],
  ["a name that does not end", "file", "\0octet\0"],
  ["no mode", textFields("file"), "octet\0"],
  ["a mode that does not end", `${textFields("file")}octet`, "\0"],
  ["half a mode", `${textFields("file")}oct`, "et\0"],
  ["neither name nor mode", "\0\0", "octet\0"],
  ["only zero bytes", "\0".repeat(500), "octet\0"],
  ["a name that fills the datagram", "x".repeat(1400), "\0octet\0"],
];

const malformed = MALFORMED.map(([what, rest, after]) =>
  engineCase(`docs/protocol.md, malformed request (${what}): ERROR 4`, (harness) => {
    harness.file("file", utf8Of("text"));
    harness.afterDatagram = utf8Of(after);
    const peer = harness.peer();
    for (const opcode of [OPCODE_READ_REQUEST, OPCODE_WRITE_REQUEST]) {
      peer.send(packetOf(opcode, rest));
      peer.expectError(ERROR_ILLEGAL_OPERATION);
    }
    equal(harness.storage.asked.length, 0, "files that the storage was asked for");
  }),
);

/** A name on the wire, and the name that the storage is asked for. */
const CLEANED: readonly (readonly [string, string])[] = [
  ["/file", "file"],
  ["///file", "file"],
  ["./file", "file"],
  ["/./file", "file"],
  ["././//./file", "file"],
  ["folder//file", "folder/file"],
  ["folder/./file", "folder/file"],
  ["folder\\file", "folder/file"],
  ["\\Boot\\BCD", "Boot/BCD"],
  [".\\folder\\\\file", "folder/file"],
  ["folder/", "folder"],
  ["folder/.", "folder"],
  ["a..b", "a..b"],
  ["..a/b..", "..a/b.."],
  ["...", "..."],
  [".hidden", ".hidden"],
  ["with blanks", "with blanks"],
  ["%n%n%s%00", "%n%n%s%00"],
  ["Größe/文件/😀", "Größe/文件/😀"],
  ["console", "console"],
  ["common.com", "common.com"],
  ["com10", "com10"],
  ["nullmodem", "nullmodem"],
  ["lpt", "lpt"],
  ["auxiliary/x", "auxiliary/x"],
  ["C:file", "C:file"],
];

const cleaned = CLEANED.map(([wire, name]) =>
  engineCase(`docs/protocol.md, names: "${wire}" asks the storage for "${name}"`, (harness) => {
    const file = harness.file(name, utf8Of("text"));
    harness.peer().fetch(wire, file);
    harness.peer().put(wire, file);
    equalTexts(harness.storage.asked, [name, name], "names that the storage was asked for");
  }),
);

const REFUSED: readonly (readonly [string, Uint8Array | string])[] = [
  ["..", ".."],
  ["../file", "../file"],
  ["a/../../file", "a/../../file"],
  ["a/..", "a/.."],
  ["/../file", "/../file"],
  ["..\\file", "..\\file"],
  ["a\\..\\..\\file", "a\\..\\..\\file"],
  [".\\../file", ".\\../file"],
  ["nothing", ""],
  ["/", "/"],
  [".", "."],
  ["./", "./"],
  ["\\", "\\"],
  ["a control byte", "fi\u0001le"],
  ["a line end", "file\n"],
  ["an escape sequence", "\u001b[2Jfile"],
  ["DEL", "fi\u007fle"],
  ["a control character of two bytes", "fi\u0085le"],
  ["the first control character of two bytes", "file\u0080"],
  ["the last control character of two bytes", "\u009ffile"],
  ["0xFF bytes alone", Uint8Array.of(0xff, 0xff)],
  ["a control character of two bytes after the first byte of three", Uint8Array.of(0xe2, 0xc2, 0x85)],
  [".. after a byte that is not UTF-8", Uint8Array.of(0xff, 0x2f, 0x2e, 0x2e)],
];

const refused = REFUSED.map(([what, name]) =>
  engineCase(`docs/protocol.md, refused name (${what}): ERROR 2, and no storage sees it`, (harness) => {
    const peer = harness.peer();
    for (const opcode of [OPCODE_READ_REQUEST, OPCODE_WRITE_REQUEST]) {
      peer.send(packetOf(opcode, name, "\0", textFields("octet")));
      peer.expectError(ERROR_ACCESS_VIOLATION);
    }
    equal(harness.storage.asked.length, 0, "files that the storage was asked for");
    equal(harness.server.used, 0, "slots that are used");
  }),
);

/** Names that are not UTF-8, and the names that a storage is asked for. */
const STRAY_BYTES: readonly (readonly [what: string, wire: Uint8Array, asked: string])[] = [
  ["Latin-1", Uint8Array.of(0x54, 0xfc, 0x72), "T\udcfcr"],
  ["0xFF within", Uint8Array.of(0x61, 0xff, 0x62), "a\udcffb"],
  ["a first byte of UTF-8 before a letter", Uint8Array.of(0xc2, 0x41, 0xc3, 0xbc), "\udcc2Aü"],
  ["UTF-8 without its continuation", Uint8Array.of(0x61, 0xc3), "a\udcc3"],
  ["UTF-8 without its first byte", Uint8Array.of(0x80, 0x61), "\udc80a"],
  ["overlong UTF-8 (a slash)", Uint8Array.of(0x2e, 0x2e, 0xc0, 0xaf, 0x61), "..\udcc0\udcafa"],
  ["overlong UTF-8, three bytes", Uint8Array.of(0xe0, 0x80, 0xaf), "\udce0\udc80\udcaf"],
  ["a surrogate in UTF-8", Uint8Array.of(0xed, 0xb3, 0xbc), "\udced\udcb3\udcbc"],
  ["beyond Unicode", Uint8Array.of(0xf4, 0x90, 0x80, 0x80), "\udcf4\udc90\udc80\udc80"],
  ["a backslash before a byte that is not UTF-8", Uint8Array.of(0x5c, 0x61, 0x5c, 0xff, 0x61), "a/\udcffa"],
];

const strayBytes = STRAY_BYTES.map(([what, wire, asked]) =>
  engineCase(`docs/protocol.md, a name that is not UTF-8 (${what}): its bytes are told apart`, (harness) => {
    const file = harness.file(asked, utf8Of("text"));
    const peer = harness.peer();
    const request = packetOf(OPCODE_READ_REQUEST, wire, "\0", textFields("octet"));
    peer.send(request);
    peer.expectData(1, file);
    peer.send(request);
    peer.expectData(1, file);
    equal(harness.storage.asked.join(), asked, "the file that the storage was asked for");
    equal(harness.server.used, 1, "slots that are used: the second request repeats the first");
    peer.acknowledge(1);
  }),
);

const names: readonly Case[] = [
  engineCase("docs/protocol.md, names: 0xFF bytes at the end are dropped, as old DHCP clients send them", (harness) => {
    const file = harness.file("file", utf8Of("text"));
    const peer = harness.peer();
    peer.send(packetOf(OPCODE_READ_REQUEST, "file", Uint8Array.of(0xff, 0xff, 0x00), textFields("octet")));
    peer.expectData(1, file);
  }),

  engineCase("RFC 1350 §5: the longest name that fits 512 bytes is taken, a longer one is refused", (harness) => {
    const longest = "x".repeat(MAX_NAME_BYTES);
    const file = harness.file(longest, utf8Of("text"));
    const request = readRequest(longest);
    equal(request.length, 512, "bytes of the request");
    const peer = harness.peer();
    peer.send(request);
    peer.expectData(1, file);
    peer.read(`${longest}x`);
    peer.expectError(ERROR_ACCESS_VIOLATION);
    equal(harness.observer.endedTransfers.length, 0, "transfers that a refused name has ended");
  }),
];

/** The bytes after the mode, and whether the OACK for the `tsize` before them comes. */
const TAILS: readonly (readonly [string, string])[] = [
  ["nothing more", ""],
  ["padding with zero bytes", "\0".repeat(50)],
  ["junk without an end", "junk"],
  ["a lone option name", "blksize\0"],
  ["an option whose value does not end", "blksize\x292"],
  ["an option whose value ends after the datagram", "timeout\x005"],
  ["an empty option name", "\0\0"],
  ["padding and an odd zero byte", "\0\0\0"],
];

const tails: readonly Case[] = [
  ...TAILS.flatMap(([what, tail]) => [
    engineCase(`docs/protocol.md, request tail: ${what}, after an option`, (harness) => {
      harness.file("file", contents(600));
      const peer = harness.peer();
      peer.send(packetOf(readRequest("file", ["tsize", "0"]), tail));
      peer.expectOptions(["tsize", "600"]);
    }),
    engineCase(`docs/protocol.md, request tail: ${what}, after the mode`, (harness) => {
      const file = harness.file("file", contents(600));
      const peer = harness.peer();
      peer.send(packetOf(readRequest("file"), tail));
      peer.expectData(1, blockOf(file, 1));
      peer.send(packetOf(writeRequest("new"), tail));
      peer.expectAcknowledgement(0);
    }),
  ]),

  engineCase("docs/protocol.md, request tail: a request may be longer than 512 bytes", (harness) => {
    harness.file("file", contents(600));
    const peer = harness.peer();
    const request = readRequest("file", ["x-vendor", "v".repeat(1300), "tsize", "0"]);
    equal(request.length > 1300, true, "that the request is long");
    peer.send(request);
    peer.expectOptions(["tsize", "600"]);
  }),

  engineCase("docs/protocol.md, request tail: hundreds of options are read to the end", (harness) => {
    harness.file("file", contents(600));
    const peer = harness.peer();
    const many: string[] = [];
    for (let index = 0; index < 300; index++) {
      many.push("a", "b");
    }
    peer.read("file", [...many, "tsize", "0"]);
    peer.expectOptions(["tsize", "600"]);
  }),
];

export const requestCases: readonly Case[] = [
  ...modes,
  ...malformed,
  ...cleaned,
  ...refused,
  ...strayBytes,
  ...names,
  ...tails,
];
