/** What a group of server processes and its workers tell each other. */
import type { ListeningAddress, TftpServerEvents, TftpServerOptions, TransferSnapshot } from "../server-options.js";

/** First argument of a worker's command line, which nobody types. */
export const WORKER_ARGUMENT = "serve-in-group";

/** Events that workers report. The others have no meaning beyond a process, or come too often. */
export const REPORTED_EVENTS = ["started", "ended", "refused", "ignored", "renamed", "error", "warning"] as const;

export type ReportedEvent = {
  [Name in (typeof REPORTED_EVENTS)[number]]: { readonly name: Name; readonly details: TftpServerEvents[Name] };
}[(typeof REPORTED_EVENTS)[number]];

export type ToWorker =
  | { readonly kind: "listen"; readonly options: TftpServerOptions }
  | { readonly kind: "reconfigure"; readonly options: TftpServerOptions }
  | { readonly kind: "close"; readonly graceMs: number };

export type FromWorker =
  /** The answer to `listen`. */
  | { readonly kind: "listening"; readonly addresses: readonly ListeningAddress[]; readonly now: number }
  /** The answer to `reconfigure`. */
  | { readonly kind: "reconfigured" }
  /** The answer to either, if it could not be done. */
  | { readonly kind: "failed"; readonly message: string; readonly details: Partial<NodeJS.ErrnoException> }
  | { readonly kind: "events"; readonly events: readonly ReportedEvent[] }
  | {
      readonly kind: "running";
      readonly transfers: readonly TransferSnapshot[];
      readonly unansweredRequests: number;
      /** How often each rule was used since the last such message. */
      readonly ruleUses: readonly number[];
    };
