/** A datagram on its way. */
export interface SimulatedDatagram {
  /** The sender's address. */
  readonly fromAddress: string;
  /** The sender's port. */
  readonly fromPort: number;
  /** The receiver's address. */
  readonly toAddress: string;
  /** The receiver's port. */
  readonly toPort: number;
  /** The payload of UDP. */
  readonly bytes: Uint8Array;
}
