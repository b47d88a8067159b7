/**
 * A relay agent on the cable (RFC 1542 §4), set up to ask this server: it hands on what it hears, once as it is and once as if a
 * machine of another network had sent it. The server serves its own cable alone, so nothing may come of that.
 */
import { addressBytes, readDhcpMessage } from "../wire/dhcp-messages.js";
import type { Segment, Station } from "./segment.js";

const SERVER_PORT = 67;
const AT_HOPS = 3;
const AT_RELAY_ADDRESS = 24;
/** The first byte of the hardware address. */
const AT_HARDWARE_ADDRESS = 28;
/** Marks a machine of the other network, which no device on the cable has. */
const FAR = 0xf2;

export class RelayAgent implements Station {
  readonly name = "relay";
  readonly ports = [SERVER_PORT];
  readonly address = "192.168.88.2";

  /** @param server address to which it relays. */
  constructor(
    private readonly segment: Segment,
    private readonly server: string,
  ) {
    segment.add(this);
  }

  receive(bytes: Uint8Array): void {
    if (readDhcpMessage(bytes)?.operation === 1) {
      this.relay(bytes.slice());
      const far = bytes.slice();
      far[AT_HARDWARE_ADDRESS] = FAR;
      this.relay(far);
    }
  }

  private relay(copy: Uint8Array): void {
    copy[AT_HOPS] = ((copy[AT_HOPS] as number) + 1) & 0xff;
    copy.set(addressBytes(this.address), AT_RELAY_ADDRESS);
    this.segment.send(this, copy, this.server, SERVER_PORT);
  }
}
