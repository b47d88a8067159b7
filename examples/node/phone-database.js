/**
 * A database of phones, in a thread of its own: a slow query holds up no transfer. The file is an SQLite database from Node 22.13
 * on, and JSON before that, which has no SQLite.
 */
import { readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** A client of any other database looks the same: a method that returns a promise. */
export class PhoneDatabase {
  constructor(file) {
    this.worker = new Worker(new URL(import.meta.url), { workerData: file });
    this.queries = new Map();
    this.worker.on("message", ({ mac, phone }) => {
      this.queries.get(mac)?.resolve(phone);
      this.queries.delete(mac);
    });
    this.worker.on("error", (error) => {
      this.failure = error;
      for (const { reject } of this.queries.values()) {
        reject(error);
      }
      this.queries.clear();
    });
  }

  /** Resolves with `{ label, extension }`, or with undefined for an unknown phone. Rejects if the database fails. */
  find(mac) {
    if (this.failure !== undefined) {
      return Promise.reject(this.failure);
    }
    if (!this.queries.has(mac)) {
      const query = {};
      query.promise = new Promise((resolve, reject) => Object.assign(query, { resolve, reject }));
      this.queries.set(mac, query);
      this.worker.postMessage(mac);
    }
    return this.queries.get(mac).promise;
  }

  async close() {
    await this.worker.terminate();
  }
}

async function openSqlite(file) {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file);
  const query = database.prepare("SELECT label, extension FROM phones WHERE mac = ?");
  return (mac) => query.get(mac);
}

function openJson(file) {
  const phones = new Map(Object.entries(JSON.parse(readFileSync(file, "utf8"))));
  return (mac) => phones.get(mac);
}

if (!isMainThread) {
  const hasSqlite = process.getBuiltinModule?.("node:sqlite") !== undefined;
  const find = hasSqlite ? await openSqlite(workerData) : openJson(workerData);
  parentPort.on("message", (mac) => parentPort.postMessage({ mac, phone: find(mac) }));
}
