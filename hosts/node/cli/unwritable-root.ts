/** Warns at the start about a folder that the server's user cannot write to, instead of only refusing every upload. */
import fs from "node:fs";
import type { ContentOptions } from "../content.js";
import type { Log } from "./log.js";

export function warnOfUnwritableRoot({ root, write }: ContentOptions, log: Log): void {
  if (root === undefined || write === undefined || write === "never") {
    return;
  }
  try {
    fs.accessSync(root, fs.constants.W_OK);
  } catch {
    const text = `Uploads to ${root} itself will be refused: this user has no permission to write to it`;
    log.write("warn", "unwritable", text, { root });
  }
}
