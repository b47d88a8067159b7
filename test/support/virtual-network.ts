/**
 * A network without delay or loss between an engine and its peers. It looks at every message that the engine sends.
 */
import { type Address, type LocalPort, PACKET_BYTES_MAX, type Transport } from "lockstep-tftp/engine";
import { equal, ok } from "./assertions.js";
import { numberOf, opcodeOf, textsOf } from "./packets.js";

/** Where requests arrive on a host that listens on one address. */
export const LISTENER: LocalPort = -1;

/** A message of the engine's: the local port it left from, and when. */
export interface Message {
  readonly localPort: LocalPort;
  readonly at: number;
  readonly packet: Uint8Array;
}

/** Whoever gets messages. */
export interface Recipient {
  readonly address: Address;
  readonly port: number;
  take(message: Message): void;
}

const MESSAGE_BYTES_MIN = 4;
const OPCODE_DATA = 3;
const OPCODE_ERROR = 5;
const OPCODE_OPTION_ACKNOWLEDGEMENT = 6;
const ERROR_CODE_MAX = 6;

export class VirtualNetwork implements Transport {
  readonly recipients: Recipient[] = [];
  /** The open transfer ports, and the listener that each was opened for. */
  readonly openPorts = new Map<LocalPort, LocalPort>();
  /** Whether a transfer finds a free port. */
  portsAreFree = true;
  sentCount = 0;

  /** @param clock says what time it is. */
  constructor(private readonly clock: () => number) {}

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    ok(
      length >= MESSAGE_BYTES_MIN && length <= PACKET_BYTES_MAX,
      `a message of ${length} bytes has from ${MESSAGE_BYTES_MIN} to ${PACKET_BYTES_MAX}`,
    );
    ok(localPort < 0 || this.openPorts.has(localPort), `port ${localPort}, from which something is sent, is open`);
    const sent = packet.slice(0, length);
    checkMessage(sent);
    this.sentCount++;
    const recipient = this.recipients.find((candidate) => candidate.port === port && candidate.address === address);
    ok(recipient !== undefined, `${address}:${port}, to whom something is sent, is known`);
    recipient.take({ localPort, at: this.clock(), packet: sent });
  }

  open(localPort: LocalPort, listener: LocalPort): boolean {
    ok(!this.openPorts.has(localPort), `port ${localPort} is not open when it is to be opened`);
    if (this.portsAreFree) {
      this.openPorts.set(localPort, listener);
    }
    return this.portsAreFree;
  }

  close(localPort: LocalPort): void {
    ok(this.openPorts.delete(localPort), `port ${localPort} is open when it is to be closed`);
  }
}

/** A server sends DATA, ACK, ERROR and OACK; an ERROR has a code of RFC 1350 §5 and one text. */
function checkMessage(packet: Uint8Array): void {
  const opcode = opcodeOf(packet);
  ok(opcode >= OPCODE_DATA && opcode <= OPCODE_OPTION_ACKNOWLEDGEMENT, `opcode ${opcode} is one that a server sends`);
  if (opcode === OPCODE_ERROR) {
    ok(numberOf(packet) <= ERROR_CODE_MAX, `error code ${numberOf(packet)} is one of RFC 1350`);
    equal(textsOf(packet, 4).length, 1, "texts in an ERROR");
  }
}
