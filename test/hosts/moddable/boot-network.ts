/** The firmware of a board with `dhcp`, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import type { DhcpMessage } from "lockstep-tftp/simulated";
import { dhcpMessage, type MessageFields, type OptionList, quad, readDhcpMessage } from "../../support/dhcp-message.js";
import { boardModule, consoleLines } from "./board.js";
import { contentsOf } from "./client.js";
import { board } from "./sdk/board.js";
import { Directory } from "./sdk/files.js";
import { advance } from "./sdk/timer.js";
import UDP, { deliver, network } from "./sdk/udp.js";

interface Clients {
  readonly isServing: boolean;
  readonly otherServer: string;
  readonly clients: readonly { readonly address: string; readonly file: string; readonly state: string }[];
}

type NetworkClass = new (config: object) => Clients;

interface FirmwareModule {
  startFirmware(
    config: object,
    io: typeof UDP,
    directory: Directory | undefined,
    pageModules: object | undefined,
    Network: NetworkClass | undefined,
  ): void;
}

export const { startFirmware } = await boardModule<FirmwareModule>("firmware");
const { default: BootNetwork } = await boardModule<{ default: NetworkClass }>("firmware-dhcp");

export const SERVER = "192.168.4.1";
export const RANGE = "192.168.4.100-192.168.4.115";
export const LOOKING_MS = 6000;
export const [DISCOVER, OFFER, REQUEST, ACK, RELEASE] = [1, 2, 3, 5, 7];

/** The network of the firmware that was started last. */
export let started: Clients;

export class WatchedNetwork extends BootNetwork {
  constructor(settings: object) {
    super(settings);
    started = this;
  }
}

export function start(
  settings: object = {},
  io: typeof UDP = UDP,
  netmask: string | undefined = "255.255.255.0",
): void {
  const directory = new Directory();
  directory.files.set("image.bin", contentsOf(600));
  startFirmware({ dhcp: RANGE, boot: "image.bin", ...settings }, io, directory, undefined, WatchedNetwork);
  if (consoleLines.length === 0) {
    board.listener.up(SERVER, netmask);
    advance(LOOKING_MS);
    consoleLines.length = 0;
  }
}

/** The board's answers to a message. */
export function ask(message: MessageFields): DhcpMessage[] {
  const { buffer, byteOffset, byteLength } = dhcpMessage(message);
  network.sent.length = 0;
  deliver(67, { address: "0.0.0.0", port: 68, message: new Uint8Array(buffer, byteOffset, byteLength) });
  return network.sent.map(({ bytes }) => readDhcpMessage(bytes));
}

export function exchange(options: OptionList = []): DhcpMessage {
  const [offer] = ask({ options: [[53, [DISCOVER]], ...options] });
  assert.equal(offer?.type, OFFER, consoleLines.join("; "));
  const wanted = quad(offer.yourAddress);
  const [answer] = ask({ options: [[53, [REQUEST]], [50, wanted], [54, quad(SERVER)], ...options] });
  assert.equal(answer?.type, ACK);
  return answer;
}
