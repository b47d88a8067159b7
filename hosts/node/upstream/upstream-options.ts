/** Options of an upstream: an HTTP server that has the files which the folder lacks. */

import type { WritePolicy } from "../../common/write-policy.js";

/** Where files come from that are fetched over HTTP, and how they are kept. */
export interface UpstreamOptions {
  /**
   * Address that the requested name is added to, such as `https://files.example/tftp/`, for downloads of files that the
   * folder does not have. Default: only rules with a URL fetch files.
   */
  readonly url?: string;
  /** Folder of the cache. Several servers may share it. Default: `lockstep-tftp` in the user's folder for caches. */
  readonly cache?: string;
  /** Largest size of the cache in bytes, from 1 MiB: the files that were used least recently go. Default 4 GiB. */
  readonly maxCacheBytes?: number;
  /** Largest file in bytes. Default: `maxCacheBytes`. */
  readonly maxFileBytes?: number;
  /** Time in which each response must bring something, in milliseconds, 100 to 3,600,000. Default 10,000. */
  readonly timeoutMs?: number;
  /** Files that are fetched at once, 1 to 256. Default 16. */
  readonly maxFetches?: number;
  /** Headers of requests. `${NAME}` is replaced by a variable of the environment. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Origins that a redirect may lead to, such as `https://cdn.example`. Default: only the origin that was asked. */
  readonly redirectsTo?: readonly string[];
  /**
   * Sends the client's address in the header `X-TFTP-Address` and its port in `X-TFTP-Port`, and keeps a copy for each
   * address. Default false.
   */
  readonly tellClient?: boolean;
  /**
   * Uploads that go to the upstream, by `PUT`, when they are whole: with `url`, all for which no rule applies, and those to which
   * a rule gives a URL. `"new"` is for files that the upstream does not have (`If-None-Match: *`), `"overwrite"` for all. Default
   * `"never"`.
   */
  readonly write?: WritePolicy;
  /**
   * Region of an object store that speaks S3, such as `eu-central-1`: requests to the origin of a URL are signed (AWS Signature Version
   * 4), with the keys in the variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary ones,
   * `AWS_SESSION_TOKEN` of the environment. Needs the package `aws4fetch`. Default: nothing is signed.
   */
  readonly awsRegion?: string;
  /** Service that is signed for. Default `s3`. */
  readonly awsService?: string;
}

/** A file that could not be had, or stored. `code` is that of its reason. */
export interface UpstreamFailureLike {
  readonly outcome: "not_found" | "forbidden" | "exists" | "too_large" | "failed";
  readonly code: "not_found" | "exists" | "upstream_unreachable" | "upstream_failed";
  readonly message: string;
}
