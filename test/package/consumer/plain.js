/** A program in plain JavaScript that uses three entries of the package. Run in a project that has installed it. */
import { TftpServer } from "lockstep-tftp";
import * as engine from "lockstep-tftp/engine";
import { bytesOf, MemoryStorage, Simulation, textOf } from "lockstep-tftp/simulated";
import { asksForAFile, endsWellInTheEngine, fetchedOverSimulatedNetwork } from "./firmware-test.js";

const storage = new MemoryStorage();
storage.set("greeting", bytesOf("Hello"));
const simulation = new Simulation({ storage });
const client = simulation.get({ address: "192.168.4.20", port: 2000, name: "greeting" });
simulation.run();

const server = new TftpServer({ root: ".", host: "127.0.0.1", port: 0 });
await server.listen();
const addresses = server.addresses.length;
await server.close();

const fetched = [textOf(client.content), fetchedOverSimulatedNetwork()];
const endsWell = endsWellInTheEngine();
console.log(JSON.stringify({ addresses, fetched, endsWell, asks: asksForAFile(), neverIs: String(engine.NEVER) }));
