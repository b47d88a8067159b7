/** Data and files shared by the cases of the status page. */
import { seededBytes } from "../../support/seed.js";

export const CONTENT = seededBytes(7, 5000);
export const OTHER = seededBytes(8, 70_000);
export const DATA_PATHS = ["/api/status", "/api/files", "/metrics"];

export interface StatusData {
  readonly name: string;
  readonly mayWrite: boolean;
  readonly mayOverwrite: boolean;
  readonly maxSizeBytes: number;
  readonly running: number;
  readonly fileChanges: number;
  readonly transfers: readonly unknown[];
  readonly results: readonly unknown[];
  readonly refusals: readonly { name: string; direction: string; address: string; code: string; reason: string }[];
  readonly missing: readonly { name: string; address: string; count: number }[];
}

export interface Listing {
  readonly files: readonly { name: string; sizeBytes: number; isRemovable: boolean; modifiedAt?: number }[];
  readonly total: number;
  readonly before: number;
  readonly next?: string;
  readonly isComplete: boolean;
}

/** Polls until a condition holds. The time limit of the test ends it otherwise. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
