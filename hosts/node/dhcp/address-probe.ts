/**
 * Finds out whether a machine uses an address, without special permission: a datagram to an unused port makes the system look
 * for the machine by ARP. A machine that is there answers ARP, and refuses the datagram unless a firewall drops it.
 */
import dgram from "node:dgram";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** The discard port (RFC 863), which is closed on most machines. */
const DISCARD_PORT = 9;
/** Within the half second for which the engine waits. */
const PROBE_MS = 400;
/** Linux has an answer for this address (`NUD_VALID`). */
const ARP_COMPLETE = 2;

/** @param host address of this machine from which to ask. */
export async function isInUse(address: string, host: string): Promise<boolean> {
  // An old entry may be that of a machine that has gone.
  const wasKnown = await isKnown(address);
  const refused = await isRefused(address, host);
  return refused || (!wasKnown && (await isKnown(address)));
}

/** Whether the datagram came back as undeliverable within the time. */
async function isRefused(address: string, host: string): Promise<boolean> {
  const socket = dgram.createSocket("udp4");
  let refused = false;
  socket.on("error", () => {
    refused = true;
  });
  try {
    socket.bind({ address: host, port: 0 }, () => {
      socket.connect(DISCARD_PORT, address, () => socket.send(""));
    });
    await sleep(PROBE_MS);
  } finally {
    socket.close();
  }
  return refused;
}

async function isKnown(address: string): Promise<boolean> {
  const table = await readFile("/proc/net/arp", "utf8").catch(() => "");
  return table.split("\n").some((line) => {
    const [known, , flags] = line.split(/\s+/);
    return known === address && (Number(flags) & ARP_COMPLETE) !== 0;
  });
}
