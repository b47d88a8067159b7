import { GetClient, type GetClientOptions, type SimulatedWorld } from "lockstep-tftp/simulated";

/** Options of a device that writes to its flash now and then. */
export interface PausingClientOptions extends GetClientOptions {
  /** Blocks between two pauses. */
  readonly pauseEveryBlocks: number;
  /** Length of a pause. */
  readonly pauseMs: number;
}

/** Microseconds of virtual time in a millisecond. */
const US_PER_MS = 1000;

/** A device that stops before the ACK of every few blocks. What arrives meanwhile waits in its socket. */
export class PausingClient extends GetClient {
  pauses = 0;
  private readonly waiting: Parameters<PausingClient["received"]>[] = [];
  private isPausing = false;
  private pausedAt = 0;

  constructor(
    world: SimulatedWorld,
    private readonly pausing: PausingClientOptions,
  ) {
    super(world, pausing);
  }

  protected override received(message: Uint8Array, address: string, port: number): void {
    if (this.isPausing) {
      this.waiting.push([message, address, port]);
    } else {
      super.received(message, address, port);
    }
  }

  protected override acknowledge(): void {
    const block = this.expected - 1;
    if (block === this.pausedAt || block % this.pausing.pauseEveryBlocks !== 0) {
      super.acknowledge();
      return;
    }
    this.pausedAt = block;
    this.pauses++;
    this.isPausing = true;
    this.timer.clear();
    this.world.clock.after(this.pausing.pauseMs * US_PER_MS, () => this.goOn());
  }

  private goOn(): void {
    this.isPausing = false;
    super.acknowledge();
    for (let next = this.waiting.shift(); next !== undefined && !this.isPausing; next = this.waiting.shift()) {
      super.received(...next);
    }
  }
}
