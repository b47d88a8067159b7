/**
 * What the firmware can be told: the `config` of a manifest, or words of mcconfig such as `port=6969`.
 */

import { MAX_PORT, TFTP_PORT } from "../../../src/index.js";
import { addressBits, isNetmask } from "../../common/ipv4.js";
import type { WritePolicy } from "../storage/file-storage.js";

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
  readonly uploads: WritePolicy;
  readonly maxSizeBytes: number;
  readonly maxTransfers: number;
  readonly maxWindowSize: number;
  readonly singlePort: boolean;
  /** The port of the status page; 0 for none. */
  readonly statusPage: number;
  readonly log: boolean;
}

/** 802.11 and WPA. */
const MAX_SSID_BYTES = 32;
const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 63;

/** A board has some ten sockets to give, and each transfer takes one. */
const MAX_TRANSFERS = 12;

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
    port: number(config, "port", TFTP_PORT, 1, MAX_PORT),
    accessPoint,
    station: station.ssid === "" ? undefined : station,
    staticAddress: staticAddress(config),
    uploads: choice(config, "uploads", "never", ["never", "new", "replace"]),
    maxSizeBytes: number(config, "maxSizeBytes", 0x7fffffff, 0, 0x7fffffff),
    maxTransfers: number(config, "transfers", 8, 1, MAX_TRANSFERS),
    maxWindowSize: number(config, "window", 8, 1, 16),
    singlePort: flag(config, "singlePort", false),
    statusPage: number(config, "statusPage", 0, 0, MAX_PORT),
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
  if (ssidBytes > MAX_SSID_BYTES) {
    throw new RangeError(`${ssidName} has ${ssidBytes} bytes; the name of a network has ${MAX_SSID_BYTES} at the most`);
  }
  const { length } = password;
  if (length !== 0 && (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH)) {
    throw new RangeError(
      `${passwordName} has ${length} characters; it must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH}, or be absent for an open network`,
    );
  }
}

function staticAddress(config: Config): StaticAddress | undefined {
  const address = text(config, "address", "");
  if (address === "") {
    return undefined;
  }
  const netmask = text(config, "netmask", "255.255.255.0");
  if (addressBits(address) < 0) {
    throw new RangeError(`address is "${address}"; write for example 192.168.0.66`);
  }
  if (!isNetmask(netmask)) {
    throw new RangeError(`netmask is "${netmask}"; write for example 255.255.255.0`);
  }
  return { address, netmask };
}
