/** Messages of DHCP and BOOTP in tests: those of the simulated network, by short names. */
import { type DhcpMessage, readDhcpMessage as readMessage } from "lockstep-tftp/simulated";

export {
  addressBytes as quad,
  addressNumber as bits,
  addressText as quadText,
  type DhcpMessageFields as MessageFields,
  type DhcpOptionList as OptionList,
  dhcpMessage,
} from "lockstep-tftp/simulated";

/** The hardware address of a message that names none. */
export const MAC = [0x52, 0x54, 0, 0x12, 0x34, 0x56];

/** The codes of a text in ASCII. */
export function characters(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

/** Reads a message as a client does. Throws where it is not well formed. */
export function readDhcpMessage(packet: Uint8Array): DhcpMessage {
  const message = readMessage(packet, true);
  if (message === undefined) {
    throw new Error("the options run over, have no end, or one is there twice");
  }
  return message;
}
