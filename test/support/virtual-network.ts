/**
 * A network without delay or loss between an engine and its peers. It looks at every message that the engine sends.
 */
import { type Address, FIRST_LISTENER, type LocalPort, MAX_PACKET_BYTES, type Transport } from "lockstep-tftp/engine";
import { equal, ok } from "./assertions.js";
import { numberOf, opcodeOf, textsOf } from "./packets.js";

/** Where requests arrive on a host that listens on one address. */
export const LISTENER: LocalPort = FIRST_LISTENER;

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

const MIN_MESSAGE_BYTES = 4;
const OPCODE_READ_REQUEST = 1;
const OPCODE_DATA = 3;
const OPCODE_ERROR = 5;
const OPCODE_OPTION_ACKNOWLEDGEMENT = 6;
const MAX_ERROR_CODE = 6;
const ERROR_OPTION_NEGOTIATION = 8;

export class VirtualNetwork implements Transport {
  readonly recipients: Recipient[] = [];
  /** The open transfer ports, and the listener that each was opened for. */
  readonly openPorts = new Map<LocalPort, LocalPort>();
  /** Whether a transfer finds a free port. */
  portsAreFree = true;
  sentCount = 0;
  openedCount = 0;

  /**
   * @param clock says what time it is.
   * @param check looks at each message.
   */
  constructor(
    private readonly clock: () => number,
    private readonly check: MessageCheck = checkServerMessage,
  ) {}

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    ok(
      length >= MIN_MESSAGE_BYTES && length <= MAX_PACKET_BYTES,
      `a message of ${length} bytes has from ${MIN_MESSAGE_BYTES} to ${MAX_PACKET_BYTES}`,
    );
    ok(
      localPort >= FIRST_LISTENER || this.openPorts.has(localPort),
      `port ${localPort}, from which something is sent, is open`,
    );
    const sent = packet.slice(0, length);
    this.check(sent);
    this.sentCount++;
    const recipient = this.recipients.find((candidate) => candidate.port === port && candidate.address === address);
    ok(recipient !== undefined, `${address}:${port}, to whom something is sent, is known`);
    recipient.take({ localPort, at: this.clock(), packet: sent });
  }

  open(localPort: LocalPort, listener: LocalPort): boolean {
    ok(!this.openPorts.has(localPort), `port ${localPort} is not open when it is to be opened`);
    if (this.portsAreFree) {
      this.openPorts.set(localPort, listener);
      this.openedCount++;
    }
    return this.portsAreFree;
  }

  close(localPort: LocalPort): void {
    ok(this.openPorts.delete(localPort), `port ${localPort} is open when it is to be closed`);
  }
}

/** Throws where a message is not one that the engine may send. */
export type MessageCheck = (packet: Uint8Array) => void;

/** A server sends DATA, ACK, ERROR and OACK; an ERROR has a code of RFC 1350 §5 and one text. */
export function checkServerMessage(packet: Uint8Array): void {
  checkOpcode(packet, OPCODE_DATA, OPCODE_OPTION_ACKNOWLEDGEMENT);
  if (opcodeOf(packet) === OPCODE_ERROR) {
    ok(numberOf(packet) <= MAX_ERROR_CODE, `error code ${numberOf(packet)} is one of RFC 1350`);
    equal(textsOf(packet, 4).length, 1, "texts in an ERROR");
  }
}

/** A client sends requests, DATA, ACK and ERROR; an ERROR may also have the code of RFC 2347. */
export function checkClientMessage(packet: Uint8Array): void {
  checkOpcode(packet, OPCODE_READ_REQUEST, OPCODE_ERROR);
  if (opcodeOf(packet) === OPCODE_ERROR) {
    ok(numberOf(packet) <= ERROR_OPTION_NEGOTIATION, `error code ${numberOf(packet)} is one of RFC 1350 or RFC 2347`);
    equal(textsOf(packet, 4).length, 1, "texts in an ERROR");
  }
}

function checkOpcode(packet: Uint8Array, least: number, most: number): void {
  const opcode = opcodeOf(packet);
  ok(opcode >= least && opcode <= most, `opcode ${opcode} is one that this end sends`);
}
