/** Heads of requests to the board's status page. */
import { endOfHead, parseHead } from "../../../hosts/moddable/status/http-head.js";

const MAX_HEAD_BYTES = 4096;

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(MAX_HEAD_BYTES);
  for (let index = 0; index < text.length; index++) {
    bytes[index] = text.charCodeAt(index);
  }
  return bytes;
}

const REQUEST = "GET / HTTP/1.1\r\n";
const HEADER = "a:\r\n";
const END = "\r\n";

const HEADS: Readonly<Record<string, Uint8Array>> = {
  "one header": bytesOf(`${REQUEST}host: localhost\r\n${END}`),
  "many short headers": bytesOf(
    REQUEST + HEADER.repeat((MAX_HEAD_BYTES - REQUEST.length - END.length) / HEADER.length) + END,
  ),
  "many headers that resemble a used one": bytesOf(`${REQUEST}${"x-lockstep-tftq:\r\n".repeat(64)}${END}`),
  "many blanks": bytesOf(`GET /${" ".repeat(MAX_HEAD_BYTES - 4 - 5)}\r\n${END}`),
  "a long target": bytesOf(`GET /${"a".repeat(MAX_HEAD_BYTES - 13 - 5)} HTTP/1.1\r\n${END}`),
};

/** Number of headers; -1 if the head is malformed, -2 if it has no end. */
export function parse(name: string): number {
  const bytes = HEADS[name] as Uint8Array;
  const end = endOfHead(bytes, 0, MAX_HEAD_BYTES);
  return end < 0 ? -2 : (parseHead(bytes, end, "192.168.4.2")?.headerCount ?? -1);
}

export function waste(kib: number): number {
  return new ArrayBuffer(kib * 1024).byteLength;
}
