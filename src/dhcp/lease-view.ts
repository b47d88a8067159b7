/** A lease as hosts see it. One object shows them all, one after the other. */
import { hardwareAddressText, textOf } from "./address-text.js";
import type { BootRules } from "./boot-rules.js";
import type { LeaseView } from "./host.js";
import { LEASE_BOUND, type Leases, NO_RULE } from "./leases.js";
import { FILE_BYTES } from "./wire.js";

const NO_FILE = "";

export class LeaseCursor implements LeaseView {
  /** Index of the lease that is shown, and the time for which it is. */
  lease = 0;
  nowSeconds = 0;

  constructor(
    private readonly leases: Leases,
    private readonly rules: BootRules,
  ) {}

  get address(): number {
    return this.leases.addressOf(this.lease);
  }

  get hardwareType(): number {
    return this.leases.hardwareTypeOf(this.lease);
  }

  get hardwareAddress(): string {
    const { leases, lease } = this;
    return hardwareAddressText(leases.view, leases.hardwareStartOf(lease), leases.hardwareLengthOf(lease));
  }

  get file(): string {
    const rule = this.leases.ruleOf(this.lease);
    if (rule === NO_RULE) {
      return NO_FILE;
    }
    const { leases, lease } = this;
    const text = new DataView(new ArrayBuffer(FILE_BYTES));
    const start = leases.hardwareStartOf(lease);
    const length = leases.hardwareLengthOf(lease);
    return textOf(text, this.rules.write(text, 0, rule, leases.addressOf(lease), leases.view, start, length));
  }

  get isBound(): boolean {
    return this.leases.stateOf(this.lease) === LEASE_BOUND && this.remainingSeconds > 0;
  }

  get mark(): number {
    return this.leases.markOf(this.lease);
  }

  set mark(mark: number) {
    this.leases.setMark(this.lease, mark);
  }

  get remainingSeconds(): number {
    return Math.max(0, this.leases.untilOf(this.lease) - this.nowSeconds);
  }
}
