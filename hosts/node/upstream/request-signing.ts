/**
 * Signatures of requests to S3 and stores like it (AWS Signature Version 4), by the package `aws4fetch`, which is loaded when a
 * server needs it.
 */
import { createHash } from "node:crypto";
import type { AwsV4Signer } from "aws4fetch";

/** Keys, and what they are for. */
export interface SigningCredentials {
  readonly region: string;
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken?: string;
}

const NO_BODY_SHA256 = createHash("sha256").digest("hex");
const PRESIGNED = "X-Amz-Signature";

export class RequestSigner {
  /** Keys of the day, which take four hashes. */
  private readonly cache = new Map<string, ArrayBuffer>();

  private constructor(
    private readonly Signer: typeof AwsV4Signer,
    private readonly credentials: SigningCredentials,
  ) {}

  /** @throws Error if the package is not installed. */
  static async load(credentials: SigningCredentials): Promise<RequestSigner> {
    const { AwsV4Signer: Signer } = await import("aws4fetch").catch(() => {
      throw new Error("awsRegion of upstream needs the package aws4fetch; install it: npm install aws4fetch");
    });
    return new RequestSigner(Signer, credentials);
  }

  /**
   * Returns the headers that sign a request. Only what they say is signed, and the host: caches between may change others.
   *
   * @param bodySha256 in hexadecimal digits; undefined without a body.
   */
  async headersFor(method: string, url: URL, bodySha256 = NO_BODY_SHA256): Promise<Record<string, string>> {
    if (url.searchParams.has(PRESIGNED)) {
      return {};
    }
    this.forgetOldDays();
    const headers = { "x-amz-content-sha256": bodySha256 };
    const signer = new this.Signer({ ...this.credentials, cache: this.cache, method, url: url.href, headers });
    return Object.fromEntries((await signer.sign()).headers);
  }

  private forgetOldDays(): void {
    if (this.cache.size > 1) {
      this.cache.clear();
    }
  }
}
