/**
 * What the firmware can be told: the `config` of a manifest, or words of mcconfig such as `port=6969`.
 */

import { PORT_MAX, TFTP_PORT } from "../../../src/index.js";
import { ipv4, isNetmask } from "../ipv4.js";
import type { UploadPolicy } from "../storage/file-storage.js";

/** A fixed IPv4 address of the board. */
export interface StaticAddress {
  readonly address: string;
  readonly netmask: string;
}

export interface AccessPointSettings {
  readonly ssid: string;
  /** Empty for an open network. */
  readonly password: string;
  /** 1 to 13. */
  readonly channel: number;
}

export interface StationSettings {
  readonly ssid: string;
  readonly password: string;
}

export interface Settings {
  readonly port: number;
  readonly accessPoint: AccessPointSettings;
  /** A network to join; undefined makes the board an access point. */
  readonly station: StationSettings | undefined;
  /** Undefined lets the network give an address, or the access point have its own. */
  readonly staticAddress: StaticAddress | undefined;
  readonly uploads: UploadPolicy;
  readonly uploadBytesMax: number;
  readonly transfersMax: number;
  readonly windowSizeMax: number;
  readonly singlePort: boolean;
  /** The port of the status page; 0 for none. */
  readonly statusPage: number;
  readonly log: boolean;
}

/** 802.11 and WPA. */
const SSID_BYTES_MAX = 32;
const PASSWORD_LENGTH_MIN = 8;
const PASSWORD_LENGTH_MAX = 63;

/** A board has some ten sockets to give, and each transfer takes one. */
const TRANSFERS_MAX = 12;

type Config = Readonly<Record<string, unknown>>;

/**
 * @throws RangeError that says which setting is wrong, and what to write instead.
 */
export function readSettings(config: Config): Settings {
  const station = { ssid: text(config, "ssid", ""), password: text(config, "password", "") };
  checkNetwork("ssid", station.ssid, "password", station.password);
  const accessPoint = {
    ssid: text(config, "accessPoint", "lockstep-tftp"),
    password: text(config, "accessPointPassword", ""),
    channel: number(config, "channel", 1, 1, 13),
  };
  checkNetwork("accessPoint", accessPoint.ssid, "accessPointPassword", accessPoint.password);
  return {
    port: number(config, "port", TFTP_PORT, 1, PORT_MAX),
    accessPoint,
    station: station.ssid === "" ? undefined : station,
    staticAddress: staticAddress(config),
    uploads: choice(config, "uploads", "never", ["never", "new", "replace"]),
    uploadBytesMax: number(config, "uploadBytesMax", 0x7fffffff, 0, 0x7fffffff),
    transfersMax: number(config, "transfers", 8, 1, TRANSFERS_MAX),
    windowSizeMax: number(config, "window", 8, 1, 16),
    singlePort: flag(config, "singlePort", false),
    statusPage: number(config, "statusPage", 0, 0, PORT_MAX),
    log: flag(config, "log", true),
  };
}

/** mcconfig's words are texts; a manifest may also have numbers and true or false. */
function text(config: Config, name: string, otherwise: string): string {
  return String(config[name] ?? otherwise);
}

function number(config: Config, name: string, otherwise: number, least: number, most: number): number {
  const value = text(config, name, String(otherwise));
  const parsed = value === "" ? Number.NaN : Number(value);
  if (!Number.isInteger(parsed) || parsed < least || parsed > most) {
    throw new RangeError(`${name} is "${value}"; it must be a whole number from ${least} to ${most}`);
  }
  return parsed;
}

function choice<Word extends string>(config: Config, name: string, otherwise: Word, words: readonly Word[]): Word {
  const value = text(config, name, otherwise);
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) {
    throw new RangeError(`${name} is "${value}"; it must be one of: ${words.join(", ")}`);
  }
  return word;
}

function flag(config: Config, name: string, otherwise: boolean): boolean {
  return choice(config, name, otherwise ? "true" : "false", ["true", "false"]) === "true";
}

function checkNetwork(ssidName: string, ssid: string, passwordName: string, password: string): void {
  const ssidBytes = ArrayBuffer.fromString(ssid).byteLength;
  if (ssidBytes > SSID_BYTES_MAX) {
    throw new RangeError(`${ssidName} has ${ssidBytes} bytes; the name of a network has ${SSID_BYTES_MAX} at the most`);
  }
  const { length } = password;
  if (length !== 0 && (length < PASSWORD_LENGTH_MIN || length > PASSWORD_LENGTH_MAX)) {
    throw new RangeError(
      `${passwordName} has ${length} characters; it must have ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX}, or be absent for an open network`,
    );
  }
}

function staticAddress(config: Config): StaticAddress | undefined {
  const address = text(config, "address", "");
  if (address === "") {
    return undefined;
  }
  const netmask = text(config, "netmask", "255.255.255.0");
  if (ipv4(address) < 0) {
    throw new RangeError(`address is "${address}"; write for example 192.168.0.66`);
  }
  if (!isNetmask(netmask)) {
    throw new RangeError(`netmask is "${netmask}"; write for example 255.255.255.0`);
  }
  return { address, netmask };
}
