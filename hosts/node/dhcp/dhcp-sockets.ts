/**
 * The sockets of a DHCP server, as Linux has them: a socket that is bound to 255.255.255.255 hears broadcasts and nothing
 * else, so it needs no port of other addresses; one that is bound to the server's address sends broadcasts into its network.
 */
import dgram from "node:dgram";
import { once } from "node:events";
import { DHCP_CLIENT_PORT, DHCP_SERVER_PORT } from "../../../src/dhcp/index.js";
import type { LoopSockets } from "../../common/loop.js";

const BROADCAST = "255.255.255.255";

/** `packet` is good during the call only. */
export type MessageHandler = (packet: DataView, length: number, address: string, port: number) => void;

export class DhcpSockets implements LoopSockets {
  private readonly sockets: dgram.Socket[] = [];
  private sender: dgram.Socket | undefined;

  constructor(
    private readonly host: string,
    private readonly handle: MessageHandler,
    private readonly failed: (error: Error) => void,
  ) {}

  /** @throws NodeJS.ErrnoException EACCES without permission for the port, EADDRINUSE where another server has it. */
  async open(): Promise<void> {
    try {
      this.sender = await this.bind(this.host, DHCP_SERVER_PORT, false);
      this.sender.setBroadcast(true);
      await this.bind(BROADCAST, DHCP_SERVER_PORT, false);
      // Shared, since this machine may be a client of DHCP in another network.
      await this.bind(BROADCAST, DHCP_CLIENT_PORT, true);
    } catch (error) {
      this.stopListening();
      throw error;
    }
  }

  /** A datagram that cannot be sent is lost; its reason is reported. */
  send(packet: Uint8Array, length: number, address: string, port: number): void {
    this.sender?.send(packet.slice(0, length), port, address, (error) => {
      if (error !== null) {
        this.failed(error);
      }
    });
  }

  /** Does nothing: the timer lets Node read the sockets before it wakes the loop (clock.ts). */
  readWaiting(): void {}

  stopListening(): void {
    this.sender = undefined;
    for (const socket of this.sockets.splice(0)) {
      socket.close();
    }
  }

  private async bind(address: string, port: number, isShared: boolean): Promise<dgram.Socket> {
    const socket = dgram.createSocket({ type: "udp4", reuseAddr: isShared });
    this.sockets.push(socket);
    socket.bind({ address, port, exclusive: true });
    await once(socket, "listening");
    socket.on("error", this.failed);
    socket.on("message", (message, { address, port: from }) => {
      this.handle(new DataView(message.buffer, message.byteOffset, message.length), message.length, address, from);
    });
    return socket;
  }
}
