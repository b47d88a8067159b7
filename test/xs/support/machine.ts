/**
 * An XS machine in a separate process: the worker that npm's `@agoric/xsnap` builds, which meters what it runs.
 *
 * This class talks to the worker directly, since the package's JavaScript would freeze every built-in object of this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { PROJECT } from "../../support/program.js";
import { NetstringReader, netstring } from "./netstrings.js";

/** The engine as shipped. The programs import this file, and XS loads it. */
export const ENGINE_FILE = path.join(PROJECT, "dist/engine.js");
/** The client as shipped. */
export const CLIENT_FILE = path.join(PROJECT, "dist/engine/client.js");
/** The engine of DHCP as shipped. */
export const DHCP_FILE = path.join(PROJECT, "dist/dhcp.js");
/** The part that both share. */
export const CORE_FILE = path.join(PROJECT, "dist/core.js");
const PROGRAMS = path.join(PROJECT, "build/xs/programs");
const WORKER = path.join(
  PROJECT,
  "test/xs/node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin",
  process.platform === "darwin" ? "mac" : "lin",
  "release/xsnap-worker",
);

const REPLY_DONE = ".";
const REPLY_FAILED = "!";
/** Separates the meter's figures from the reply. */
const METER_END = 0x01;

/** Encodes a value as bytes of JSON: the worker replies with an ArrayBuffer only. */
const DEFINE_REPLY = "globalThis.reply = (value) => new TextEncoder().encode(JSON.stringify(value) ?? 'null').buffer;";

/** Figures of XS's meter. */
export interface Meter {
  /**
   * Steps since the evaluation began: one per byte code, and for some built-in functions one per element. The same on every
   * computer.
   */
  readonly steps: number;
  /** Slots in use when the evaluation has ended; garbage counts until it is collected. */
  readonly slots: number;
}

export interface Evaluated {
  readonly value: unknown;
  readonly meter: Meter;
}

interface Reply {
  readonly bytes: Buffer;
  readonly meter: Meter;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** Path of a bundled program. */
export function programFile(name: string): string {
  return path.join(PROGRAMS, `${name}.js`);
}

export class XsMachine {
  private readonly waiting: Waiting[] = [];
  private readonly input: Writable;
  private readonly exited: Promise<void>;
  private errors = "";

  private constructor(worker: ChildProcess) {
    this.input = worker.stdio[3] as Writable;
    const output = worker.stdio[4] as Readable;
    const reader = new NetstringReader((message) => this.replied(message));
    output.on("data", (piece: Buffer) => reader.add(piece));
    worker.stderr?.on("data", (piece: Buffer) => {
      this.errors += piece;
    });
    // The exit of the worker is reported; the broken pipe adds nothing.
    this.input.on("error", () => {});
    this.exited = new Promise((resolve) => {
      worker.on("close", (code, signal) => {
        this.ended(new Error(`The XS worker ended with ${signal ?? `code ${code}`}. ${this.errors}`));
        resolve();
      });
    });
    worker.on("error", (cause) => this.ended(new Error(`The XS worker ${WORKER} cannot be started`, { cause })));
  }

  /** Starts an empty machine. */
  static async startEmpty(): Promise<XsMachine> {
    const machine = new XsMachine(
      spawn(WORKER, ["lockstep-tftp"], { stdio: ["ignore", "inherit", "pipe", "pipe", "pipe", "ignore", "ignore"] }),
    );
    await machine.evaluate(DEFINE_REPLY);
    return machine;
  }

  /** Starts a machine and loads a program, whose exports are the global `program`. */
  static async start(programName: string): Promise<XsMachine> {
    const machine = await XsMachine.startEmpty();
    try {
      await machine.load(programFile(programName));
    } catch (error) {
      await machine.stop();
      throw error;
    }
    return machine;
  }

  /** Evaluates an expression whose value can be represented in JSON. */
  async run(expression: string): Promise<Evaluated> {
    const { bytes, meter } = await this.evaluate(`reply(${expression})`);
    return { value: JSON.parse(bytes.toString()), meter };
  }

  /** Passes bytes to the program's `handleCommand`. Returns the bytes of its answer. */
  async command(bytes: Uint8Array): Promise<Buffer> {
    return (await this.ask("?", bytes)).bytes;
  }

  /** Writes the live heap to a file, after a collection. */
  async writeSnapshot(file: string): Promise<void> {
    await this.ask("w", Buffer.from(file));
  }

  async stop(): Promise<void> {
    this.input.end(netstring(Buffer.from("q")));
    await this.exited;
  }

  /** Loads a module from its file. XS reports errors only through the promise of `import`. */
  async load(file: string): Promise<void> {
    await this.evaluate(
      `import(${JSON.stringify(file)}).then((exports) => { globalThis.program = exports; }, (error) => { globalThis.failure = error; })`,
    );
    const failure = await this.run("globalThis.failure === undefined ? null : String(failure.stack ?? failure)");
    if (failure.value !== null) {
      throw new Error(`XS cannot load ${file}: ${failure.value}`);
    }
  }

  private evaluate(source: string): Promise<Reply> {
    return this.ask("e", Buffer.from(source));
  }

  private ask(command: string, bytes: Uint8Array): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.input.write(netstring(Buffer.concat([Buffer.from(command), bytes])));
    });
  }

  private replied(message: Buffer): void {
    const waiting = this.waiting.shift();
    const kind = message.toString("latin1", 0, 1);
    if (kind === REPLY_DONE) {
      const end = message.indexOf(METER_END);
      const { compute, currentHeapCount } = JSON.parse(message.toString("latin1", 1, end));
      waiting?.resolve({ bytes: message.subarray(end + 1), meter: { steps: compute, slots: currentHeapCount } });
    } else {
      const what = kind === REPLY_FAILED ? message.toString("utf8", 1) : `an unknown reply, ${message}`;
      waiting?.reject(new Error(`XS: ${what}`));
    }
  }

  private ended(error: Error): void {
    for (const waiting of this.waiting.splice(0)) {
      waiting.reject(error);
    }
  }
}
