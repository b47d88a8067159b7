/**
 * Puts the clients of a scenario on the simulated network.
 */
import { CiscoPhone } from "../peers/cisco-phone.js";
import { Edk2 } from "../peers/edk2.js";
import { GetClient } from "../peers/get-client.js";
import { Grub } from "../peers/grub.js";
import { IPxe } from "../peers/ipxe.js";
import type { SimulatedPeer, SimulatedWorld } from "../peers/peer.js";
import { PutClient } from "../peers/put-client.js";
import { RaspberryPiRom, raspberryPiProbes } from "../peers/raspberry-pi.js";
import { Troublemaker } from "../peers/troublemaker.js";
import { UBoot } from "../peers/u-boot.js";
import type { Simulation } from "../simulation.js";
import { plannedContent } from "./content.js";
import type { PeerPlan } from "./scenario.js";

/** A client with its plan. */
export interface Cast {
  readonly plan: PeerPlan;
  readonly peer: SimulatedPeer;
  /** The file that it uploads. */
  readonly content: Uint8Array | undefined;
}

const MAC = "001122334455";

/** Adds the clients of a plan to a simulation. */
export function castOf(simulation: Simulation, plan: PeerPlan): Cast[] {
  const { options, kind } = plan;
  const content = plan.content === undefined ? undefined : plannedContent(plan.content);
  if (kind === "raspberry pi probes") {
    const names = ["start4.elf", "start.elf", "config.txt", "recover4.elf", "a", "boot/b", "vl805.sig"];
    const probes = raspberryPiProbes(simulation.world(), options, names);
    simulation.peers.push(...probes);
    return probes.map((peer) => ({ plan, peer, content }));
  }
  return [{ plan, peer: simulation.add((world) => peerOf(world, plan, content)), content }];
}

function peerOf(world: SimulatedWorld, plan: PeerPlan, content: Uint8Array | undefined): SimulatedPeer {
  const { kind, options, dallyMs = 0, breaksOffAtBlock } = plan;
  switch (kind) {
    case "put":
      return new PutClient(world, {
        ...options,
        content: content ?? new Uint8Array(),
        ...(breaksOffAtBlock === undefined ? {} : { breaksOffAtBlock }),
      });
    case "u-boot":
      return new UBoot(world, options);
    case "ipxe":
      return new IPxe(world, options);
    case "ipxe size query":
      return new IPxe(world, { ...options, wantsSizeOnly: true });
    case "edk2":
      return new Edk2(world, options);
    case "grub":
      return new Grub(world, options);
    case "raspberry pi rom":
      return new RaspberryPiRom(world, options);
    case "cisco phone":
      return new CiscoPhone(world, { ...options, mac: MAC });
    case "troublemaker":
      return new Troublemaker(world, { ...options, names: [options.name] });
    default:
      return new GetClient(world, { ...options, dallyMs });
  }
}
