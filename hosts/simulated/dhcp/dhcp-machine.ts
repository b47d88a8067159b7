/** A machine that runs the DHCP engine: a whole host over `hosts/common`, in virtual time, with every message checked. */
import { DhcpEngine, type DhcpOptions, type DhcpTransport } from "../../../src/dhcp/index.js";
import { DhcpLoopEngine } from "../../common/dhcp-loop.js";
import { Loop } from "../../common/loop.js";
import { MachineClock } from "../network/machine-clock.js";
import { US_PER_MS, type VirtualClock } from "../network/virtual-clock.js";
import { addressText } from "../wire/dhcp-messages.js";
import { type CheckedDhcpServer, DhcpChecker } from "./dhcp-checker.js";
import type { Segment, Station } from "./segment.js";

/** ARP is answered after this time. */
const ARP_MS = 3;
const RECEIVE_BYTES = 1500;
/** Fills the rest of the receive buffer, so that reading past a datagram's end gives nonsense. */
const REST = 0xa5;

export class DhcpMachine implements Station {
  readonly name = "server";
  readonly ports = [67, 68];
  readonly address: string;
  readonly checker: DhcpChecker;
  private readonly engine: DhcpEngine;
  private readonly machine: MachineClock;
  private readonly loop: Loop<DhcpLoopEngine>;
  private readonly buffer = new Uint8Array(RECEIVE_BYTES);

  /** @param losesProbe whether the network loses the answer to a probe. */
  constructor(
    private readonly clock: VirtualClock,
    private readonly segment: Segment,
    options: DhcpOptions,
    checked: CheckedDhcpServer,
    probes: boolean,
    private readonly losesProbe: () => boolean,
  ) {
    this.machine = new MachineClock(clock);
    this.checker = new DhcpChecker(
      checked,
      () => this.isServing,
      () => this.machine.nowMs,
    );
    this.address = checked.address;
    this.engine = new DhcpEngine(this.transport(probes), options, this.checker.observer());
    const timer = this.machine.timer(() => this.loop.wake());
    const sockets = { readWaiting() {}, stopListening() {} };
    this.loop = new Loop(new DhcpLoopEngine(this.engine), timer, sockets, {
      failed(error): never {
        throw error;
      },
    });
    segment.add(this);
  }

  get isServing(): boolean {
    return this.engine.isServing;
  }

  start(): void {
    this.loop.run((now) => this.engine.start(now));
  }

  stop(): void {
    this.loop.run(() => this.engine.stop());
  }

  /** The machine's clock jumps, forwards or (negative) backwards. Its timers run on as they were set. */
  jumpClock(byMs: number): void {
    this.checker.clockJumps();
    this.machine.jump(byMs);
  }

  receive(bytes: Uint8Array): void {
    this.checker.receives(bytes);
    this.buffer.fill(REST, bytes.length);
    this.buffer.set(bytes);
    this.loop.receive(new DataView(this.buffer.buffer), bytes.length, 0, "", 0);
    this.checker.rests();
  }

  private transport(probes: boolean): DhcpTransport {
    const transport: DhcpTransport = {
      send: (packet, length, address, port) => {
        const bytes = packet.slice(0, length);
        this.checker.sends(bytes, addressText(address), port);
        this.segment.send(this, bytes, addressText(address), port);
      },
    };
    if (probes) {
      transport.probe = (address) => this.probe(address);
    }
    return transport;
  }

  private probe(address: number): void {
    if (this.segment.isUsed(this, addressText(address)) && !this.losesProbe()) {
      this.clock.after(ARP_MS * US_PER_MS, () => this.loop.run((now) => this.engine.addressInUse(address, now)));
    }
  }
}
