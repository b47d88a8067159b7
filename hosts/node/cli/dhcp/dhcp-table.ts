/** Reads the table `[dhcp]` of a configuration file. */
import type { DhcpServerOptions } from "../../dhcp/dhcp-options.js";
import { suggestion } from "../../rules/nearest-name.js";
import { UsageError } from "../usage-error.js";

/** The table, without what other settings say. A flag may give the range. */
export type DhcpTable = Partial<Omit<DhcpServerOptions, "host" | "signal">>;

type Kind = "text" | "texts" | "numbers" | "duration" | "rules" | "fixed";

interface Field {
  readonly option: string;
  readonly kind: Kind;
}

const FIELDS: Readonly<Record<string, Field>> = {
  range: { option: "range", kind: "text" },
  "lease-time": { option: "leaseSeconds", kind: "duration" },
  leases: { option: "leaseFile", kind: "text" },
  "tftp-server": { option: "tftpServer", kind: "text" },
  routers: { option: "routers", kind: "texts" },
  "name-servers": { option: "nameServers", kind: "texts" },
  "time-servers": { option: "timeServers", kind: "texts" },
  "domain-name": { option: "domainName", kind: "text" },
  boot: { option: "boot", kind: "rules" },
  fixed: { option: "fixed", kind: "fixed" },
};

const RULE_FIELDS: Readonly<Record<string, Field>> = {
  architectures: { option: "architectures", kind: "numbers" },
  "vendor-class": { option: "vendorClass", kind: "text" },
  "user-class": { option: "userClass", kind: "text" },
  "hardware-address": { option: "hardwareAddress", kind: "text" },
  file: { option: "file", kind: "text" },
};

const FIXED_FIELDS: Readonly<Record<string, Field>> = {
  "hardware-address": { option: "hardwareAddress", kind: "text" },
  address: { option: "address", kind: "text" },
  "host-name": { option: "hostName", kind: "text" },
};

const UNIT_SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** @throws UsageError for an unknown name or a value of the wrong kind. What the texts mean, the server checks. */
export function dhcpTable(value: unknown, file: string): DhcpTable {
  return tableOf(value, FIELDS, "dhcp", file) as DhcpTable;
}

function tableOf(
  value: unknown,
  fields: Readonly<Record<string, Field>>,
  place: string,
  file: string,
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${place} in ${file} is ${JSON.stringify(value)}; write it as a table, [${place}]`);
  }
  const table: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const meant = suggestion(name, Object.keys(fields), {});
      throw new UsageError(`unknown setting "${name}" of ${place} in ${file}${meant}`);
    }
    table[field.option] = readValue(given, field.kind, `${place}.${name}`, file);
  }
  return table;
}

function readValue(value: unknown, kind: Kind, place: string, file: string): unknown {
  switch (kind) {
    case "text":
      return required(typeof value === "string", value, place, file, "it must be a string");
    case "texts":
      return required(isListOf(value, "string"), value, place, file, 'it must be a list such as ["192.168.88.1"]');
    case "numbers":
      return required(isListOf(value, "number"), value, place, file, "it must be a list such as [7, 9]");
    case "duration":
      return seconds(value, place, file);
    case "rules":
      return tables(value, RULE_FIELDS, ["file"], place, file);
    case "fixed":
      return tables(value, FIXED_FIELDS, ["hardware-address", "address"], place, file);
  }
}

/** @param needed fields without which an entry means nothing. */
function tables(
  value: unknown,
  fields: Readonly<Record<string, Field>>,
  needed: readonly string[],
  place: string,
  file: string,
): Record<string, unknown>[] {
  required(Array.isArray(value), value, place, file, `begin each entry with [[${place}]]`);
  return (value as unknown[]).map((entry, index) => {
    const entryPlace = `${place} ${index + 1}`;
    const table = tableOf(entry, fields, entryPlace, file);
    for (const name of needed) {
      if (!((fields[name] as Field).option in table)) {
        throw new UsageError(`${entryPlace} in ${file} needs ${name}`);
      }
    }
    return table;
  });
}

function seconds(value: unknown, place: string, file: string): number {
  const [, digits, unit = ""] = /^(\d{1,8})([smhd]?)$/.exec(String(value)) ?? [];
  required(digits !== undefined, value, place, file, "write a time such as 30m, 12h or 7d");
  return Number(digits) * (UNIT_SECONDS[unit] as number);
}

function isListOf(value: unknown, type: string): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === type);
}

function required(isValid: boolean, value: unknown, place: string, file: string, advice: string): unknown {
  if (!isValid) {
    throw new UsageError(`${place} in ${file} is ${JSON.stringify(value)}; ${advice}`);
  }
  return value;
}
