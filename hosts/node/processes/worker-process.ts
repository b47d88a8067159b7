/** A worker, as its group sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { now } from "../clock.js";
import type { ListeningAddress, TftpServerOptions, TransferSnapshot } from "../server-options.js";
import { type FromWorker, type ReportedEvent, type ToWorker, WORKER_ARGUMENT } from "./messages.js";

export interface WorkerListener {
  happened(event: ReportedEvent, worker: WorkerProcess): void;
  /** Rules were used: as many times each. */
  usedRules(counts: readonly number[]): void;
  /** The process has ended. */
  ended(worker: WorkerProcess, code: number | null, signal: NodeJS.Signals | null): void;
}

interface Waiting {
  readonly resolve: (message: FromWorker) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerProcess {
  isListening = false;
  transfers: readonly TransferSnapshot[] = [];
  unansweredRequests = 0;
  /** Running transfers, by the events: the list of them is older. */
  running = 0;
  /** Resolves when the process has ended, and all that it sent has arrived. */
  readonly hasEnded: Promise<void>;
  private readonly child: ChildProcess;
  private waiting: Waiting | undefined;
  /** From the worker's clock to this process's. */
  private clockOffset = 0;

  /** @param index number of the worker in its group. */
  constructor(
    readonly index: number,
    listener: WorkerListener,
  ) {
    // "advanced" keeps what JSON would drop, such as errors and options that are infinite.
    this.child = fork(process.argv[1] as string, [WORKER_ARGUMENT], { serialization: "advanced" });
    this.child.on("message", (message: FromWorker) => this.take(message, listener));
    // A process that could not be started has neither end.
    const notStarted = once(this.child, "error").then(([error]) => ({
      code: null,
      signal: null,
      error: error as Error,
    }));
    const ended = Promise.all([once(this.child, "exit"), once(this.child, "disconnect")]).then(([[code, signal]]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      error: new Error("a process of the server has ended while it started"),
    }));
    this.hasEnded = Promise.race([notStarted, ended]).then(({ code, signal, error }) => {
      this.transfers = [];
      this.running = 0;
      this.waiting?.reject(error);
      listener.ended(this, code, signal);
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** @throws what `listen` of its server throws. */
  async listen(options: TftpServerOptions): Promise<readonly ListeningAddress[]> {
    const answer = await this.ask({ kind: "listen", options });
    if (answer.kind !== "listening") {
      return [];
    }
    this.clockOffset = now() - answer.now;
    this.isListening = true;
    return answer.addresses;
  }

  /** @throws what `reconfigure` of its server throws. */
  async reconfigure(options: TftpServerOptions): Promise<void> {
    await this.ask({ kind: "reconfigure", options });
  }

  close(graceMs: number): void {
    this.send({ kind: "close", graceMs });
  }

  private ask(message: ToWorker): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.send(message);
    });
  }

  private send(message: ToWorker): void {
    // A worker that has just ended is told nothing more: `exit` follows.
    this.child.send(message, () => {});
  }

  private take(message: FromWorker, listener: WorkerListener): void {
    switch (message.kind) {
      case "events":
        for (const event of message.events) {
          listener.happened(this.noted(event), this);
        }
        break;
      case "running":
        this.transfers = message.transfers.map((transfer) => this.moved(transfer));
        this.unansweredRequests = message.unansweredRequests;
        listener.usedRules(message.ruleUses);
        break;
      case "failed":
        this.waiting?.reject(Object.assign(new Error(message.message), message.details));
        break;
      default:
        this.waiting?.resolve(message);
    }
  }

  /** Counts the event, and puts its times on this process's clock. */
  private noted(event: ReportedEvent): ReportedEvent {
    switch (event.name) {
      case "started":
        this.running++;
        return { name: event.name, details: [this.moved(event.details[0])] };
      case "ended":
        this.running--;
        return { name: event.name, details: [this.moved(event.details[0]), event.details[1]] };
      default:
        return event;
    }
  }

  private moved(transfer: TransferSnapshot): TransferSnapshot {
    return Object.freeze({ ...transfer, startedAt: transfer.startedAt + this.clockOffset });
  }
}
