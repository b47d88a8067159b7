/** Habits of well-known clients that no RFC describes. */
import {
  ERROR_FILE_NOT_FOUND,
  ERROR_UNKNOWN_TRANSFER_ID,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
} from "lockstep-tftp/engine";
import { acknowledgement, utf8Of } from "lockstep-tftp/simulated";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const ERROR_ABORTED = 8;
const U_BOOT_OPTIONS = ["timeout", "5", "tsize", "0", "blksize", "1468", "windowsize", "1"];
const U_BOOT_TIMEOUT_MS = 5000;

export const clientCases: readonly Case[] = [
  engineCase("U-Boot: its timeout is echoed exactly, its blksize granted no larger than asked", (harness) => {
    const file = harness.file("C0A80001.img", contents(1024));
    const peer = harness.peer(1024);
    peer.read("C0A80001.img", U_BOOT_OPTIONS);
    peer.expectOptions(["blksize", "512", "timeout", "5", "tsize", "1024", "windowsize", "1"]);
    peer.acknowledge(0);
    peer.expectData(1, blockOf(file, 1));
  }),

  engineCase("U-Boot: a repeated block gets no answer, only its own timer repeats the ACK", (harness) => {
    const file = harness.file("file", contents(1024));
    const peer = harness.peer();
    peer.read("file", U_BOOT_OPTIONS);
    peer.ignoreAll();
    peer.acknowledge(0);
    peer.expectData(1, blockOf(file, 1));
    // The ACK is lost: the block is repeated, and after 5 s U-Boot repeats its ACK.
    harness.advance(U_BOOT_TIMEOUT_MS);
    peer.expectData(1, blockOf(file, 1));
    peer.acknowledge(1);
    peer.expectData(2, blockOf(file, 2));
    peer.acknowledge(1);
    peer.expectNothing();
    peer.acknowledge(2);
    peer.expectData(3, blockOf(file, 3));
    peer.acknowledge(3);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  engineCase("U-Boot: ten requests in fifty seconds from one port are answered from one port", (harness) => {
    const file = harness.file("file", contents(600));
    const peer = harness.peer();
    for (let times = 0; times < 10; times++) {
      peer.read("file");
      peer.expectData(1, blockOf(file, 1));
      harness.advance(U_BOOT_TIMEOUT_MS);
      peer.ignoreAll();
      equal(harness.server.used <= 1, true, "that there is at most one transfer");
    }
  }),

  engineCase("iPXE: multicast with an empty value is left out; a size query ends with ERROR 0", (harness) => {
    harness.file("undionly.kpxe", contents(900));
    const peer = harness.peer(1024);
    peer.read("undionly.kpxe", ["blksize", "1432", "tsize", "0", "multicast", ""]);
    peer.expectOptions(["blksize", "512", "tsize", "900"]);
    peer.error(0, "TFTP Aborted");
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome");
  }),

  engineCase("iPXE: a second request within the first round trip starts no second transfer", (harness) => {
    const file = harness.file("undionly.kpxe", contents(900));
    const peer = harness.peer(1024);
    peer.read("undionly.kpxe", ["tsize", "0"]);
    peer.expectOptions(["tsize", "900"]);
    harness.advance(380);
    peer.ignoreAll();
    peer.read("undionly.kpxe", ["tsize", "0"]);
    peer.expectOptions(["tsize", "900"]);
    peer.acknowledge(0);
    peer.acknowledge(0);
    peer.expectData(1, blockOf(file, 1));
    equal(harness.observer.startedTransfers.length, 1, "transfers that have started");
  }),

  engineCase("iPXE: a request for another file from the port of an abandoned transfer is served", (harness) => {
    harness.file("first", contents(900));
    const second = harness.file("second", contents(5));
    const peer = harness.peer(1024);
    peer.read("first");
    peer.ignoreAll();
    peer.acknowledge(1);
    peer.ignoreAll();
    peer.read("second");
    peer.expectData(1, second);
    peer.acknowledge(1);
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("EDK2: a size query that ends with ERROR 8, then the download from the next port", (harness) => {
    const file = harness.file("grubx64.efi", contents(2000));
    const query = harness.peer(1430);
    query.read("grubx64.efi", ["tsize", "0", "blksize", "1468", "windowsize", "4"]);
    query.expectOptions(["blksize", "512", "tsize", "2000", "windowsize", "4"]);
    query.error(ERROR_ABORTED, "User aborted the transfer");
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome of the query");
    harness.peer(1431).fetch("grubx64.efi", file, ["blksize", "1468", "windowsize", "4"]);
  }),

  engineCase("GRUB: names of options in the OACK are in lower case, and a leading slash is dropped", (harness) => {
    harness.file("boot/grub/grub.cfg", contents(600));
    const peer = harness.peer();
    peer.read("/boot//grub/grub.cfg", ["BLKSIZE", "1024", "TSIZE", "0"]);
    peer.expectOptions(["blksize", "512", "tsize", "600"]);
  }),

  engineCase("GRUB: after the OACK it relies on the server's timer", (harness) => {
    harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file", ["blksize", "1024", "tsize", "0"]);
    harness.advance(300);
    equal(peer.ignoreAll(), 2, "OACKs, the second because nothing came");
    peer.acknowledge(0);
    peer.expectData(1, blockOf(contents(600), 1));
  }),

  engineCase("Raspberry Pi: the same request three times within 9 ms starts one transfer", (harness) => {
    const file = harness.file("bootcode.bin", contents(1100));
    const peer = harness.peer();
    for (let times = 0; times < 3; times++) {
      peer.read("bootcode.bin");
      harness.advance(3);
    }
    for (let times = 0; times < 3; times++) {
      peer.expectData(1, blockOf(file, 1));
    }
    // It acknowledges every block, repeated ones too.
    peer.acknowledge(1);
    peer.acknowledge(1);
    peer.acknowledge(1);
    peer.expectData(2, blockOf(file, 2));
    peer.expectNothing();
    equal(harness.observer.startedTransfers.length, 1, "transfers that have started");
  }),

  engineCase("Raspberry Pi: seven requests in 3 ms from seven ports, most for files that are missing", (harness) => {
    const file = harness.file("config.txt", contents(50));
    const names = ["start4.elf", "start.elf", "recover4.elf", "1234abcd/start4.elf", "recovery.elf", "bootcfg.txt"];
    for (const [index, name] of names.entries()) {
      const peer = harness.peer(40_000 + index);
      peer.read(name, ["tsize", "0", "blksize", "1024"]);
      peer.expectError(ERROR_FILE_NOT_FOUND);
    }
    harness.peer(40_006).fetch("config.txt", file, ["tsize", "0", "blksize", "1024"]);
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.observer.startedTransfers.length, 1, "transfers that have started");
  }),

  engineCase("PXELINUX: ten names that are missing, each answered at once, then the default", (harness) => {
    const file = harness.file("pxelinux.cfg/default", utf8Of("default linux\n"));
    const peer = harness.peer(57_089);
    for (let length = 8; length >= 1; length--) {
      peer.read(`pxelinux.cfg/${"C0A80001".slice(0, length)}`, ["tsize", "0", "blksize", "1408"]);
      peer.expectError(ERROR_FILE_NOT_FOUND);
    }
    peer.fetch("pxelinux.cfg/default", file, ["tsize", "0", "blksize", "1408"]);
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase(
    "Cisco IP phones: four requests for a missing file get four ERRORs, and names keep their case",
    (harness) => {
      const file = harness.file("XmlDefault.cnf.xml", utf8Of("<Default/>"));
      const peer = harness.peer();
      for (let times = 0; times < 4; times++) {
        peer.read("CTLSEP001122334455.tlv");
        peer.expectError(ERROR_FILE_NOT_FOUND);
      }
      peer.fetch("XmlDefault.cnf.xml", file);
      equal(harness.storage.asked.at(-1), "XmlDefault.cnf.xml", "what the storage was asked for");
    },
  ),

  engineCase("Windows boot manager: backslashes are slashes", (harness) => {
    const file = harness.file("Boot/BCD", contents(40));
    harness.peer().fetch("\\Boot\\BCD", file, ["tsize", "0"]);
  }),

  engineCase(
    "AudioCodes: a pause of 4 s while it writes its flash disturbs neither an upload nor a download",
    (harness) => {
      const file = harness.file("file", contents(1100));
      const reader = harness.peer();
      const writer = harness.peer();
      reader.read("file");
      writer.write("copy");
      writer.ignoreAll();
      for (let block = 1; block <= 3; block++) {
        reader.ignoreAll();
        reader.acknowledge(block);
        writer.data(block, blockOf(file, block));
        harness.advance(4000);
        writer.ignoreAll();
      }
      reader.ignoreAll();
      equal(harness.observer.endedTransfers.length, 2, "transfers that have ended");
      equal(
        harness.observer.endedTransfers.every(({ outcome }) => outcome === OUTCOME_COMPLETED),
        true,
        "all whole",
      );
    },
  ),

  engineCase("Zephyr: no options, blocks of 512, a name of ten characters", (harness) => {
    const file = harness.file("0123456789", contents(1024));
    harness.peer().fetch("0123456789", file);
    harness.peer().put("0123456789", file);
  }),

  engineCase("lwIP: blksize comes first in the OACK, the only place where it looks", (harness) => {
    harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file", ["tsize", "0", "blksize", "256"]);
    peer.expectOptions(["blksize", "256", "tsize", "600"]);
  }),

  engineCase("clients of dnsmasq: a slot comes free in time when the last ACK never comes", (harness) => {
    harness.file("file", contents(5));
    const peer = harness.peer();
    peer.read("file");
    peer.ignoreAll();
    harness.advance(25_000);
    peer.ignoreAll();
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase(
    "any client: a late datagram of its old transfer is a stranger's at the new transfer's port",
    (harness) => {
      const file = harness.file("file", contents(600));
      const old = harness.peer();
      old.fetch("file", file);
      const { serverPort } = old;
      const next = harness.peer();
      next.read("file");
      next.expectData(1, blockOf(file, 1));
      equal(next.serverPort, serverPort, "the slot, which is used again");
      old.send(acknowledgement(1), serverPort);
      old.expectError(ERROR_UNKNOWN_TRANSFER_ID);
      next.expectNothing();
    },
  ),
];
