/** Removes the litter of a folder as a server does when it starts, and tells the number of files. */
import { parentPort, workerData } from "node:worker_threads";
import { DirectoryStorage } from "lockstep-tftp";

const root = (workerData as string | null) ?? (process.argv[2] as string);
const removed = await new DirectoryStorage(root, { write: "new" }).removeLitter();
parentPort === null ? console.log(removed) : parentPort.postMessage(removed);
