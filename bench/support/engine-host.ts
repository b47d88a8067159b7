/**
 * This project's server for benchmarks, embedded in a program: `node engine-host.js OPTIONS`, with the options of
 * `TftpServer` as JSON. Prints its port.
 */
import { TftpServer, type TftpServerOptions } from "lockstep-tftp";
import { answerMemoryQuestions } from "./memory.js";

const options = JSON.parse(process.argv[2] as string) as TftpServerOptions;
const server = new TftpServer({ host: "127.0.0.1", port: 0, ...options });
await server.listen();
console.log(server.addresses[0]?.port);
answerMemoryQuestions();
