/**
 * Opens one name of a folder many times, for reading or writing, while another process swaps its file. Arguments: the
 * folder, the name, "read" or "write", the least number of times, and results that must occur before it ends. Links may lead
 * into the folder `linked` beside it. Prints the number of times that each result occurred.
 */
import path from "node:path";
import { DirectoryStorage } from "lockstep-tftp";
import { contentOf, store } from "../../../support/storage-use.js";

/** On a busy machine the two processes meet rarely. After this time they never will. */
const PATIENCE_MS = 120_000;

const [root = "", name = "", verb = "", times = "", ...awaited] = process.argv.slice(2);
const storage = new DirectoryStorage(root, { write: "overwrite", linksInto: [path.join(root, "../linked")] });
const content = Buffer.from("uploaded");
const counts: Record<string, number> = {};
const end = Date.now() + PATIENCE_MS;
const isAwaiting = () => awaited.some((result) => counts[result] === undefined) && Date.now() < end;
for (let time = 0; time < Number(times) || isAwaiting(); time++) {
  const result = verb === "read" ? contentOf(storage, name) : store(storage, name, content);
  const what = typeof result === "number" ? `refusal ${result}` : result.toString();
  counts[what] = (counts[what] ?? 0) + 1;
}
console.log(JSON.stringify(counts));
