/** Settings of the firmware: `config` of a manifest, or words of mcconfig such as `port=6969`. */
import { MAX_PORT, TFTP_PORT } from "../../../src/index.js";
import type { WritePolicy } from "../../common/write-policy.js";
import { addressBits } from "../server.js";
import { checkNames } from "./setting-names.js";

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
  /** Undefined takes the address from the network, or the default address of the access point. */
  readonly staticAddress: StaticAddress | undefined;
  readonly write: WritePolicy;
  readonly maxSizeBytes: number;
  readonly maxTransfers: number;
  /** Undefined for what the chip has buffers for. */
  readonly maxWindowSize: number | undefined;
  readonly answerBroadcast: boolean;
  readonly singlePort: boolean;
  /** The port of the status page; 0 turns it off. */
  readonly statusPage: number;
  readonly log: boolean;
}

/** 802.11 and WPA. */
const MAX_SSID_BYTES = 32;
const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 63;

/** A board has some ten sockets, and each transfer takes one. */
const MAX_TRANSFERS = 12;

/** Half of what may wait in a socket of the project's own UDP. */
const MAX_WINDOW_SIZE = 16;

export type Config = Readonly<Record<string, unknown>>;

/**
 * @throws RangeError that names the wrong setting and says what to write instead.
 */
export function readSettings(config: Config): Settings {
  checkNames(config);
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
    write: choice(config, "write", "never", ["never", "new", "overwrite"]),
    maxSizeBytes: number(config, "maxSizeBytes", 0x7fffffff, 0, 0x7fffffff),
    maxTransfers: number(config, "maxTransfers", 8, 1, MAX_TRANSFERS),
    maxWindowSize: windowSize(config),
    answerBroadcast: flag(config, "answerBroadcast", false),
    singlePort: flag(config, "singlePort", false),
    statusPage: number(config, "statusPage", 0, 0, MAX_PORT),
    log: flag(config, "log", true),
  };
}

/** Words of mcconfig are texts; a manifest may also have numbers, true or false. */
export function text(config: Config, name: string, otherwise: string): string {
  return String(config[name] ?? otherwise);
}

export function number(config: Config, name: string, otherwise: number, least: number, most: number): number {
  const value = text(config, name, String(otherwise));
  const parsed = value === "" ? Number.NaN : Number(value);
  if (!Number.isInteger(parsed) || parsed < least || parsed > most) {
    throw new RangeError(`${name} is "${value}"; it must be a whole number from ${least} to ${most}`);
  }
  return parsed;
}

function windowSize(config: Config): number | undefined {
  const { maxWindowSize } = config;
  return maxWindowSize === undefined ? undefined : number(config, "maxWindowSize", 1, 1, MAX_WINDOW_SIZE);
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
    throw new RangeError(`${ssidName} has ${ssidBytes} bytes; the name of a network has at most ${MAX_SSID_BYTES}`);
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

/** Whether `text` is a netmask: ones before zeros. */
function isNetmask(text: string): boolean {
  const bits = addressBits(text);
  const zeros = ~bits >>> 0;
  return bits > 0 && (zeros & (zeros + 1)) === 0;
}
