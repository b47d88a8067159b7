/** A server's transfers: each that has options opens with an OACK. */
import { Lockstep } from "./lockstep.js";
import { writeOptionAcknowledgement } from "./options.js";
import type { Transfer } from "./transfer.js";

export class ServerLockstep extends Lockstep {
  protected override sendOpening(transfer: Transfer): void {
    const transmitter = this.transmitter;
    const length = writeOptionAcknowledgement(transmitter.view, transfer);
    transmitter.transport.send(transmitter.packet, length, transfer.localPort, transfer.address, transfer.port);
  }
}
