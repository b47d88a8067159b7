/**
 * What the server keeps, in one buffer: a board pays 16 bytes for each property of an object, and two for a number here.
 *
 *     | numbers | options that are set | boot rules | host names | leases |
 */
import { ADDRESS_BYTES, writeAddress } from "./address-text.js";
import { encodedRules } from "./boot-rules.js";
import { addressBytes, counted, textBytes } from "./bytes.js";
import { type FixedAddress, LEASE_BYTES } from "./leases.js";
import { NETWORK_END } from "./network.js";
import type { DhcpSettings } from "./settings.js";
import {
  OPTION_DOMAIN_NAME,
  OPTION_END,
  OPTION_NAME_SERVERS,
  OPTION_ROUTERS,
  OPTION_SUBNET_MASK,
  OPTION_TFTP_SERVER_ADDRESSES,
  OPTION_TFTP_SERVER_NAME,
  OPTION_TIME_SERVERS,
} from "./wire.js";

/** Where the options start that are set. */
export const OPTIONS_AT = NETWORK_END;

/** The buffer, and where its parts start whose places depend on the settings. */
export interface Memory {
  readonly view: DataView;
  readonly rulesAt: number;
  readonly leasesAt: number;
}

/** @throws RangeError for a boot rule that cannot work. */
export function makeMemory(settings: DhcpSettings): Memory {
  const options = encodedOptions(settings);
  const rules = encodedRules(settings.boot);
  const names = encodedNames(settings.fixed);
  const rulesAt = OPTIONS_AT + options.length;
  const namesAt = rulesAt + rules.length;
  const leasesAt = namesAt + names.length;
  const leaseCount = settings.fixed.length + settings.rangeCount;
  const view = new DataView(new ArrayBuffer(leasesAt + leaseCount * LEASE_BYTES));
  write(view, OPTIONS_AT, options);
  write(view, rulesAt, rules);
  write(view, namesAt, names);
  return { view, rulesAt, leasesAt };
}

function write(view: DataView, at: number, bytes: readonly number[]): void {
  for (let index = 0; index < bytes.length; index++) {
    view.setUint8(at + index, bytes[index] as number);
  }
}

/**
 * The options that are the same for all clients, as they are sent: code, length, value. The first ones matter most: a small
 * answer has them only.
 */
function encodedOptions(settings: DhcpSettings): number[] {
  return [
    ...option(OPTION_SUBNET_MASK, addressBytes(settings.netmask)),
    ...option(OPTION_TFTP_SERVER_NAME, addressTextBytes(settings.tftpServer)),
    ...option(OPTION_TFTP_SERVER_ADDRESSES, addressBytes(settings.tftpServer)),
    ...option(OPTION_ROUTERS, settings.routers.flatMap(addressBytes)),
    ...option(OPTION_NAME_SERVERS, settings.nameServers.flatMap(addressBytes)),
    ...option(OPTION_DOMAIN_NAME, textBytes(settings.domainName)),
    ...option(OPTION_TIME_SERVERS, settings.timeServers.flatMap(addressBytes)),
    OPTION_END,
  ];
}

/** The host name of each fixed address, which may be empty, after its length. */
function encodedNames(fixed: readonly FixedAddress[]): number[] {
  return fixed.flatMap(({ hostName }) => counted(textBytes(hostName ?? "")));
}

function option(code: number, value: readonly number[]): number[] {
  return value.length === 0 ? [] : [code, ...counted(value)];
}

function addressTextBytes(address: number): number[] {
  const text = new DataView(new ArrayBuffer(ADDRESS_BYTES));
  const length = writeAddress(text, 0, address);
  return Array.from({ length }, (_, index) => text.getUint8(index));
}
