/**
 * Reads and writes in a folder as the user `nobody`, or as the present user if that is not root. Arguments: the folder,
 * then `read:NAME` and `write:NAME`. Prints one result for each: "done", or the refusal.
 */
import { DirectoryStorage } from "lockstep-tftp";
import { becomeNobody, IS_ROOT } from "../../../support/rights.js";
import { contentOf, store } from "../../../support/storage-use.js";

const [root = "", ...tasks] = process.argv.slice(2);
if (IS_ROOT) {
  becomeNobody();
}
const storage = new DirectoryStorage(root, { write: "overwrite" });
const results = tasks.map((task) => {
  const [verb, name = ""] = task.split(":");
  const result = verb === "read" ? contentOf(storage, name) : store(storage, name, Buffer.from("new"));
  return typeof result === "number" && result < 0 ? result : "done";
});
console.log(JSON.stringify(results));
