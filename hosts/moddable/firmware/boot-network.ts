/**
 * The board as a whole network: addresses and boot files from the firmware (`lockstep-tftp/firmware-dhcp`). A module apart,
 * which is loaded only with the setting `dhcp`: a board that only serves files carries none of it.
 */

import { addressText } from "../../common/address-text.js";
import type { DhcpLease } from "../../common/dhcp-lease.js";
import type { DhcpAddressOptions } from "../../common/dhcp-options.js";
import { addressBits } from "../../common/ipv4.js";
import type { AddressedClient, AddressSource } from "../../status/address-source.js";
import DHCPServer, { type DHCPServerOptions } from "../dhcp-server.js";
import type { UDPConstructor } from "../udp.js";
import { bootSettings } from "./boot-settings.js";
import { after, type Speaker } from "./timers.js";

/** Loaders ask within seconds; some count down before that. */
const PATIENCE_MS = 30_000;

/** Lines about clients in a second. A line takes some 7 ms on a serial port, and a flood would make one for each message. */
const MAX_LINES = 10;
const LINES_WITHIN_MS = 1000;

/** A client that was told a file. */
interface ToldClient {
  readonly lease: DhcpLease;
  hasAsked: boolean;
}

/** The board's DHCP server, with its lines on the console. */
export default class BootNetwork implements AddressSource {
  /** Address of another DHCP server, because of which this one is silent; empty otherwise. */
  otherServer = "";
  private readonly options: DhcpAddressOptions;
  private server: DHCPServer | null = null;
  private speaker: Speaker | null = null;
  /** Said about clients within the present second. */
  private lines = 0;
  /** By the 32 bits of the address. */
  private readonly told = new Map<number, ToldClient>();

  /**
   * @param config `config` of the manifests, with the words of mcconfig.
   * @throws RangeError that names the wrong setting and says what to write instead.
   */
  constructor(config: Readonly<Record<string, unknown>>) {
    this.options = bootSettings(config);
  }

  get isServing(): boolean {
    return this.server?.isServing ?? false;
  }

  get clients(): readonly AddressedClient[] {
    const leases = this.server?.leases ?? [];
    return leases.map((lease) => ({ ...lease, hasAsked: this.told.get(addressBits(lease.address))?.hasAsked ?? true }));
  }

  /**
   * Starts the server. If that fails, the console says why, and files are served without it.
   *
   * @param netmaskBits 0 if the board has its address from another server.
   */
  start(io: UDPConstructor, address: string, netmaskBits: number, speaker: Speaker): void {
    this.speaker = speaker;
    const netmask = addressText(netmaskBits);
    try {
      if (netmaskBits === 0) {
        throw new Error("the board has no fixed address; set address, such as address=192.168.0.66");
      }
      this.server = new DHCPServer(Object.assign(this.options, { io, address, netmask, target: this, ...CALLBACKS }));
      this.say(`looking for other servers at ${address} for 6 s`);
    } catch (error) {
      this.say(`cannot start: ${(error as Error).message}`);
    }
  }

  say(text: string): void {
    this.speaker?.say(`DHCP: ${text}`);
  }

  private sayOfClient(text: string): void {
    if (this.lines === 0) {
      after(LINES_WITHIN_MS, () => this.startSecond(), this);
    }
    if (this.lines++ < MAX_LINES) {
      this.say(text);
    }
  }

  private startSecond(): void {
    this.lines = 0;
  }

  /** A client has asked for some file. Its address is 32 bits, as `addressBits` of a request. */
  asked(bits: number): void {
    const client = this.told.get(bits);
    if (client !== undefined) {
      client.hasAsked = true;
    }
  }

  serving(): void {
    this.say(`giving ${this.options.range}`);
  }

  silenced(other: string): void {
    this.otherServer = other;
    this.say(
      `${other} is another DHCP server in this network, so this one is silent; stop that one, and restart the board`,
    );
  }

  exhausted(hardwareAddress: string): void {
    this.sayOfClient(`no address of ${this.options.range} is left for ${hardwareAddress}; set a larger range`);
  }

  released(lease: DhcpLease): void {
    this.told.delete(addressBits(lease.address));
    this.sayOfClient(`${who(lease)} gives its address back`);
  }

  /** A client that renews its lease has fetched its file long ago, so it is watched once. */
  leased(lease: DhcpLease): void {
    const { address, hardwareAddress, file } = lease;
    this.sayOfClient(`${hardwareAddress} has ${address}, ${file === "" ? "told no file" : `told "${file}"`}`);
    const bits = addressBits(address);
    const known = this.told.get(bits)?.lease;
    if (file === "" || (known?.hardwareAddress === hardwareAddress && known.file === file)) {
      return;
    }
    const client: ToldClient = { lease, hasAsked: false };
    this.told.set(bits, client);
    after(PATIENCE_MS, () => this.look(client), this);
  }

  private look(client: ToldClient): void {
    const { lease, hasAsked } = client;
    if (!hasAsked && this.told.get(addressBits(lease.address)) === client) {
      this.sayOfClient(`${who(lease)} was told "${lease.file}" 30 s ago and has not asked for it`);
    }
  }
}

function networkOf(server: DHCPServer): BootNetwork {
  return server.target as BootNetwork;
}

/** Preloaded, they take no slots; closures would take seven each. */
const CALLBACKS: Partial<DHCPServerOptions> = {
  onServing() {
    networkOf(this).serving();
  },
  onSilenced(other) {
    networkOf(this).silenced(other);
  },
  onLeased(lease) {
    networkOf(this).leased(lease);
  },
  onReleased(lease) {
    networkOf(this).released(lease);
  },
  onExhausted(hardwareAddress) {
    networkOf(this).exhausted(hardwareAddress);
  },
  onError(error) {
    networkOf(this).say((error as Error).message);
  },
};

function who({ hardwareAddress, address }: DhcpLease): string {
  return `${address} (${hardwareAddress})`;
}
