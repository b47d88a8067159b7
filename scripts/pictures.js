/**
 * Makes the pictures of the README from a server at work: `npm run types && node scripts/pictures.js`. Needs Linux, Chromium
 * and `script` of util-linux, and takes three minutes.
 *
 * The live view comes from a pseudo terminal, the page from a browser. Both show transfers on loopback, of files in a temporary
 * folder, so that nothing in a picture is of the machine that makes it.
 */
import dgram from "node:dgram";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Browser } from "../build/test/support/chromium.js";
import { Terminal } from "../build/test/support/terminal.js";
import { StatusPage, TftpServer } from "../dist/node/index.js";
import { terminalPicture } from "./terminal-picture.js";

const HOST = "127.0.0.1";
const PORT = 6969;
/** Shown in place of the temporary folder. */
const SHOWN_FOLDER = "/srv/tftp";
/** Phones that ask one after the other, so that the plots have some bars. */
const PHONES = 6;
const PHONE_PAUSE_MS = 15_000;
const LIVE_MS = 40_000;
const BLOCK_BYTES = 512;

function phoneFile(phone) {
  return `phones/SEP00112233${4455 + 11 * phone}.cnf.xml`;
}

const FILES = {
  "images/debian-13-netboot.img": 60_000_000,
  "images/rescue.img": 9_000_000,
  ...Object.fromEntries(Array.from({ length: PHONES }, (_, phone) => [phoneFile(phone), 11_000 + 300 * phone])),
  "pxelinux.0": 42_376,
  "ldlinux.c32": 118_676,
  "boot.cfg": 1_204,
  "switch.bin": 700_000,
};

/** A client that is as slow as a real one: it waits before each of its answers. */
class Client {
  constructor(lastByte) {
    this.address = `127.0.0.${lastByte}`;
  }

  /** Fetches a file, and returns when it is here or refused. */
  async get(name, waitMs = 0, windowSize = 1) {
    const socket = await this.ask(1, name, `tsize\x000\0windowsize\0${windowSize}\0`);
    for await (const [packet, { port }] of socket.messages) {
      const opcode = packet.readUInt16BE(0);
      const block = opcode === 3 ? packet.readUInt16BE(2) : 0;
      const isLast = opcode === 3 && packet.length < BLOCK_BYTES + 4;
      if (opcode === 5) {
        break;
      }
      if (opcode === 6 || isLast || block % windowSize === 0) {
        await pause(waitMs);
        await socket.send(header(4, block), port);
      }
      if (isLast) {
        break;
      }
    }
    socket.udp.close();
  }

  /** Puts a file, with its size announced or not. */
  async put(name, sizeBytes, waitMs = 0, isSizeTold = true) {
    const socket = await this.ask(2, name, isSizeTold ? `tsize\0${sizeBytes}\0` : "");
    for await (const [packet, { port }] of socket.messages) {
      const opcode = packet.readUInt16BE(0);
      const block = opcode === 4 ? packet.readUInt16BE(2) : 0;
      const left = sizeBytes - block * BLOCK_BYTES;
      if (opcode === 5 || left < 0) {
        break;
      }
      await pause(waitMs);
      await socket.send(Buffer.concat([header(3, block + 1), Buffer.alloc(Math.min(left, BLOCK_BYTES), "x")]), port);
    }
    socket.udp.close();
  }

  async ask(opcode, name, options) {
    const udp = dgram.createSocket("udp4").bind(0, this.address);
    await once(udp, "listening");
    udp.send(Buffer.concat([Buffer.from([0, opcode]), Buffer.from(`${name}\0octet\0${options}`)]), PORT, HOST);
    const send = (packet, port) => new Promise((resolve) => udp.send(packet, port, HOST, resolve));
    return { udp, send, messages: messagesOf(udp) };
  }
}

/** Messages in the order of their arrival. Ends with the socket. */
async function* messagesOf(udp) {
  const waiting = [];
  let wake = () => {};
  let isClosed = false;
  udp.on("message", (...message) => {
    waiting.push(message);
    wake();
  });
  udp.on("close", () => {
    isClosed = true;
    wake();
  });
  while (!isClosed) {
    if (waiting.length === 0) {
      await new Promise((resolve) => {
        wake = resolve;
      });
    } else {
      yield waiting.shift();
    }
  }
}

function header(opcode, block) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(opcode, 0);
  bytes.writeUInt16BE(block, 2);
  return bytes;
}

function makeFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tftp-pictures-"));
  for (const [name, sizeBytes] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), Buffer.alloc(sizeBytes));
  }
  fs.mkdirSync(path.join(folder, "backups"));
  return folder;
}

/** What happens before the picture is taken: some of it has ended by then, some has not. */
async function useServer() {
  const client = (lastByte) => new Client(lastByte);
  await client(31).get("pxelinux.0");
  await client(31).get("ldlinux.c32", 0, 8);
  await client(33).get("PHONES/SEP001122334477.cnf.xml");
  await client(33).get("phones/SEP001122334477.cnf.xml");
  await client(34).put("boot.cfg", 1200);
  await client(35).put("backups/router-1.cfg", 30_000);
  void client(31).get("images/debian-13-netboot.img", 20, 16);
  void client(36).get("images/rescue.img", 60, 8);
  void client(37).get("switch.bin", 100);
  void client(38).put("backups/switch-3.cfg", 600_000, 120);
}

async function makeLivePicture(folder, after) {
  const words = ["serve", folder, "--host", HOST, "--port", String(PORT), "--write"];
  const terminal = await Terminal.open({ after }, words, /Stop with/, { columns: 110, rows: 24 });
  await useServer();
  await pause(LIVE_MS);
  fs.writeFileSync("pictures/live-view.svg", terminalPicture(terminal.buffer, folder, SHOWN_FOLDER));
  terminal.hangUp();
  await terminal.ended;
}

async function makePagePicture(folder, after) {
  const server = new TftpServer({ root: folder, host: HOST, port: PORT, write: "new" });
  await server.listen();
  after(() => server.close());
  const page = new StatusPage(server, { port: 0, name: "Rack 3" });
  await page.listen();
  after(() => page.close());
  const browser = await Browser.start();
  after(() => browser[Symbol.asyncDispose]());
  const tab = await browser.open(page.url, { width: 1200, height: 820 });
  await useServer();
  for (let phone = 0; phone < PHONES; phone++) {
    await new Client(40 + phone).get(phoneFile(phone), 10);
    await pause(PHONE_PAUSE_MS);
  }
  // The scroll bar would be that of this system.
  await tab.value(`void (document.documentElement.style.overflow = "hidden")`);
  fs.writeFileSync("pictures/status-page.png", await tab.picture());
}

const cleanUps = [];
const folder = makeFolder();
try {
  fs.mkdirSync("pictures", { recursive: true });
  await makeLivePicture(folder, (cleanUp) => cleanUps.push(cleanUp));
  fs.rmSync(path.join(folder, "backups"), { recursive: true });
  fs.mkdirSync(path.join(folder, "backups"));
  await makePagePicture(folder, (cleanUp) => cleanUps.push(cleanUp));
} finally {
  for (const cleanUp of cleanUps.reverse()) {
    await cleanUp();
  }
  fs.rmSync(folder, { recursive: true });
}
// Clients may still wait for a server that is gone.
process.exit();
