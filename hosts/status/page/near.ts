/** Finds, for names that are not there, the files that were probably meant. */
import { nearName } from "../../common/near-name.js";
import { encodeName, fetchFiles } from "./api.js";

/** Part of the time that looking may take: the server goes through all its files each time. */
const PAUSE_RATIO = 20;

interface Found {
  readonly near: string | undefined;
  /** Changes of files on the server before the look. */
  readonly fileChanges: number;
}

const found = new Map<string, Found>();
let isLooking = false;

export function nearFile(name: string): string | undefined {
  return found.get(name)?.near;
}

/**
 * Looks for the files, one name after the other, where that was not done since files have changed.
 *
 * @param onFound called after each name.
 */
export async function lookForFiles(names: readonly string[], fileChanges: number, onFound: () => void): Promise<void> {
  if (isLooking) {
    return;
  }
  isLooking = true;
  for (const name of names) {
    if (found.get(name)?.fileChanges !== fileChanges) {
      const startedAt = performance.now();
      found.set(name, { near: await lookFor(name), fileChanges });
      onFound();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_RATIO * (performance.now() - startedAt)));
    }
  }
  for (const name of found.keys()) {
    if (!names.includes(name)) {
      found.delete(name);
    }
  }
  isLooking = false;
  onFound();
}

/** Whether each of these names was looked for. */
export function areLookedFor(names: readonly string[]): boolean {
  return !isLooking && names.every((name) => found.has(name));
}

/** A name with one other letter has the first half of this one, or the second. */
async function lookFor(name: string): Promise<string | undefined> {
  const letters = [...name];
  const middle = letters.length >> 1;
  const halves = [letters.slice(0, middle), letters.slice(middle)].map((half) => `search=${encodeName(half.join(""))}`);
  try {
    const { files } = await fetchFiles(halves.join("&"));
    return nearName(
      name,
      files.map((file) => file.name),
    );
  } catch {
    // Without an answer there is nothing to suggest.
    return undefined;
  }
}
