/**
 * A server of several processes, for several cores. The system spreads requests over them by the client's address and port
 * (`SO_REUSEPORT`); the transfers of each have ports of their own. This process serves no file: it starts the workers, and
 * is for the log, the live view and the status page one server.
 */
import { TFTP_PORT, type TransferView } from "../../../src/index.js";
import { withoutUndefined } from "../client/without-undefined.js";
import { TftpServer } from "../server.js";
import type { CloseOptions, ListeningAddress, TftpServerOptions } from "../server-options.js";
import { ALL_IPV6 } from "../udp/addresses.js";
import { NO_IPV6 } from "../udp/listeners.js";
import { listeningAddresses } from "../udp/listening-addresses.js";
import { checkedHosts } from "../udp/listening-options.js";
import { UdpSocket } from "../udp/socket.js";
import type { ReportedEvent } from "./messages.js";
import { type WorkerListener, WorkerProcess } from "./worker-process.js";

/** A worker that ends as soon as it starts must not keep a processor busy. */
const RESTART_MS = 1000;

export class ServerGroup extends TftpServer implements WorkerListener {
  private readonly workers = new Set<WorkerProcess>();
  private group: TftpServerOptions;
  private listening: readonly ListeningAddress[] = [];
  private closingGroup: Promise<void> | undefined;
  private readonly restarts = new Set<NodeJS.Timeout>();
  /** Of workers that have ended. */
  private formerUnanswered = 0;

  /**
   * @param options those of the whole server, which it divides: `root`, but no `storage` of one's own.
   * @param processes number of processes that serve, 1 or more.
   */
  constructor(
    options: TftpServerOptions,
    private readonly processes: number,
  ) {
    super(options);
    this.group = options;
  }

  override get running(): number {
    return this.sum(({ running }) => running);
  }

  override get unansweredRequests(): number {
    return this.formerUnanswered + this.sum(({ unansweredRequests }) => unansweredRequests);
  }

  override get addresses(): readonly ListeningAddress[] {
    return this.closingGroup === undefined ? this.listening : [];
  }

  /** Shows the transfers of all processes, as they were half a second ago or less. */
  override visitRunning(visit: (transfer: TransferView) => void): void {
    for (const { transfers } of this.workers) {
      transfers.forEach(visit);
    }
  }

  /** Starts all processes. The first finds the port, if any free one will do. */
  override async listen(): Promise<void> {
    await checkFree(this.group);
    try {
      for (let index = 0; index < this.processes && this.closingGroup === undefined; index++) {
        await this.start(index);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  override async reconfigure(options: TftpServerOptions): Promise<void> {
    // Checks the options before any worker has them.
    await super.reconfigure(options);
    this.group = options;
    await Promise.all([...this.workers].map((worker) => worker.reconfigure(this.share(worker.index))));
  }

  override close({ graceMs = 0 }: CloseOptions = {}): Promise<void> {
    for (const restart of this.restarts) {
      clearTimeout(restart);
    }
    for (const worker of this.workers) {
      worker.close(graceMs);
    }
    this.closingGroup ??= Promise.all([...this.workers].map(({ hasEnded }) => hasEnded)).then(() => super.close());
    return this.closingGroup;
  }

  happened({ name, details }: ReportedEvent, { index }: WorkerProcess): void {
    // Every process hears a broadcast; the first one tells of it.
    const isRepeated = name === "ignored" && index > 0 && details[0].reason.code !== "network_not_allowed";
    if (!isRepeated && (name !== "error" || this.listenerCount("error") > 0)) {
      (this.emit as (name: string, ...details: unknown[]) => boolean).call(this, name, ...details);
    }
  }

  usedRules(counts: readonly number[]): void {
    this.rules?.addUses(counts);
  }

  ended(worker: WorkerProcess, code: number | null, signal: NodeJS.Signals | null): void {
    this.workers.delete(worker);
    this.formerUnanswered += worker.unansweredRequests;
    if (this.closingGroup === undefined && worker.isListening) {
      const end = signal === null ? `exit code ${code}` : signal;
      const process = `Process ${worker.pid} of the server`;
      this.emit("warning", `${process} has ended (${end}), and its transfers with it; another takes its place`);
      this.restart(worker.index);
    }
  }

  private restart(index: number): void {
    const timer = setTimeout(() => {
      this.restarts.delete(timer);
      this.start(index).catch((error: Error) => {
        // What cannot listen now may be able to later, when the address is back or memory is free.
        this.emit("warning", `A process of the server cannot start: ${error.message}; it is tried again`);
        this.restart(index);
      });
    }, RESTART_MS);
    this.restarts.add(timer);
  }

  private async start(index: number): Promise<void> {
    const worker = new WorkerProcess(index, this);
    this.workers.add(worker);
    let addresses: readonly ListeningAddress[];
    try {
      addresses = await worker.listen(this.share(index));
    } catch (error) {
      worker.close(0);
      throw error;
    }
    if (this.closingGroup === undefined && this.listening.length === 0) {
      this.listening = addresses;
    }
  }

  /** A worker's part of the limits. Each address may come to any of them. */
  private share(index: number): TftpServerOptions {
    const [first] = this.listening;
    const part = (limit: number | undefined): number | undefined =>
      limit === undefined ? undefined : Math.ceil(limit / this.processes);
    const limits = {
      maxTransfers: part(this.maxTransfers),
      maxTransfersPerAddress: part(this.group.maxTransfersPerAddress),
      maxUnansweredPerAddress: part(this.group.maxUnansweredPerAddress),
      maxAnswersPerSecond: part(this.group.maxAnswersPerSecond),
      maxAnswersPerSecondPerAddress: part(this.group.maxAnswersPerSecondPerAddress),
    };
    return {
      ...this.group,
      ...withoutUndefined(limits),
      ...(first === undefined ? {} : { port: first.port }),
      // Every process hears a broadcast, and only one may answer it.
      answerBroadcast: this.group.answerBroadcast === true && index === 0,
      reusePort: true,
    };
  }

  private sum(figure: (worker: WorkerProcess) => number): number {
    let sum = 0;
    for (const worker of this.workers) {
      sum += figure(worker);
    }
    return sum;
  }
}

/**
 * Processes that share a port would also share it with another program of this user that does the same.
 *
 * @throws as `listen` of a single server does.
 */
async function checkFree({ host, port = TFTP_PORT }: TftpServerOptions): Promise<void> {
  for (const address of port === 0 ? [] : await listeningAddresses(checkedHosts(host))) {
    try {
      new UdpSocket({ address, port }, () => {}).close();
    } catch (error) {
      if (address !== ALL_IPV6 || !NO_IPV6.has((error as NodeJS.ErrnoException).code ?? "")) {
        throw error;
      }
    }
  }
}
