/** The options of an upstream, checked and complete. */
import { homedir } from "node:os";
import path from "node:path";
import { checkedWritePolicy, type WritePolicy } from "../../common/write-policy.js";
import { RequestSigner, type SigningCredentials } from "./request-signing.js";
import type { UpstreamOptions } from "./upstream-options.js";

const MIB = 2 ** 20;
const DEFAULT_CACHE_BYTES = 4096 * MIB;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_FETCHES = 16;
const DEFAULT_SERVICE = "s3";
/** Region or service in a signature. */
const SCOPE = /^[a-z0-9-]{1,64}$/;
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

export class UpstreamSettings {
  readonly cache: string;
  readonly maxCacheBytes: number;
  readonly maxFileBytes: number;
  readonly timeoutMs: number;
  readonly maxFetches: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly redirectsTo: ReadonlySet<string>;
  readonly tellClient: boolean;
  readonly write: WritePolicy;
  /** Signs requests; undefined if they are not signed, and until it is loaded. */
  signer: RequestSigner | undefined;
  private readonly credentials: SigningCredentials | undefined;

  /** @throws RangeError or TypeError that names the option and what it may be. */
  constructor(options: UpstreamOptions) {
    this.cache = options.cache ?? defaultCache();
    this.maxCacheBytes = checked("maxCacheBytes", options.maxCacheBytes ?? DEFAULT_CACHE_BYTES, MIB);
    this.maxFileBytes = checked("maxFileBytes", options.maxFileBytes ?? this.maxCacheBytes, 1, this.maxCacheBytes);
    this.timeoutMs = checked("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 100, 3_600_000);
    this.maxFetches = checked("maxFetches", options.maxFetches ?? DEFAULT_FETCHES, 1, 256);
    this.headers = headersOf(options.headers ?? {});
    this.redirectsTo = new Set((options.redirectsTo ?? []).map(originOf));
    this.tellClient = options.tellClient ?? false;
    this.write = checkedWritePolicy(options.write);
    this.credentials = credentialsOf(options);
  }

  /** @throws Error if a package that signs is not installed. */
  async loadSigner(): Promise<void> {
    this.signer = this.credentials && (await RequestSigner.load(this.credentials));
  }
}

function defaultCache(): string {
  const { CACHE_DIRECTORY, XDG_CACHE_HOME } = process.env;
  const caches = CACHE_DIRECTORY ?? XDG_CACHE_HOME;
  return caches === undefined || !path.isAbsolute(caches)
    ? path.join(homedir(), ".cache", "lockstep-tftp")
    : path.join(caches, "lockstep-tftp");
}

function checked(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} of upstream is ${value}; it must be a whole number from ${least} to ${most}`);
  }
  return value;
}

/** Values of the environment are not quoted in errors: they are credentials. */
function credentialsOf({ awsRegion: region, awsService: service }: UpstreamOptions): SigningCredentials | undefined {
  if (region === undefined) {
    if (service !== undefined) {
      throw new RangeError("awsService of upstream signs nothing without awsRegion");
    }
    return undefined;
  }
  for (const [name, text] of Object.entries({ awsRegion: region, awsService: service ?? DEFAULT_SERVICE })) {
    if (!SCOPE.test(text)) {
      throw new RangeError(`${name} of upstream is "${text}"; it must be a name such as eu-central-1 or s3`);
    }
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env;
  if (!accessKeyId || !secretAccessKey) {
    throw new RangeError(
      "awsRegion of upstream needs the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment",
    );
  }
  const keys = { region, service: service ?? DEFAULT_SERVICE, accessKeyId, secretAccessKey };
  return AWS_SESSION_TOKEN ? { ...keys, sessionToken: AWS_SESSION_TOKEN } : keys;
}

/** Values are not quoted in errors: they may be credentials. */
function headersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers)) {
    if (typeof text !== "string") {
      throw new TypeError(`the header ${name} of upstream is no text`);
    }
    filled[name] = text.replace(VARIABLE, (_, variable: string) => {
      const value = process.env[variable];
      if (value === undefined) {
        throw new RangeError(`the header ${name} of upstream needs the variable ${variable} in the environment`);
      }
      return value;
    });
  }
  try {
    new Headers(filled);
  } catch {
    throw new RangeError("headers of upstream have a name or a value that HTTP does not allow");
  }
  return filled;
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.username !== "") {
    throw new RangeError(`redirectsTo of upstream has "${text}"; write origins such as "https://cdn.example"`);
  }
  return url.origin;
}
