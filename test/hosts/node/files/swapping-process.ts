/**
 * Swaps files of a served folder as fast as it can, until it is killed. Arguments: a kind of swap, and the folder that
 * contains `served` and `outside`.
 */
import fs from "node:fs";
import path from "node:path";

const [what = "", parent = ""] = process.argv.slice(2);
const served = path.join(parent, "served");
const outside = path.join(parent, "outside");
const spare = path.join(parent, "spare");
const regular = path.join(parent, "regular");

const SWAPS: Readonly<Record<string, () => void>> = {
  /** Makes `served/sub` a folder and a link to a folder outside in turn. */
  folder: () => {
    const folder = path.join(served, "sub");
    fs.renameSync(folder, spare);
    fs.symlinkSync(outside, folder);
    fs.unlinkSync(folder);
    fs.renameSync(spare, folder);
  },
  /** Makes `served/file` a file and a link to a file outside in turn. */
  file: () => {
    fs.linkSync(regular, spare);
    fs.renameSync(spare, path.join(served, "file"));
    fs.symlinkSync(path.join(outside, "file"), spare);
    fs.renameSync(spare, path.join(served, "file"));
  },
  /** Makes `served/link` a link to a file in `linked` and to one outside in turn. */
  link: () => {
    for (const target of ["linked", "outside"]) {
      fs.symlinkSync(path.join(parent, target, "file"), spare);
      fs.renameSync(spare, path.join(served, "link"));
    }
  },
  /** Makes `linked/sub` a folder and a link to a folder outside in turn. `served/into` leads to `linked`. */
  linked: () => {
    const folder = path.join(parent, "linked/sub");
    fs.renameSync(folder, spare);
    fs.symlinkSync(outside, folder);
    fs.unlinkSync(folder);
    fs.renameSync(spare, folder);
  },
  /** Makes `served/file` a file and a FIFO without a writer in turn. */
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
