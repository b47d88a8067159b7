/** Flows of packets: each makes an engine, starts its transfers, and returns the step to repeat. */
import type { ServerOptions } from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  errorMessage,
  type OptionTexts,
  optionAcknowledgement,
  packetOf,
  readRequest,
  SeededRandom,
  textFields,
  writeRequest,
} from "lockstep-tftp/simulated";
import { DhcpFlow } from "../support/dhcp-flow.js";
import { Flow, MISSING_NAME, textBlock } from "./flow.js";

/** What is measured of a flow. */
export interface Measurable {
  readonly flow: Pick<Flow, "received" | "sent" | "running">;
  readonly step: () => void;
}

interface Running extends Measurable {
  readonly flow: Flow;
}

const WINDOW = 16;
const NOTHING_ASKED: OptionTexts = [];
const WINDOW_ASKED: OptionTexts = ["windowsize", `${WINDOW}`];
/** Number of times a packet arrives again, or is sent again before it is acknowledged. */
const REPEATS = 5;
/** Longest wait before a repeat. Short, so that the virtual clock stays a small integer (see v8.test.ts). */
const REPEAT_MS = 40;
/** Number of lost blocks at the end of a window. */
const LOST = 5;
/** Number of unsolicited packets between two that keep the transfer alive. */
const GARBAGE_BETWEEN = 100;
/** A limit that allows some answers and suppresses others. */
const LIMITS: ServerOptions = {
  maxAnswersPerSecond: 1000,
  maxAnswersPerSecondPerAddress: 1000,
  maxUnansweredPerAddress: 2,
};
const GARBAGE_SEED = 1984;
const GARBAGE_PACKETS = 5000;
const MAX_GARBAGE_BYTES = 600;

/** Writes the block number into a reused packet. */
function number(packet: Uint8Array, block: number): Uint8Array {
  packet[2] = (block >> 8) & 0xff;
  packet[3] = block & 0xff;
  return packet;
}

/** A download whose step acknowledges the last block, or the one `lag` blocks before it. */
function download(mode: string, options: OptionTexts = NOTHING_ASKED, lag = 0, limits: ServerOptions = {}): Running {
  const flow = new Flow({ maxIntervalMs: REPEAT_MS, ...limits });
  const packet = acknowledgement(0);
  flow.request(readRequest("file", options, mode));
  if (options.length > 0) {
    flow.fromClient(packet);
  }
  return { flow, step: () => flow.fromClient(number(packet, flow.lastBlock - lag)) };
}

/** An upload whose step brings the blocks of one window. */
function upload(mode: string, options: OptionTexts = NOTHING_ASKED): Running {
  const flow = new Flow();
  const packet = dataMessage(0, textBlock(0));
  const windowSize = options.length > 0 ? WINDOW : 1;
  let block = 0;
  flow.request(writeRequest("file", options, mode));
  return {
    flow,
    step: () => {
      for (let count = 0; count < windowSize; count++) {
        flow.fromClient(number(packet, ++block));
      }
    },
  };
}

function repeated(): Running {
  const { flow, step } = download("octet");
  return {
    flow,
    step: () => {
      step();
      for (let count = 0; count < REPEATS; count++) {
        flow.passTime(REPEAT_MS);
      }
    },
  };
}

/** Packets that a client repeats during a download and that get no answer. */
function stale(): Running {
  const { flow, step } = download("octet");
  const packet = acknowledgement(0);
  step();
  step();
  return {
    flow,
    step: () => {
      step();
      flow.fromClient(number(packet, flow.lastBlock - 1));
      flow.fromClient(number(packet, flow.lastBlock - 2));
      flow.fromClient(number(packet, flow.lastBlock + 1));
    },
  };
}

function duplicates(): Running {
  const { flow, step } = upload("octet");
  const packet = dataMessage(0, textBlock(0));
  return {
    flow,
    step: () => {
      step();
      for (let count = 0; count < REPEATS; count++) {
        flow.fromClient(number(packet, flow.lastBlock));
      }
    },
  };
}

/**
 * Unsolicited packets. Their first byte is below 0x80: a larger header is not a small integer, and V8's interpreter (only
 * that) makes a number on the heap for it.
 */
function garbage(arrive: (flow: Flow, packet: Uint8Array) => void, limits: ServerOptions = {}): Running {
  const { flow, step } = download("octet", NOTHING_ASKED, 0, limits);
  const random = new SeededRandom(GARBAGE_SEED);
  const packets = Array.from({ length: GARBAGE_PACKETS }, () => {
    const packet = random.bytes(random.below(MAX_GARBAGE_BYTES));
    packet.set([random.chance(80) ? 0 : random.below(0x80), random.below(8)].slice(0, packet.length));
    return packet;
  });
  const wellFormed = [
    acknowledgement(1),
    dataMessage(1, textBlock(0)),
    errorMessage(0),
    optionAcknowledgement(["tsize", "1"]),
    packetOf(1, textFields("file")),
    packetOf(2, textFields("file", "mail")),
  ];
  packets.push(...wellFormed);
  let index = 0;
  return {
    flow,
    step: () => {
      step();
      for (let count = 0; count < GARBAGE_BETWEEN; count++) {
        index = (index + 1) % packets.length;
        arrive(flow, packets[index] as Uint8Array);
      }
    },
  };
}

/** Flows of packets that must not allocate a byte. */
export const PACKET_FLOWS: Readonly<Record<string, () => Measurable>> = {
  "lock-step download": () => download("octet"),
  "window of 16, download": () => download("octet", WINDOW_ASKED),
  "window of 16 that loses its end, download": () => download("octet", WINDOW_ASKED, LOST),
  "netascii download": () => download("netascii"),
  "netascii window that loses its end, download": () => download("netascii", WINDOW_ASKED, LOST),
  "lock-step upload": () => upload("octet"),
  "window of 16, upload": () => upload("octet", WINDOW_ASKED),
  "netascii upload": () => upload("netascii"),
  "repeats of unanswered blocks": repeated,
  "stale and future ACKs": stale,
  "duplicate DATA": duplicates,
  "garbage at the listening port": () => garbage((flow, packet) => flow.request(packet)),
  "garbage of strangers at a transfer's port": () => garbage((flow, packet) => flow.fromStranger(packet)),
  "garbage at the listening port, with limits": () => garbage((flow, packet) => flow.request(packet), LIMITS),
  "garbage of strangers, with limits": () => garbage((flow, packet) => flow.fromStranger(packet), LIMITS),
  "DHCP: addresses for more clients than there are": () => dhcp((flow) => flow.exchange()),
  "DHCP: requests that are refused": () => dhcp((flow) => flow.strange()),
  "DHCP: garbage": () => dhcp((flow) => flow.garbage()),
};

function dhcp(step: (flow: DhcpFlow) => void): Measurable {
  const flow = new DhcpFlow();
  return { flow, step: () => step(flow) };
}

function requests(name: string): Running {
  const flow = new Flow();
  const packet = readRequest(name);
  const abort = errorMessage(0);
  return {
    flow,
    step: () => {
      flow.request(packet);
      flow.fromClient(abort);
    },
  };
}

/** Nearly as long as a request of RFC 1350 allows. */
export const LONG_NAME = "folder/".repeat(70);

/** Flows of requests: each step is a request, and an ERROR that ends its transfer. */
export const REQUEST_FLOWS: Readonly<Record<string, () => Running>> = {
  "requests for a missing file": () => requests(MISSING_NAME),
  "requests for a file": () => requests("file"),
  "requests for a file with a long name": () => requests(LONG_NAME),
};
