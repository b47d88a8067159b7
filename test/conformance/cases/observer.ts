/** Reports to an observer. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  FORBIDDEN,
  OUTCOME_COMPLETED,
  OUTCOME_STORAGE_FAILED,
  Server,
} from "lockstep-tftp/engine";
import { acknowledgement, packetOf, readRequest } from "lockstep-tftp/simulated";
import { equal, equalTexts, ok } from "../../support/assertions.js";
import { CaseStorage } from "../../support/case-storage.js";
import { contents } from "../../support/contents.js";
import { EngineTransport, LISTENER } from "../../support/engine-transport.js";
import { blockOf, type Peer } from "../../support/peer.js";
import type { SeenTransfer } from "../../support/recording-observer.js";
import { type Case, engineCase } from "./case.js";

export const observerCases: readonly Case[] = [
  engineCase("observer: the peer, the file and the agreed options of a transfer that starts", (harness) => {
    harness.file("folder/file", contents(600));
    const peer = harness.peer(4711, "192.0.2.7");
    peer.read("/folder//file", ["blksize", "100", "windowsize", "3"], "netascii");
    peer.ignoreAll();
    const [started] = harness.observer.startedTransfers as [SeenTransfer];
    equal(started.name, "folder/file", "the name");
    equal(started.address, "192.0.2.7", "the address");
    equal(started.port, 4711, "the port");
    equal(started.isUpload, false, "whether it is an upload");
    equal(started.isNetascii, true, "whether it is netascii");
    equal(started.sizeBytes, 600, "the size");
    equal(started.blockSizeBytes, 100, "the block size");
    equal(started.windowSize, 3, "the window");
    equal(started.bytes, 0, "bytes that are through");
    equal(started.roundTripMs, -1, "the round trip");
    equal(started.startedAt, harness.now, "the start");
  }),

  engineCase("observer: the announced size of an upload that starts", (harness) => {
    const peer = harness.peer();
    peer.write("file", ["tsize", "5"]);
    peer.ignoreAll();
    equal(harness.observer.startedTransfers[0]?.sizeBytes, 5, "the size");
    equal(harness.observer.startedTransfers[0]?.isUpload, true, "whether it is an upload");
    peer.write("other");
    peer.ignoreAll();
    equal(harness.observer.startedTransfers[1]?.sizeBytes, -1, "the size when nothing was said");
  }),

  engineCase("observer: bytes, blocks, repeats, duplicates and the round trip at the end", (harness) => {
    const file = harness.file("file", contents(1100));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    harness.advance(16);
    peer.acknowledge(1);
    peer.acknowledge(1);
    peer.expectData(2, blockOf(file, 2));
    harness.advance(250);
    peer.expectData(2, blockOf(file, 2));
    peer.acknowledge(2);
    peer.expectData(3, blockOf(file, 3));
    peer.acknowledge(3);
    const { ended } = harness;
    equal(ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(ended.bytes, 1100, "bytes");
    equal(ended.blocks, 3, "blocks");
    equal(ended.retransmissions, 1, "retransmissions");
    equal(ended.duplicates, 1, "duplicates");
    equal(ended.errorCode, -1, "the code of an error that there was not");
    // 16 ms, then 0 ms for the third block; repeated blocks give no sample.
    equal(ended.roundTripMs, 14, "the round trip");
    equal(ended.seenAt - ended.startedAt, 266, "the duration");
    equal(harness.observer.progressCount, 3, "times that it was told of progress");
  }),

  engineCase("observer: an upload's progress, block by block", (harness) => {
    harness.peer().put("file", contents(1100));
    equal(harness.observer.progressCount, 3, "times that it was told of progress");
    equal(harness.ended.bytes, 1100, "bytes");
    equal(harness.ended.blocks, 3, "blocks");
  }),

  engineCase("observer: the end of a transfer whose file fails, with the bytes that got through", (harness) => {
    const file = harness.file("file", contents(1100));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    harness.storage.readFault = { position: 0, refusal: FORBIDDEN };
    peer.acknowledge(1);
    peer.expectError(ERROR_ACCESS_VIOLATION);
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
    equal(harness.ended.errorCode, ERROR_ACCESS_VIOLATION, "the code of the error");
    equal(harness.ended.bytes, 512, "bytes that are through");
  }),

  engineCase("observer: the code of the ERROR that ended a transfer, from either end", (harness) => {
    harness.file("file", contents(1100));
    const ends: readonly [endIt: (peer: Peer) => void, errorCode: number][] = [
      [(peer) => peer.error(ERROR_DISK_FULL), ERROR_DISK_FULL],
      [(peer) => peer.error(0xfffe), 0xfffe],
      [() => harness.stop(), ERROR_NOT_DEFINED],
    ];
    for (const [endIt] of ends) {
      const peer = harness.peer();
      peer.read("file");
      peer.ignoreAll();
      endIt(peer);
      peer.ignoreAll();
    }
    equalTexts(
      harness.observer.endedTransfers.map(({ errorCode }) => String(errorCode)),
      ends.map(([, errorCode]) => String(errorCode)),
      "the codes",
    );
  }),

  engineCase(
    "observer: a refusal without a code of RFC 1350 is reported as the code that the client gets",
    (harness) => {
      const peer = harness.peer();
      peer.write("file");
      peer.expectAcknowledgement(0);
      harness.storage.writeFault = { position: 0, refusal: ~77 };
      peer.data(1, contents(512));
      peer.expectError(ERROR_NOT_DEFINED);
      equal(harness.ended.errorCode, ERROR_NOT_DEFINED, "the code of the error");
    },
  ),

  engineCase("observer: refused requests, with their names as far as they could be read", (harness) => {
    const peer = harness.peer();
    peer.read("missing");
    peer.expectError(ERROR_FILE_NOT_FOUND);
    peer.send(packetOf(2, "nonsense"));
    peer.expectError(ERROR_ILLEGAL_OPERATION);
    const notUtf8 = Uint8Array.of(0x61, 0xff, 0x07);
    for (const name of ["a//b/../../\u001bc", "bell\u0007", "\u00c3\u0080\\..", notUtf8]) {
      peer.send(packetOf(1, name, "\0", "octet\0"));
      peer.expectError(ERROR_ACCESS_VIOLATION);
    }
    const refused = harness.observer.refusedRequests;
    equalTexts(
      refused.map(({ name, isUpload, errorCode }) => `${name} ${isUpload} ${errorCode}`),
      [
        `missing false ${ERROR_FILE_NOT_FOUND}`,
        ` true ${ERROR_ILLEGAL_OPERATION}`,
        `a//b/../../\u001bc false ${ERROR_ACCESS_VIOLATION}`,
        `bell\u0007 false ${ERROR_ACCESS_VIOLATION}`,
        `\u00c3\u0080\\.. false ${ERROR_ACCESS_VIOLATION}`,
        `a\udcff\u0007 false ${ERROR_ACCESS_VIOLATION}`,
      ],
      "refused requests",
    );
  }),

  {
    name: "observer: an engine without an observer serves files",
    run: (): void => {
      const storage = new CaseStorage();
      storage.files.set("file", contents(5));
      const transport = new EngineTransport();
      let received = 0;
      transport.addPeer(1, 2000, () => received++);
      const server = new Server(transport, storage);
      const request = new DataView(readRequest("file").buffer);
      server.request(request, request.byteLength, LISTENER, 1, 2000, 0);
      transport.settle();
      equal(received, 1, "messages that came");
      const [slot] = [...transport.openPorts.keys()];
      ok(slot !== undefined, "a port is open");
      server.receive(new DataView(acknowledgement(1).buffer), 4, slot, 1, 2000, 0);
      equal(server.used, 0, "slots that are used");
      equal(storage.openHandles, 0, "open files");
    },
  },
];
