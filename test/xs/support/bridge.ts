/**
 * A TFTP server whose engine runs on XS: this side owns the UDP sockets on 127.0.0.1, passes each datagram to the machine, and
 * carries out the engine's actions.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  ACTION_BYTES,
  ACTION_CLOSE,
  ACTION_NEXT_AT,
  ACTION_OPEN,
  ACTION_SEND,
  ADDRESS_AT,
  KIND_AT,
  LENGTH_AT,
  LOCAL_PORT_AT,
  MESSAGE_BYTES,
  MESSAGE_DATAGRAM,
  MESSAGE_POLL,
  NOW_AT,
  PORT_AT,
} from "../programs/shared/bridge-messages.js";
import { XsMachine } from "./machine.js";

const LOOPBACK = "127.0.0.1";
/** Every client uses it, so it needs no number for the engine. */
const LOOPBACK_NUMBER = 0x7f_00_00_01;
/** FIRST_LISTENER of the engine. */
const LISTENER = 65_536;

export class Bridge {
  private readonly sockets = new Map<number, Socket>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  private constructor(private readonly machine: XsMachine) {}

  static async start(): Promise<Bridge> {
    const bridge = new Bridge(await XsMachine.start("bridge"));
    await once(bridge.open(LISTENER), "listening");
    return bridge;
  }

  /** The port that takes requests. */
  get port(): number {
    return this.sockets.get(LISTENER)?.address().port as number;
  }

  /** The machine answers its last messages before it ends; those answers are ignored. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const socket of this.sockets.values()) {
      socket.close();
    }
    this.sockets.clear();
    await this.machine.stop();
  }

  private open(localPort: number): Socket {
    const socket = createSocket("udp4");
    socket.on("message", (datagram, { port }) => this.hand(MESSAGE_DATAGRAM, localPort, port, datagram));
    socket.bind(0, LOOPBACK);
    this.sockets.set(localPort, socket);
    return socket;
  }

  private async hand(kind: number, localPort: number, port: number, datagram: Buffer): Promise<void> {
    const message = Buffer.alloc(MESSAGE_BYTES + datagram.length);
    message.writeUInt8(kind, KIND_AT);
    message.writeInt32BE(localPort, LOCAL_PORT_AT);
    message.writeUInt16BE(port, PORT_AT);
    message.writeUInt32BE(LOOPBACK_NUMBER, ADDRESS_AT);
    message.writeDoubleBE(Date.now(), NOW_AT);
    datagram.copy(message, MESSAGE_BYTES);
    const actions = await this.machine.command(message);
    if (!this.stopped) {
      this.act(actions);
    }
  }

  private act(actions: Buffer): void {
    let at = 0;
    for (; actions[at] !== ACTION_NEXT_AT; at += ACTION_BYTES) {
      const kind = actions[at];
      const localPort = actions.readInt32BE(at + LOCAL_PORT_AT);
      if (kind === ACTION_OPEN) {
        this.open(localPort);
      } else if (kind === ACTION_CLOSE) {
        this.sockets.get(localPort)?.close();
        this.sockets.delete(localPort);
      } else if (kind === ACTION_SEND) {
        const length = actions.readUInt16BE(at + LENGTH_AT);
        const start = at + ACTION_BYTES;
        const packet = actions.subarray(start, start + length);
        this.sockets.get(localPort)?.send(packet, actions.readUInt16BE(at + PORT_AT), LOOPBACK);
        at += length;
      }
    }
    this.pollAt(actions.readDoubleBE(at + 1));
  }

  private pollAt(time: number): void {
    clearTimeout(this.timer);
    if (Number.isFinite(time)) {
      this.timer = setTimeout(() => this.hand(MESSAGE_POLL, 0, 0, Buffer.alloc(0)), Math.max(0, time - Date.now()));
    }
  }
}
