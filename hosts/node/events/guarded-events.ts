/** Emits the events of a server in the middle of the engine's work, which nothing that a listener throws may interrupt. */
import type { EventEmitter } from "node:events";
import { failure } from "../../common/failure.js";
import type { TftpServerEvents } from "../server-options.js";
import type { EventSink } from "./engine-observer.js";

export class GuardedEvents implements EventSink {
  /** Warnings that were given: the event whose listener threw, or what failed with which kind of error. */
  private readonly warnedOf = new Set<string>();

  constructor(private readonly emitter: EventEmitter<TftpServerEvents>) {}

  listenerCount(name: keyof TftpServerEvents): number {
    return this.emitter.listenerCount(name);
  }

  emit<Name extends keyof TftpServerEvents>(name: Name, ...details: TftpServerEvents[Name]): void {
    const { emitter } = this;
    try {
      (emitter.emit as (name: string, ...details: unknown[]) => boolean).call(emitter, name, ...details);
    } catch (error) {
      this.tell(name, failure(`A listener of "${name}" threw`, error), name);
    }
  }

  /** Reports an exception as an event, or as a warning if there is no listener. */
  report(what: string, cause: unknown): void {
    const { code, name } = Object(cause) as Partial<NodeJS.ErrnoException>;
    this.tell("", failure(what, cause), `${what} ${code ?? name}`);
  }

  /** Clients, and a listener of progress, could fill a log with repeated warnings: each kind is a warning once. */
  private tell(source: string, error: Error, kind: string): void {
    if (source !== "error" && this.listenerCount("error") > 0) {
      this.emit("error", error);
    } else if (!this.warnedOf.has(kind)) {
      this.warnedOf.add(kind);
      process.emitWarning(error);
    }
  }
}
