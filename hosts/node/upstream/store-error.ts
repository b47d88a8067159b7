/** The error in the body of an object store's answer. */

const MAX_ERROR_BYTES = 4096;
const CODE = /<Code>([A-Za-z0-9.]{1,64})<\/Code>/;

const ADVICE: Readonly<Record<string, string>> = {
  RequestTimeTooSkewed: "set this machine's clock",
  SignatureDoesNotMatch: "check AWS_SECRET_ACCESS_KEY, aws-region and aws-service",
  InvalidAccessKeyId: "check AWS_ACCESS_KEY_ID",
  InvalidToken: "check AWS_SESSION_TOKEN",
  ExpiredToken: "AWS_SESSION_TOKEN has expired",
  AuthorizationHeaderMalformed: "check aws-region",
  NoSuchBucket: "check the bucket in the URL",
};

/** The code of the failure and what to do, to be added to a sentence; nothing if the body has none. It ends the body. */
export async function storeErrorIn(response: Response): Promise<string> {
  const isXml = response.headers.get("content-type")?.includes("xml") === true;
  const text = isXml ? await beginningOf(response).catch(() => "") : "";
  await response.body?.cancel().catch(() => {});
  const code = CODE.exec(text)?.[1];
  const advice = code === undefined ? undefined : ADVICE[code];
  return code === undefined ? "" : advice === undefined ? ` (${code})` : ` (${code}: ${advice})`;
}

async function beginningOf(response: Response): Promise<string> {
  const body = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (let part = await body?.read(); part !== undefined && !part.done; part = await body?.read()) {
      parts.push(part.value);
      bytes += part.value.length;
      if (bytes >= MAX_ERROR_BYTES) {
        break;
      }
    }
  } finally {
    body?.releaseLock();
  }
  return Buffer.concat(parts).subarray(0, MAX_ERROR_BYTES).toString("latin1");
}
