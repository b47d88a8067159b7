/**
 * Ports for tests that must know one before it is used, or give one up and take it again. The system gives none of them to a
 * socket that asks for any port: those of tests that run in parallel, and the ends of their connections, take others.
 */
import { randomInt } from "node:crypto";
import dgram from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";

const LOOPBACK = "127.0.0.1";
/** Below are the ports of services. All ports from here on have as many digits. */
const FIRST = 10_000;
const LAST = 65_535;
/** Ports that systems other than Linux give to sockets (RFC 6335 §6). */
const DYNAMIC_FIRST = 49_152;
const ATTEMPTS = 100;

/** First and last of the ports to choose from: beside those that the system gives to sockets, or all where that is few. */
const [first, last] = outside(...givenBySystem());

function givenBySystem(): [first: number, last: number] {
  if (process.platform !== "linux") {
    return [DYNAMIC_FIRST, LAST];
  }
  const [low, high] = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").trim().split(/\s+/).map(Number);
  return [low as number, high as number];
}

function outside(low: number, high: number): [first: number, last: number] {
  const below = low - FIRST;
  const above = LAST - high;
  if (Math.max(below, above) < ATTEMPTS) {
    return [FIRST, LAST];
  }
  return below > above ? [FIRST, low - 1] : [high + 1, LAST];
}

/** Finds `count` consecutive UDP ports of 127.0.0.1 that are free; returns the first. */
export function freePorts(count: number): Promise<number> {
  return found(count, async (port) => {
    const socket = dgram.createSocket("udp4").bind(port, LOOPBACK);
    await once(socket, "listening");
    return socket;
  });
}

/** Returns a UDP port of 127.0.0.1 that is free. */
export function freePort(): Promise<number> {
  return freePorts(1);
}

/** Returns a TCP port that is free on an address. */
export function freeTcpPort(address = LOOPBACK): Promise<number> {
  return found(1, async (port) => {
    const server = net.createServer().listen(port, address);
    await once(server, "listening");
    return server;
  });
}

/** Something that has a port until it is closed. */
interface Taken {
  close(): void;
  once(event: "close", listener: () => void): void;
}

async function found(count: number, take: (port: number) => Promise<Taken>): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const candidate = randomInt(first, last - count + 2);
    const taken: Taken[] = [];
    try {
      for (let port = candidate; port < candidate + count; port++) {
        taken.push(await take(port));
      }
      return candidate;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw error;
      }
    } finally {
      await Promise.all(taken.map(closed));
    }
  }
}

function closed(taken: Taken): Promise<void> {
  return new Promise((resolve) => {
    taken.once("close", resolve);
    taken.close();
  });
}
