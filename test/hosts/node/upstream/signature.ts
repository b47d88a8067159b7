/**
 * AWS Signature Version 4 of a request, from Amazon's description: "Authenticating Requests: Using the Authorization Header". It shares
 * nothing with the signing of the server.
 */
import { createHash, createHmac } from "node:crypto";

export interface SignedRequest {
  readonly method: string;
  /** The path as it was sent, with the query. */
  readonly target: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface SigningKey {
  readonly secretAccessKey: string;
  /** The day as `20130524`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @param signedHeaders names in lower case, sorted. */
export function signatureOf(request: SignedRequest, signedHeaders: readonly string[], key: SigningKey): string {
  const { secretAccessKey, day, region, service } = key;
  const scope = [day, region, service, "aws4_request"].join("/");
  const time = request.headers["x-amz-date"] as string;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonicalRequest(request, signedHeaders))].join("\n");
  const keys = [day, region, service, "aws4_request"];
  const signingKey = keys.reduce<Buffer | string>((each, part) => hmac(each, part), `AWS4${secretAccessKey}`);
  return hmac(signingKey, text).toString("hex");
}

function canonicalRequest({ method, target, headers }: SignedRequest, signedHeaders: readonly string[]): string {
  const [path = "", query = ""] = target.split("?");
  const lines = signedHeaders.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, " ")}\n`);
  return [
    method,
    path.split("/").map(encodedAgain).join("/"),
    canonicalQuery(query),
    lines.join(""),
    signedHeaders.join(";"),
    headers["x-amz-content-sha256"],
  ].join("\n");
}

function canonicalQuery(query: string): string {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return pairs
    .map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return `${encodedAgain(name)}=${encodedAgain(value)}`;
    })
    .sort()
    .join("&");
}

/** All but letters, digits and `-._~` is encoded, whatever the sender has encoded. */
function encodedAgain(text: string): string {
  const bytes = Buffer.from(
    text.replace(/%([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`))),
    "latin1",
  );
  return [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
