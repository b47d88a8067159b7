/** Names and numbers that the server of a thousand downloads shares with its clients. */
export const CLIENTS = 1000;

/** Neighbours fetch different files, so that a block in the wrong transfer is noticed. */
const FILES = 25;

export const FILE_NAMES: readonly string[] = Array.from({ length: FILES }, (_, file) => `file ${file}`);

export function nameOfClient(client: number): string {
  return FILE_NAMES[client % FILES] as string;
}
