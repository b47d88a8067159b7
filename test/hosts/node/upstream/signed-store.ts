/** An object store for tests that checks signatures as S3 does. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { sha256, signatureOf } from "./signature.js";

const MAX_SKEW_MS = 15 * 60 * 1000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
const SIGNED_ALWAYS = ["host", "x-amz-content-sha256", "x-amz-date"];

export interface StoreKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly service: string;
}

export class SignedStore {
  /** By their decoded paths. */
  readonly files = new Map<string, Buffer>();
  /** Code of each answer. */
  readonly answers: string[] = [];
  /** The store's clock. */
  now = (): number => Date.now();

  constructor(private readonly keys: StoreKeys) {}

  readonly respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const code = this.problemOf(request, body) ?? this.exchange(request, response, body);
    this.answers.push(code);
    if (!response.headersSent) {
      const status = code === "NoSuchKey" ? 404 : code === "PreconditionFailed" ? 412 : 403;
      const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`;
      response.writeHead(status, { "content-type": "application/xml" }).end(request.method === "HEAD" ? "" : text);
    }
  };

  /** Code of what is wrong with the signature. */
  private problemOf({ method, url, headers }: IncomingMessage, body: Buffer): string | undefined {
    const [, id, day, region, service, signed, signature] = AUTHORIZATION.exec(headers.authorization ?? "") ?? [];
    const { accessKeyId, secretAccessKey, sessionToken } = this.keys;
    if (id === undefined || day === undefined || signed === undefined || signature === undefined) {
      return "AccessDenied";
    }
    if (id !== accessKeyId) {
      return "InvalidAccessKeyId";
    }
    if (region !== this.keys.region || service !== this.keys.service) {
      return "AuthorizationHeaderMalformed";
    }
    const time = String(headers["x-amz-date"]);
    const parsed = Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
    if (!time.startsWith(day) || !(Math.abs(parsed - this.now()) <= MAX_SKEW_MS)) {
      return "RequestTimeTooSkewed";
    }
    if (headers["x-amz-security-token"] !== sessionToken) {
      return "InvalidToken";
    }
    const names = signed.split(";");
    const isAllSigned = [...SIGNED_ALWAYS, ...(sessionToken === undefined ? [] : ["x-amz-security-token"])].every(
      (name) => names.includes(name),
    );
    const request = { method: method as string, target: url as string, headers };
    const expected = signatureOf(request, names, {
      secretAccessKey,
      day,
      region: region as string,
      service: service as string,
    });
    const isRight = timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
    return !isAllSigned || !isRight
      ? "SignatureDoesNotMatch"
      : headers["x-amz-content-sha256"] === sha256(body)
        ? undefined
        : "XAmzContentSHA256Mismatch";
  }

  private exchange({ method, url, headers }: IncomingMessage, response: ServerResponse, body: Buffer): string {
    const name = decodeURIComponent((url as string).slice(1));
    const found = this.files.get(name);
    if (method === "PUT") {
      if (found !== undefined && headers["if-none-match"] === "*") {
        return "PreconditionFailed";
      }
      this.files.set(name, body);
      response.writeHead(200).end();
      return "stored";
    }
    if (found === undefined) {
      return "NoSuchKey";
    }
    const etag = `"${sha256(found)}"`;
    const isKnown = headers["if-none-match"] === etag;
    response.writeHead(isKnown ? 304 : 200, { etag, ...(isKnown ? {} : { "content-length": found.length }) });
    response.end(isKnown || method === "HEAD" ? undefined : found);
    return isKnown ? "known" : "sent";
  }
}
