/**
 * The Raspberry Pi's loaders: the one in ROM repeats its request at once, the second asks for many names at once.
 *
 * - ROM: asks for `bootcode.bin` without options, two or three times within some milliseconds, from the same port.
 * - bootcode: `<serial>/start4.elf`, `start.elf`, `config.txt` and others, seven requests in 2.8 ms from consecutive ports,
 *   most of them for missing files; `tsize` 0 and `blksize` 1024. It ends transfers that it does not want with ERROR 0
 *   "Early terminate".
 */
import { ERROR_NOT_DEFINED } from "../../../src/index.js";
import { US_PER_MS } from "../network/virtual-clock.js";
import type { SimulatedClientOptions } from "./client.js";
import { GetClient } from "./get-client.js";
import type { SimulatedWorld } from "./peer.js";

const DOUBLED_AFTER_MS = [2, 7] as const;

/** The loader in ROM. */
export class RaspberryPiRom extends GetClient {
  protected override begin(): void {
    super.begin();
    for (const afterMs of DOUBLED_AFTER_MS.slice(0, this.world.random.between(1, DOUBLED_AFTER_MS.length))) {
      this.world.clock.after(afterMs * US_PER_MS, () => {
        if (!this.isOver) {
          this.send(this.requestMessage(), this.world.serverPort);
        }
      });
    }
  }
}

/** One of the requests of the second loader. */
class Probe extends GetClient {
  constructor(
    world: SimulatedWorld,
    options: SimulatedClientOptions,
    private readonly isWanted: boolean,
  ) {
    super(world, { blockSizeBytes: 1024, tellsSize: true, ...options });
  }

  protected override offerAccepted(): void {
    if (this.isWanted) {
      super.offerAccepted();
    } else {
      this.breakOff(ERROR_NOT_DEFINED, "Early terminate");
    }
  }
}

const PROBE_INTERVAL_MS = 0.4;
/** A third of the existing files are not wanted. */
const WANTED_PERCENT = 67;

/** The second loader: one client for each name, from consecutive ports. */
export function raspberryPiProbes(
  world: SimulatedWorld,
  options: SimulatedClientOptions,
  names: readonly string[],
): GetClient[] {
  return names.map((name, index) => {
    const { port, startMs = 0 } = options;
    const probe = { ...options, name, port: port + index, startMs: startMs + index * PROBE_INTERVAL_MS };
    return new Probe(world, probe, world.random.chance(WANTED_PERCENT));
  });
}
