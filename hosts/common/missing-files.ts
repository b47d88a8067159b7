/** Files that clients asked for and that are not there. Phones ask for ten before they find theirs, so they are summed up. */

/** A file that is not there. */
export interface MissingFile {
  /** The name that was asked for. */
  readonly name: string;
  /** Address of the client that asked last. */
  readonly address: string;
  /** Requests for it. */
  readonly count: number;
  /** Time of the last request, on the host's clock. */
  readonly askedAt: number;
}

/** The names that were asked for last, up to a limit: strangers can ask for any number. */
export class MissingFiles {
  private readonly byName = new Map<string, MissingFile>();

  /** @param maxNames names to keep. */
  constructor(private readonly maxNames: number) {}

  /** Records a request. */
  add(name: string, address: string, now: number): void {
    const count = (this.byName.get(name)?.count ?? 0) + 1;
    this.byName.delete(name);
    this.byName.set(name, { name, address, count, askedAt: now });
    if (this.byName.size > this.maxNames) {
      const [oldest] = this.byName.keys();
      this.byName.delete(oldest as string);
    }
  }

  /** Forgets a name: there is a file now. */
  remove(name: string): void {
    this.byName.delete(name);
  }

  /** The last request comes first. */
  get newestFirst(): MissingFile[] {
    return [...this.byName.values()].reverse();
  }
}
