/**
 * Fetches a thousand files at once, and checks that all are whole. Arguments: the server's port, the served folder. Each
 * client stops at its first block. When all have it, the process prints "all have begun" and waits for a line of input.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fetchFile } from "../../../support/retrying-client.js";
import { CLIENTS, nameOfClient } from "./thousand-names.js";

const [port = "", root = ""] = process.argv.slice(2);
const mayGoOn = once(process.stdin, "data");
let begun = 0;

async function fetchOne(client: number): Promise<boolean> {
  const name = nameOfClient(client);
  const step = async (blocks: number): Promise<void> => {
    if (blocks === 1) {
      begun++;
      if (begun === CLIENTS) {
        console.log("all have begun");
      }
      await mayGoOn;
    }
  };
  const { content } = await fetchFile(name, { port: Number(port), step, intervalMs: 1000 });
  return content.equals(readFileSync(path.join(root, name)));
}

const clients = Array.from({ length: CLIENTS }, (_, client) => fetchOne(client));
const wholeCount = (await Promise.all(clients)).filter((isWhole) => isWhole).length;
console.log(`${wholeCount} whole`);
process.exit();
