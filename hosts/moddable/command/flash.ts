/** Room for files in the flash of a board. */
import fs from "node:fs";
import { UserError } from "./user-error.js";

/** Flash sizes with a partition table in `hosts/moddable/flash/`. */
export const FLASH_SIZES = ["4MB", "8MB", "16MB"] as const;
export type FlashSize = (typeof FLASH_SIZES)[number];

/**
 * Room for the firmware in the app partition: code and data of ESP-IDF, Wi-Fi, XS and the server, in a debug build. A cautious
 * estimate: the firmware was not built for a board yet.
 */
export const FIRMWARE_BYTES_ESTIMATED = 1.5 * 2 ** 20;

export interface Partitions {
  /** The firmware, with the files in its image. */
  readonly appBytes: number;
  /** The board's file system. */
  readonly storageBytes: number;
}

/** The partitions of a table in the format of ESP-IDF: name, type, subtype, offset, size. */
export function readPartitions(tableFile: string): Partitions {
  const sizes = new Map<string, number>();
  for (const line of fs.readFileSync(tableFile, "utf8").split("\n")) {
    const [name, , , , size] = line.split(",").map((field) => field.trim());
    if (name !== undefined && size !== undefined && !name.startsWith("#")) {
      sizes.set(name, Number(size));
    }
  }
  return { appBytes: sizes.get("factory") ?? 0, storageBytes: sizes.get("storage") ?? 0 };
}

/**
 * @throws UserError if no table has this size.
 */
export function checkedFlashSize(text: string): FlashSize {
  const size = FLASH_SIZES.find((candidate) => candidate === text.toUpperCase());
  if (size === undefined) {
    throw new UserError(`--flash is "${text}"; it must be one of: ${FLASH_SIZES.join(", ")}`);
  }
  return size;
}
