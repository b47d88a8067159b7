/** Messages of DHCP, for XS. */
import { DhcpEngine, type DhcpObserver, type DhcpTransport, MAX_REPLY_BYTES } from "lockstep-tftp/dhcp";
import { DhcpFlow } from "../../support/dhcp-flow.js";

type Step = (flow: DhcpFlow) => void;

const STEPS: Readonly<Record<string, Step>> = {
  exchange: (flow) => flow.exchange(),
  lease: (flow) => flow.lease(),
  bootp: (flow) => flow.bootp(),
  strange: (flow) => flow.strange(),
  garbage: (flow) => flow.garbage(),
};
/** Each client has an address. */
const SERVED_CLIENTS = 16;
const crowd = new DhcpFlow();
const served = new DhcpFlow(SERVED_CLIENTS);

/** Runs one kind of step. Returns the number of messages that the engine sent. */
export function run(kind: string, count: number): number {
  const step = STEPS[kind] as Step;
  const flow = kind === "lease" || kind === "bootp" ? served : crowd;
  const before = flow.sent;
  for (let index = 0; index < count; index++) {
    step(flow);
  }
  return flow.sent - before;
}

/** What a host brings, which is not the engine's memory. */
const TRANSPORT: DhcpTransport = { send() {} };
const OBSERVER: DhcpObserver = {
  leased() {},
  released() {},
  declined() {},
  refused() {},
  exhausted() {},
  serving() {},
  silenced() {},
};
/** Shared with the TFTP server. */
const BUFFER = new DataView(new ArrayBuffer(MAX_REPLY_BYTES));
const engines: (DhcpEngine | null)[] = [];

/** Reserves the array, so that later only the engine is measured. */
export function prepare(): number {
  return engines.push(null, null);
}

export function construct(place: number, addresses: number): void {
  engines[place] = new DhcpEngine(
    TRANSPORT,
    {
      address: 0x0a000001,
      netmask: 0xffffff00 | 0,
      rangeStart: 0x0a000010,
      rangeEnd: 0x0a000010 + addresses - 1,
      boot: [{ file: "image.bin" }],
      transactionId: 1,
    },
    OBSERVER,
    BUFFER,
  );
}

/** Allocates chunk memory, in KiB, and releases it. */
export function waste(kib: number): number {
  return new ArrayBuffer(kib * 1024).byteLength;
}
