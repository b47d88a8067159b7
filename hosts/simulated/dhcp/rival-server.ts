/** Another DHCP server on the cable, which gives addresses of its own to whoever asks. */
import { addressBytes, addressNumber, addressText, dhcpMessage, readDhcpMessage } from "../wire/dhcp-messages.js";
import type { Segment, Station } from "./segment.js";

const BROADCAST = "255.255.255.255";
const FIRST = "192.168.88.200";
const ADDRESSES = 50;
const LEASE_SECONDS = [0, 0, 14, 16];
const DISCOVER = 1;
const OFFER = 2;
const REQUEST = 3;
const ACK = 5;

export class RivalServer implements Station {
  readonly name = "rival";
  readonly ports = [67];
  readonly address = "192.168.88.9";
  private readonly clients: string[] = [];

  constructor(private readonly segment: Segment) {
    segment.add(this);
  }

  receive(bytes: Uint8Array, port: number): void {
    const message = readDhcpMessage(bytes);
    const isForThis = (message?.numbers(54) ?? this.address) === this.address;
    if (port !== 67 || message?.operation !== 1 || !isForThis || ![DISCOVER, REQUEST].includes(message.type)) {
      return;
    }
    const answer = dhcpMessage({
      operation: 2,
      hardware: message.hardware,
      transactionId: message.transactionId,
      flags: message.flags,
      yourAddress: this.addressOf(message.hardware.join()),
      options: [
        [53, [message.type === DISCOVER ? OFFER : ACK]],
        [54, addressBytes(this.address)],
        [51, LEASE_SECONDS],
      ],
      minimumBytes: 300,
    });
    this.segment.send(this, new Uint8Array(answer.buffer), BROADCAST, 68);
  }

  private addressOf(client: string): string {
    if (!this.clients.includes(client)) {
      this.clients.push(client);
    }
    return addressText(addressNumber(FIRST) + (this.clients.indexOf(client) % ADDRESSES));
  }
}
