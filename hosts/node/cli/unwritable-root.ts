/** A server often has a user of its own, who may not write to the folder: then each put would be refused, one by one. */
import fs from "node:fs";
import type { ContentOptions } from "../content.js";
import type { Log } from "./log.js";

/** Warns where files may be put, and this user cannot write to the folder itself. */
export function warnOfUnwritableRoot({ root, write }: ContentOptions, log: Log): void {
  if (root === undefined || write === undefined || write === "never") {
    return;
  }
  try {
    fs.accessSync(root, fs.constants.W_OK);
  } catch {
    log.say("warn", "unwritable", `Puts into ${root} itself will be refused: this user may not write to it`, { root });
  }
}
