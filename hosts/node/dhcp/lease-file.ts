/** Keeps leases over a restart, in a small file that is always whole. */
import { open, readFile, rename } from "node:fs/promises";
import { failure } from "../../common/failure.js";

/** A lease as it is kept. */
export interface KeptLease {
  readonly address: string;
  readonly hardwareType: number;
  readonly hardwareAddress: string;
  /** End of the lease, as `Date.toISOString` writes it. */
  readonly until: string;
}

const KEPT_FIELDS = ["address", "hardwareAddress", "until"] as const;

export class LeaseFile {
  private writing: Promise<void> = Promise.resolve();
  private waiting: readonly KeptLease[] | undefined;

  constructor(
    private readonly file: string,
    private readonly failed: (error: Error) => void,
  ) {}

  /** Reads the kept leases; none if the file is missing. A file with other contents is reported, and replaced later. */
  async read(): Promise<readonly KeptLease[]> {
    let text: string;
    try {
      text = await readFile(this.file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        this.failed(failure(`The leases in ${this.file} cannot be read`, error));
      }
      return [];
    }
    try {
      return (JSON.parse(text) as { leases: unknown[] }).leases.filter(isKeptLease);
    } catch {
      this.failed(new Error(`${this.file} is not a file of leases; clients may get other addresses than before`));
      return [];
    }
  }

  /** Writes the leases, after those that are being written. Only the latest of those that wait are written. */
  write(leases: readonly KeptLease[]): void {
    const isScheduled = this.waiting !== undefined;
    this.waiting = leases;
    if (!isScheduled) {
      this.writing = this.writing.then(() => this.writeWaiting());
    }
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.writing;
  }

  private async writeWaiting(): Promise<void> {
    const leases = this.waiting;
    this.waiting = undefined;
    const temporary = `${this.file}.new`;
    try {
      const handle = await open(temporary, "w", 0o644);
      try {
        await handle.writeFile(`${JSON.stringify({ leases }, undefined, 1)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, this.file);
    } catch (error) {
      this.failed(failure(`The leases cannot be kept in ${this.file}`, error));
    }
  }
}

function isKeptLease(value: unknown): value is KeptLease {
  const lease = Object(value) as Partial<Record<keyof KeptLease, unknown>>;
  return KEPT_FIELDS.every((field) => typeof lease[field] === "string") && Number.isInteger(lease.hardwareType);
}
