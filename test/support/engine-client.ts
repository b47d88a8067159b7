/** A machine on the simulated network that runs the engine's client, with files in memory. */
import { isRefusal, type LocalPort, type Outcome, type Transport } from "lockstep-tftp/engine";
import { Client, type ClientOptions, type ClientRequest, NEVER } from "lockstep-tftp/engine/client";
import { MemoryStorage, type SimulatedWorld, VirtualTimer } from "lockstep-tftp/simulated";
import { ok } from "./assertions.js";

const US_PER_MS = 1000;
const RECEIVE_BYTES = 2048;
const FIRST_PORT = 40_000;

export class EngineClient {
  readonly files = new MemoryStorage();
  readonly outcomes: Outcome[] = [];
  readonly engine: Client;
  private readonly packet = new DataView(new ArrayBuffer(RECEIVE_BYTES));
  private readonly timer: VirtualTimer;
  private readonly ports = new Map<LocalPort, number>();
  private nextPort = FIRST_PORT;

  constructor(
    private readonly world: SimulatedWorld,
    private readonly address: string,
    options: ClientOptions,
  ) {
    this.engine = new Client(this.transport(), options, {
      started: () => {},
      progressed: () => {},
      ended: (_transfer, outcome) => this.outcomes.push(outcome),
    });
    this.timer = new VirtualTimer(world.clock, () => this.call(() => this.engine.poll(this.now)));
  }

  get(request: ClientRequest): void {
    const file = this.files.openForWriting(request.name, -1);
    ok(!isRefusal(file), "the place for the file can be opened");
    const { serverAddress, serverPort } = this.world;
    this.call(() => this.engine.get(request, file, serverAddress, serverPort, this.now));
  }

  put(request: ClientRequest): void {
    const file = this.files.openForReading(request.name);
    ok(!isRefusal(file), "the file can be opened");
    const { serverAddress, serverPort } = this.world;
    this.call(() => this.engine.put(request, file, serverAddress, serverPort, this.now));
  }

  private get now(): number {
    return Math.floor(this.world.clock.nowUs / US_PER_MS);
  }

  /** Calls the engine, and sets the timer for its next deadline. */
  private call(work: () => void): void {
    work();
    const { nextAt } = this.engine;
    if (nextAt === NEVER) {
      this.timer.clear();
    } else {
      this.timer.set(nextAt * US_PER_MS);
    }
  }

  private transport(): Transport {
    const { network } = this.world;
    return {
      open: (slot) => {
        const port = this.nextPort++;
        this.ports.set(slot, port);
        return network.bind(this.address, port, (bytes, address, from) => {
          new Uint8Array(this.packet.buffer).set(bytes);
          this.call(() => this.engine.receive(this.packet, bytes.length, slot, address, from, this.now));
        });
      },
      close: (slot) => network.unbind(this.address, this.ports.get(slot) as number),
      send: (packet, length, slot, address, port) =>
        network.send(this.address, this.ports.get(slot) as number, address as string, port, packet.slice(0, length)),
    };
  }
}
