/**
 * Swaps things in a served folder as fast as it can, until it is killed. Words: what it swaps, and the folder that holds
 * `served` and `outside`.
 */
import fs from "node:fs";
import path from "node:path";

const [what = "", parent = ""] = process.argv.slice(2);
const served = path.join(parent, "served");
const outside = path.join(parent, "outside");
const spare = path.join(parent, "spare");
const regular = path.join(parent, "regular");

const SWAPS: Readonly<Record<string, () => void>> = {
  /** `served/sub` is a folder, and then a link to a folder outside. */
  folder: () => {
    const folder = path.join(served, "sub");
    fs.renameSync(folder, spare);
    fs.symlinkSync(outside, folder);
    fs.unlinkSync(folder);
    fs.renameSync(spare, folder);
  },
  /** `served/file` is a file, and then a link to a file outside. */
  file: () => {
    fs.linkSync(regular, spare);
    fs.renameSync(spare, path.join(served, "file"));
    fs.symlinkSync(path.join(outside, "file"), spare);
    fs.renameSync(spare, path.join(served, "file"));
  },
  /** `served/file` is a file, and then a FIFO that nobody writes to. */
  fifo: () => {
    fs.linkSync(regular, spare);
    fs.renameSync(spare, path.join(served, "file"));
    fs.linkSync(path.join(outside, "fifo"), spare);
    fs.renameSync(spare, path.join(served, "file"));
  },
};

const swap = SWAPS[what] as () => void;
console.log("swapping");
for (;;) {
  swap();
}
