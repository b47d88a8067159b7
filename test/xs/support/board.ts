/**
 * Counts whole packets on a board, from the callback of a UDP socket to the message that is handed back, by part; and the slots
 * that packets and transfers leave. UDP and file system are stand-ins with the SDK's interface.
 */
import { XsMachine } from "./machine.js";

/** Has no line breaks, for which the worker would count steps that firmware does not take. */
const PROGRAM = "board-on-one-line";
const PACKETS = 1000;
const TRANSFERS = 50;
/** A text as a buffer takes three slots with the SDK's function; the worker lacks it, and its stand-in takes more. */
const TEXT_SLOTS = 3;

/** The file of the stand-ins, as in the programs. */
const SERVED = "recovery.bin";

const ROUTES = [
  { storage: "image", isUpload: false, texts: 1 },
  { storage: "file", isUpload: false, texts: 0 },
  { storage: "memory", isUpload: false, texts: 0 },
  { storage: "file", isUpload: true, texts: 0 },
  { storage: "memory", isUpload: true, texts: 0 },
] as const;

type Route = (typeof ROUTES)[number];

export interface BoardPacket {
  readonly storage: Route["storage"];
  readonly isUpload: boolean;
  /** Steps of the host and the engine, without the storage and the stand-ins. */
  readonly hostAndEngine: number;
  /** Steps of the storage and its guard. */
  readonly storageSteps: number;
  /** Slots that a packet leaves, with the project's UDP and with one that allocates as the SDK's. */
  readonly ownSlots: number;
  readonly sdkSlots: number;
  /** Slots that a whole transfer leaves with the firmware's log on, the socket included. */
  readonly transferSlots: number;
}

export async function boardPackets(): Promise<BoardPacket[]> {
  const machine = await XsMachine.start(PROGRAM);
  try {
    const textSlots = (await slotsOf(machine, (count) => `program.encodeTexts(${count})`)) - TEXT_SLOTS;
    const packets: BoardPacket[] = [];
    for (const route of ROUTES) {
      const { storage, isUpload, texts } = route;
      const hostAndEngine = await stepsOf(machine, "nothing", isUpload);
      packets.push({
        storage,
        isUpload,
        hostAndEngine,
        storageSteps: (await stepsOf(machine, storage, isUpload)) - hostAndEngine,
        ownSlots: await packetSlots(machine, route, "own"),
        sdkSlots: await packetSlots(machine, route, "sdk"),
        // The log makes one text into a buffer, too.
        transferSlots: (await transferSlots(machine, route)) - (texts + 1) * textSlots,
      });
    }
    return packets;
  } finally {
    await machine.stop();
  }
}

/** Steps of a packet without those of the stand-ins. */
async function stepsOf(machine: XsMachine, storage: string, isUpload: boolean): Promise<number> {
  await begin(machine, storage, "own", isUpload);
  const all = await difference(machine, "steps", PACKETS, (count) => `program.receive(${count})`);
  return all - (await difference(machine, "steps", PACKETS, (count) => `program.receiveNothing(${count})`));
}

async function packetSlots(machine: XsMachine, { storage, isUpload }: Route, udp: string): Promise<number> {
  await begin(machine, storage, udp, isUpload);
  return slotsOf(machine, (count) => `program.receive(${count})`);
}

async function transferSlots(machine: XsMachine, { storage, isUpload }: Route): Promise<number> {
  await machine.run(`program.start("${storage}", "own", true, true)`);
  await machine.run(`program.transfers(${isUpload}, ${TRANSFERS})`);
  return slotsOf(machine, (count) => `program.transfers(${isUpload}, ${count})`);
}

async function begin(machine: XsMachine, storage: string, udp: string, isUpload: boolean): Promise<void> {
  await machine.run(`program.start("${storage}", "${udp}", false, false)`);
  await machine.run(`program.request(${isUpload})`);
  await machine.run("program.receive(10)");
}

/** Slots that a server with all callbacks leaves for a request and for a packet. */
export interface CallbackSlots {
  /** Requests that `onRequest` leaves without an answer. */
  readonly ignored: number;
  /** Requests for a file that does not exist. */
  readonly refused: number;
  /** Requests that find all transfers taken. */
  readonly unanswered: number;
  /** ACKs of a download. */
  readonly packet: number;
}

export async function callbackSlots(readsAddress: boolean): Promise<CallbackSlots> {
  const machine = await XsMachine.start(PROGRAM);
  const begin = (isWelcome: boolean, name: string) =>
    machine.run(`program.startWatched(${isWelcome}, "${name}", ${readsAddress})`);
  try {
    await begin(false, SERVED);
    const ignored = await floodSlots(machine, 1);
    await begin(true, "missing.bin");
    const refused = await floodSlots(machine, 2);
    await begin(true, SERVED);
    const unanswered = await floodSlots(machine, 1);
    await begin(true, SERVED);
    await machine.run("program.request(false)");
    await machine.run("program.receive(10)");
    const packet = await slotsOf(machine, (count) => `program.receive(${count})`);
    return { ignored, refused, unanswered, packet };
  } finally {
    await machine.stop();
  }
}

/** Ten clients are more than there are transfers. */
async function floodSlots(machine: XsMachine, callbacks: number): Promise<number> {
  await machine.run("program.flood(10)");
  const { value } = await machine.run("program.flood(10)");
  if (value !== 10 * callbacks) {
    throw new Error(`Callbacks were called ${value} times for ten requests`);
  }
  return slotsOf(machine, (count) => `program.flood(${count})`);
}

async function slotsOf(machine: XsMachine, call: (count: number) => string): Promise<number> {
  await machine.run("gc()");
  return difference(machine, "slots", TRANSFERS, call);
}

/** Of one more call. Runs twice, so that the fixed cost of a run cancels out. */
async function difference(
  machine: XsMachine,
  unit: "steps" | "slots",
  count: number,
  call: (count: number) => string,
): Promise<number> {
  const atRest = unit === "slots" ? (await machine.run("null")).meter.slots : 0;
  const once = (await machine.run(call(count))).meter[unit];
  const start = unit === "slots" ? once : 0;
  const twice = (await machine.run(call(2 * count))).meter[unit];
  return (twice - start - (once - atRest)) / count;
}
