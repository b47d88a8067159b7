/** Lets the loop of a host drive the engine of DHCP, which does not ask from whom and where a datagram came. */

import type { DhcpEngine } from "../../src/dhcp/index.js";
import type { Address } from "../../src/index.js";
import type { LoopEngine } from "./loop.js";

export class DhcpLoopEngine implements LoopEngine {
  constructor(private readonly engine: DhcpEngine) {}

  get nextAt(): number {
    return this.engine.nextAt;
  }

  receive(packet: DataView, length: number, _slot: number, _address: Address, _port: number, now: number): void {
    this.engine.receive(packet, length, now);
  }

  poll(now: number): void {
    this.engine.poll(now);
  }

  stop(): void {
    this.engine.stop();
  }
}
