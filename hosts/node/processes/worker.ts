/** One process of a group: a server that obeys its group, and reports to it. */
import { now } from "../clock.js";
import { TftpServer } from "../server.js";
import { snapshotOf, type TransferSnapshot } from "../server-options.js";
import { type FromWorker, REPORTED_EVENTS, type ReportedEvent, type ToWorker } from "./messages.js";

/** Events wait this long for others: a message between processes costs as much as several packets. */
const GATHER_MS = 20;
/** How old the figures of running transfers may be, for people. */
const RUNNING_MS = 500;

/** Serves until the group closes it, or is gone. */
export function runWorker(): void {
  const worker = new Worker();
  process.on("message", (message: ToWorker) => void worker.obey(message));
  process.on("disconnect", () => void worker.close(0));
  // A terminal and a service manager send them to the whole group, which decides for its workers.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {});
  }
}

class Worker {
  private server: TftpServer | undefined;
  private readonly reporter = new Reporter();

  async obey(message: ToWorker): Promise<void> {
    if (message.kind === "close") {
      await this.close(message.graceMs);
      return;
    }
    try {
      if (message.kind === "listen") {
        this.server = new TftpServer(message.options);
        this.reporter.watch(this.server);
        await this.server.listen();
        send({ kind: "listening", addresses: this.server.addresses, now: now() });
      } else {
        await this.server?.reconfigure(message.options);
        send({ kind: "reconfigured" });
      }
    } catch (error) {
      // Of an error between processes only the message would be left.
      send({ kind: "failed", message: (error as Error).message, details: { ...(error as NodeJS.ErrnoException) } });
    }
  }

  async close(graceMs: number): Promise<void> {
    await this.server?.close({ graceMs });
    this.reporter.close();
    if (process.connected) {
      process.disconnect();
    }
  }
}

class Reporter {
  private events: ReportedEvent[] = [];
  private gathering: NodeJS.Timeout | undefined;
  private looking: NodeJS.Timeout | undefined;
  private lastRunning = 0;
  private lastUnanswered = 0;
  /** The rules whose uses were counted last; others take their place when the configuration is read again. */
  private lastRules: TftpServer["rules"];
  private lastUses: readonly number[] = [];
  private server: TftpServer | undefined;

  watch(server: TftpServer): void {
    this.server = server;
    for (const name of REPORTED_EVENTS) {
      server.on(name, (...details: unknown[]) => this.add({ name, details } as ReportedEvent));
    }
    this.looking = setInterval(() => this.reportRunning(), RUNNING_MS);
  }

  close(): void {
    clearInterval(this.looking);
    clearTimeout(this.gathering);
    this.reportRunning();
    this.flush();
  }

  private add(event: ReportedEvent): void {
    this.events.push(event);
    this.gathering ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  private flush(): void {
    this.gathering = undefined;
    if (this.events.length > 0) {
      send({ kind: "events", events: this.events });
      this.events = [];
    }
  }

  /** At rest nothing is sent. */
  private reportRunning(): void {
    const { running = 0, unansweredRequests = 0 } = this.server ?? {};
    const ruleUses = this.takeRuleUses();
    const hasChanged = unansweredRequests !== this.lastUnanswered || ruleUses.some((count) => count > 0);
    if (running > 0 || this.lastRunning > 0 || hasChanged) {
      this.lastRunning = running;
      this.lastUnanswered = unansweredRequests;
      const transfers: TransferSnapshot[] = [];
      this.server?.visitRunning((transfer) => transfers.push(snapshotOf(transfer)));
      send({ kind: "running", transfers, unansweredRequests, ruleUses });
    }
  }

  private takeRuleUses(): number[] {
    const rules = this.server?.rules;
    const counts = (rules?.uses ?? []).map(({ count }) => count);
    const before = rules === this.lastRules ? this.lastUses : [];
    this.lastRules = rules;
    this.lastUses = counts;
    return counts.map((count, index) => count - (before[index] ?? 0));
  }
}

function send(message: FromWorker): void {
  // The group may be gone already: then there is nobody to tell.
  process.send?.(message, undefined, undefined, () => {});
}
