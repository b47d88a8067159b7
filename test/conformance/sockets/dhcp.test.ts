/**
 * The conformance cases of DHCP and BOOTP over UDP sockets on loopback: each datagram to the engine and from it passes the
 * system, and the cases see what has arrived.
 */
import dgram from "node:dgram";
import { once } from "node:events";
import { after, before, suite, test } from "node:test";
import { carryBy } from "../../support/dhcp-harness.js";
import { LOOPBACK } from "../../support/served-folder.js";
import { dhcpCases } from "../cases/dhcp/index.js";

const server = dgram.createSocket("udp4");
const client = dgram.createSocket("udp4");

async function bind(socket: dgram.Socket): Promise<void> {
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
}

/** Sends a datagram from one socket to the other. Returns what has arrived there. */
async function carried(from: dgram.Socket, to: dgram.Socket, packet: Uint8Array): Promise<Uint8Array> {
  const arrival = once(to, "message") as Promise<[Uint8Array]>;
  from.send(packet, to.address().port, LOOPBACK);
  return Uint8Array.from((await arrival)[0]);
}

suite("conformance of DHCP over sockets", () => {
  before(async () => {
    await bind(server);
    await bind(client);
    carryBy({
      ask: (packet) => carried(client, server, packet),
      answer: (packet) => carried(server, client, packet),
    });
  });

  after(() => {
    server.close();
    client.close();
  });

  for (const { name, run } of dhcpCases) {
    test(name, run);
  }
});
