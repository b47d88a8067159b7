import { dhcpMessage } from "../../../support/dhcp-message.js";

const AT_OPTIONS = 240;

/** A message whose options are these bytes. */
export function withOptions(bytes: readonly number[]): DataView {
  const head = dhcpMessage({ options: [] });
  const packet = new Uint8Array(AT_OPTIONS + bytes.length);
  packet.set(new Uint8Array(head.buffer, 0, AT_OPTIONS));
  packet.set(bytes, AT_OPTIONS);
  return new DataView(packet.buffer);
}
