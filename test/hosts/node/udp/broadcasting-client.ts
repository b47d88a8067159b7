/**
 * A client as a process, for another machine. It sends one request and reports in JSON what it gets.
 *
 * Arguments: the address and port to ask, its own address, and the name of a file. With `until-end` before them it only
 * counts what comes, until its standard input ends.
 */
import dgram from "node:dgram";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { readRequest } from "lockstep-tftp/simulated";
import { ErrorAnswer, fetchFile } from "../../../support/retrying-client.js";

/** Longer than the client waits for an answer. */
const NO_REPEATED_REQUEST_MS = 60_000;

async function fetchOnce(host: string, port: number, localAddress: string, name: string): Promise<object> {
  try {
    const options = { host, port, localAddress, requestIntervalMs: NO_REPEATED_REQUEST_MS };
    const { content, address } = await fetchFile(name, options);
    return { from: address, text: content.toString() };
  } catch (error) {
    return error instanceof ErrorAnswer ? { from: error.address, errorCode: error.errorCode } : { text: String(error) };
  }
}

async function countAnswers(host: string, port: number, localAddress: string, name: string): Promise<object> {
  let answers = 0;
  const socket = dgram.createSocket("udp4", () => {
    answers++;
  });
  socket.bind(0, localAddress);
  await once(socket, "listening");
  socket.setBroadcast(true);
  socket.send(readRequest(name), port, host);
  await once(process.stdin.resume(), "end");
  // The socket is read once more before the second of these.
  await setImmediate();
  await setImmediate();
  socket.close();
  return { answers };
}

const [, , ...words] = process.argv;
const isCounting = words[0] === "until-end";
const [host, port, localAddress, name] = (isCounting ? words.slice(1) : words) as [string, string, string, string];
console.log(JSON.stringify(await (isCounting ? countAnswers : fetchOnce)(host, Number(port), localAddress, name)));
