/** Reads `upstream` of a configuration file: a URL, or the table `[upstream]`. */
import path from "node:path";
import { withoutUndefined } from "../client/without-undefined.js";
import { suggestion } from "../rules/nearest-name.js";
import type { UpstreamOptions } from "../upstream/upstream-options.js";
import type { FlagKinds, FlagValues } from "./flags.js";
import { UsageError } from "./usage-error.js";
import { ValueReader } from "./value-reader.js";

const KINDS = {
  url: "text",
  cache: "text",
  "cache-size": "text",
  "max-size": "text",
  timeout: "text",
  "max-fetches": "text",
  "redirects-to": "texts",
  "tell-client": "switch",
  write: "switch",
  overwrite: "switch",
  "aws-region": "text",
  "aws-service": "text",
} as const satisfies FlagKinds;

const HEADERS = "headers";
const EXPECTED = {
  text: "it must be a string or a number",
  texts: 'it must be a list such as ["https://cdn.example"]',
  switch: "it must be true or false",
} as const;

/** @throws UsageError for an unknown name or a value of the wrong kind. */
export function upstreamOf(value: unknown, file: string): UpstreamOptions {
  if (typeof value === "string") {
    return { url: value };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`upstream in ${file} is ${JSON.stringify(value)}; write a URL, or a table, [upstream]`);
  }
  const { headers, ...others } = value as Record<string, unknown>;
  const reader = new ValueReader<typeof KINDS>(valuesOf(others, file), (name) => `upstream.${name} in ${file}`);
  const { values } = reader;
  return withoutUndefined({
    url: values.url,
    cache: values.cache && path.resolve(path.dirname(file), values.cache),
    maxCacheBytes: reader.sizeBytes("cache-size"),
    maxFileBytes: reader.sizeBytes("max-size"),
    timeoutMs: reader.durationMs("timeout", 100),
    maxFetches: reader.number("max-fetches", 1, 256),
    redirectsTo: values["redirects-to"],
    tellClient: values["tell-client"],
    awsRegion: values["aws-region"],
    awsService: values["aws-service"],
    write: values.overwrite ? "overwrite" : values.write ? "new" : undefined,
    headers: headers === undefined ? undefined : headersOf(headers, file),
  });
}

function valuesOf(table: Readonly<Record<string, unknown>>, file: string): FlagValues<typeof KINDS> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(table)) {
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof typeof KINDS] : undefined;
    if (kind === undefined) {
      const meant = suggestion(name, [...Object.keys(KINDS), HEADERS]);
      throw new UsageError(`unknown setting "${name}" of upstream in ${file}${meant}`);
    }
    if (!isOfKind(value, kind)) {
      throw new UsageError(`upstream.${name} in ${file} is ${JSON.stringify(value)}; ${EXPECTED[kind]}`);
    }
    values[name] = kind === "text" ? String(value) : value;
  }
  return values as FlagValues<typeof KINDS>;
}

function isOfKind(value: unknown, kind: keyof typeof EXPECTED): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string" || typeof value === "number";
    case "texts":
      return Array.isArray(value) && value.every((one) => typeof one === "string");
    case "switch":
      return typeof value === "boolean";
  }
}

/** Values are not quoted in errors: they may be credentials. */
function headersOf(headers: unknown, file: string): Readonly<Record<string, string>> {
  const isTable = typeof headers === "object" && headers !== null && !Array.isArray(headers);
  if (!isTable || !Object.values(headers).every((value) => typeof value === "string")) {
    throw new UsageError(
      `upstream.headers in ${file} must be a table of texts, such as { Authorization = "Bearer \${TOKEN}" }`,
    );
  }
  return headers as Readonly<Record<string, string>>;
}
