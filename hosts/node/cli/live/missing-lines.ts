/** Files that clients asked for and that are not there, as lines on a terminal. */
import { ERROR_FILE_NOT_FOUND } from "../../../../src/index.js";
import { type MissingFile, MissingFiles } from "../../../common/missing-files.js";
import { nearName } from "../../../common/near-name.js";
import { printable } from "../../../common/printable.js";
import { now } from "../../clock.js";
import type { TftpServer } from "../../server.js";
import { counted } from "../counted.js";
import { shorten } from "./columns.js";
import type { Paint } from "./paint.js";

/** More names than a person reads are only counted. */
const MAX_LINES = 3;
const MAX_NAMES = 20;
/** Long enough to be read. */
const SHOWN_MS = 60_000;
/** Pause after looking through the folder, and how many times longer it is than that took. */
const MIN_PAUSE_MS = 1000;
const PAUSE_RATIO = 50;

export class MissingLines {
  private readonly missing = new MissingFiles(MAX_NAMES);
  /** What was found for a name; undefined if no name is near. */
  private readonly near = new Map<string, string | undefined>();
  private lookAgainAt = Number.NEGATIVE_INFINITY;
  private isLooking = false;

  /** @param wake called when there are new lines. */
  constructor(
    private readonly server: TftpServer,
    private readonly paint: Paint,
    wake: () => void,
  ) {
    server.on("refused", ({ name, isUpload, errorCode, address }) => {
      if (!isUpload && errorCode === ERROR_FILE_NOT_FOUND) {
        this.missing.add(name, address, now());
        wake();
      }
    });
    server.on("started", ({ name }) => this.missing.remove(name));
  }

  /** At most `rows` lines: first the names for which there is a suggestion, then those that were asked for last. */
  lines(columns: number, rows: number): string[] {
    const shown = this.missing.newestFirst.filter(({ askedAt }) => now() - askedAt < SHOWN_MS);
    void this.lookForNames(shown);
    shown.sort((one, other) => this.rank(one) - this.rank(other));
    const room = Math.min(rows, MAX_LINES);
    const listed = shown.length <= room ? shown : shown.slice(0, Math.max(0, room - 1));
    const lines = listed.map((file) => this.line(file, columns));
    const more = shown.length - listed.length;
    return more > 0 && room > 0
      ? [
          ...lines,
          this.paint.faint(shorten(`not found: ${counted(more, lines.length > 0 ? "other name" : "name")}`, columns)),
        ]
      : lines;
  }

  private rank({ name }: MissingFile): number {
    return this.near.get(name) === undefined ? 1 : 0;
  }

  /** Leaves out what does not fit, the suggestion last. */
  private line({ name, address, count }: MissingFile, columns: number): string {
    const near = this.near.get(name);
    const subject = `not found: "${printable(name)}"`;
    const asked = count === 1 ? ` (by ${address})` : ` (${count} times, last by ${address})`;
    const hint = near === undefined ? "" : `; did you mean "${printable(near)}"?`;
    const whole = `${subject}${asked}${hint}`;
    const line = whole.length <= columns ? whole : shorten(`${subject}${hint}`, columns);
    return near === undefined ? this.paint.faint(line) : this.paint.odd(line);
  }

  /** Compares new names with all files, now and then. */
  private async lookForNames(shown: readonly MissingFile[]): Promise<void> {
    const asked = shown.map(({ name }) => name).filter((name) => !this.near.has(name));
    if (asked.length === 0 || this.isLooking || now() < this.lookAgainAt) {
      return;
    }
    this.isLooking = true;
    const startedAt = now();
    const names: string[] = [];
    try {
      await this.server.catalogue?.listFiles(({ name }) => names.push(name) > 0);
    } catch {
      // A storage that cannot list its files has no names to suggest.
    }
    this.near.clear();
    for (const { name } of this.missing.newestFirst) {
      this.near.set(name, nearName(name, names));
    }
    this.isLooking = false;
    this.lookAgainAt = now() + Math.max(MIN_PAUSE_MS, PAUSE_RATIO * (now() - startedAt));
  }
}
