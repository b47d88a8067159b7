/** The DHCP server of a board and of its firmware, with clients, for XS. */
import { DHCP_CLIENT_PORT, DHCP_SERVER_PORT } from "lockstep-tftp/dhcp";
import DHCPServer from "../../../hosts/moddable/dhcp-server.js";
import BootNetwork from "../../../hosts/moddable/firmware/boot-network.js";
import type { BufferUDPOptions, UDPConstructor, UDPOptions } from "../../../hosts/moddable/udp.js";
import { dhcpMessage, quad, readDhcpMessage } from "../../support/dhcp-message.js";

const SERVER = "192.168.88.1";
const NETMASK = "255.255.255.0";
const NETMASK_BITS = 0xffffff00;
const RANGE = "192.168.88.100-192.168.88.115";
const FILE = "image.bin";
const LOOKING_MS = 2000;
const LOOKS = 4;
const PATIENCE_SECONDS = 31;
const [DISCOVER, REQUEST] = [1, 3];

/** From the stand-ins for the SDK's modules. */
declare const boardTime: { ticks: number };
declare const boardTimers: { fire(): void; forget(): void };

const NOTHING = new ArrayBuffer(0);
/** Messages, and the callbacks of the socket of requests: outside the sockets, which are as small as the SDK's. */
let arrived = NOTHING;
let sent = NOTHING;
const callback: {
  socket: unknown;
  onReadable: UDPOptions["onReadable"];
  onDatagram: BufferUDPOptions["onDatagram"];
} = { socket: null, onReadable: undefined, onDatagram: undefined };
/** Of the TFTP server. */
const buffer = new DataView(new ArrayBuffer(1472));

class FakeUDP {
  readonly target: unknown;

  constructor({ target, port, onReadable, onDatagram }: BufferUDPOptions) {
    this.target = target;
    if (port === DHCP_SERVER_PORT) {
      callback.socket = this;
      callback.onReadable = onReadable;
      callback.onDatagram = onDatagram;
    }
  }

  close(): void {}
}

class OwnUDP extends FakeUDP {
  static readonly readsIntoBuffer = true;

  deliver(): void {}

  send(message: Uint8Array, length: number): boolean {
    sent = message.slice(0, length).buffer;
    return true;
  }
}

class SdkUDP extends FakeUDP {
  read(): ArrayBuffer | undefined {
    const datagram = arrived;
    arrived = NOTHING;
    return datagram.byteLength === 0 ? undefined : datagram;
  }

  write(message: Uint8Array): void {
    sent = message.slice().buffer;
  }
}

const UDPS: Record<string, unknown> = { own: OwnUDP, sdk: SdkUDP };

/** In flash on a board, as what the firmware's manifest says. */
const CONFIG = { dhcp: RANGE, boot: FILE };
const LISTENING = { address: SERVER, netmaskBits: NETMASK_BITS, buffer };
const SPEAKER = { say() {} };

let server: DHCPServer | BootNetwork | null = null;

const KINDS: Readonly<Record<string, (io: UDPConstructor) => DHCPServer | BootNetwork>> = {
  server: (io) =>
    new DHCPServer({
      io,
      address: SERVER,
      netmask: NETMASK,
      buffer,
      range: RANGE,
      boot: [{ file: FILE }],
      onLeased,
    }),
  firmware(io) {
    const network = new BootNetwork(CONFIG);
    network.start({ ...LISTENING, io }, SPEAKER);
    return network;
  },
};

function onLeased(): void {}

/** Looks for other servers, and serves then. */
export function start(kind: string, udp: string): boolean | undefined {
  server = KINDS[kind]?.(UDPS[udp] as UDPConstructor) ?? null;
  for (let look = 0; look < LOOKS; look++) {
    pass(LOOKING_MS);
  }
  sent = NOTHING;
  return server?.isServing;
}

/** Forgets the server, which has made by now what every server uses. */
export function forget(): void {
  server = null;
  callback.socket = null;
  sent = NOTHING;
  boardTimers.forget();
}

function pass(milliseconds: number): void {
  boardTime.ticks += milliseconds;
  boardTimers.fire();
}

/** Lets the time pass in which a client is waited for. */
export function wait(): void {
  for (let second = 0; second < PATIENCE_SECONDS; second++) {
    pass(1000);
  }
}

/** DISCOVER and REQUEST of clients by their numbers. Returns how many clients have addresses. */
export function lease(first: number, count: number): number {
  for (let client = first; client < first + count; client++) {
    const hardware = [2, 0, 0, 0, 0, client];
    arrive(dhcpMessage({ hardware, options: [[53, [DISCOVER]]] }));
    const { yourAddress } = readDhcpMessage(new Uint8Array(sent));
    const options = [
      [53, [REQUEST]],
      [50, quad(yourAddress)],
      [54, quad(SERVER)],
    ] as const;
    arrive(dhcpMessage({ hardware, options }));
  }
  sent = NOTHING;
  return server instanceof BootNetwork ? server.clients.length : (server?.leases.length ?? 0);
}

function arrive(message: DataView): void {
  const { socket, onReadable, onDatagram } = callback;
  if (onDatagram === undefined) {
    arrived = message.buffer.slice(message.byteOffset, message.byteOffset + message.byteLength) as ArrayBuffer;
    onReadable?.call(socket as never, 1);
    return;
  }
  for (let at = 0; at < message.byteLength; at++) {
    buffer.setUint8(at, message.getUint8(at));
  }
  onDatagram.call(socket as never, buffer, message.byteLength, 0, DHCP_CLIENT_PORT);
}
