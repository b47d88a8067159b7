/** A client's address by DHCP, as both hosts show it to programs. */
import type { DhcpEngine, LeaseView } from "../../src/dhcp/index.js";
import { addressText } from "./address-text.js";

/** An address that a client has. */
export interface DhcpLease {
  readonly address: string;
  /** As `aa-bb-cc-dd-ee-ff`. */
  readonly hardwareAddress: string;
  /** The boot file that the client was told; empty without one. */
  readonly file: string;
  readonly remainingSeconds: number;
}

/** A copy, since the engine shows all leases by one view. */
export function leaseOf(lease: LeaseView): DhcpLease {
  const { hardwareAddress, file, remainingSeconds } = lease;
  return Object.freeze({ address: addressText(lease.address), hardwareAddress, file, remainingSeconds });
}

/** The addresses that clients have accepted. */
export function boundLeases(engine: DhcpEngine, now: number): DhcpLease[] {
  const leases: DhcpLease[] = [];
  engine.visitLeases((lease) => {
    if (lease.isBound) {
      leases.push(leaseOf(lease));
    }
  }, now);
  return leases;
}
