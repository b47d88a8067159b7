/**
 * Watches a network interface of ECMA-419: reports when it gets and loses its address, and reconnects after a lost
 * connection.
 */
import type { NetworkInterface, NetworkInterfaceConstructor, NetworkListener } from "./network.js";
import type { StaticAddress } from "./settings.js";
import { after } from "./timers.js";

/** Values of `connection` in ECMA-419. */
const CONNECTION_IDLE = 200;
const CONNECTION_HAS_ADDRESS = 500;

/** Pause between attempts to reconnect: a router takes some 30 s to restart. */
const CONNECT_AGAIN_MS = 5000;

export class Link<ConnectOptions> {
  private readonly networkInterface: NetworkInterface<ConnectOptions>;
  private address: string | undefined;
  private isConnectingAgain = false;

  /**
   * @param connectsAgain whether a lost connection needs another `connect`, as with Wi-Fi.
   */
  constructor(
    Interface: NetworkInterfaceConstructor<ConnectOptions>,
    private readonly connectOptions: ConnectOptions,
    private readonly staticAddress: StaticAddress | undefined,
    private readonly connectsAgain: boolean,
    private readonly listener: NetworkListener,
  ) {
    this.networkInterface = new Interface({ onChanged: () => this.changed() });
    if (staticAddress !== undefined) {
      const { address, netmask } = staticAddress;
      // The server sends nothing beyond its network, so any gateway will do; but there must be one.
      this.networkInterface.configure({ static: { address, mask: netmask, gateway: address } });
    }
    this.connect();
    // The SDK may have connected before this program started: then `onChanged` is not called.
    this.changed();
  }

  private connect(): void {
    try {
      if (this.networkInterface.connection <= CONNECTION_IDLE) {
        this.networkInterface.connect(this.connectOptions);
      }
    } catch (error) {
      this.listener.say(`The network does not connect: ${(error as Error).message}`);
      this.connectLater();
    }
  }

  /** Catches everything: an exception that leaves the interface's callback ends the machine. */
  private changed(): void {
    try {
      this.look();
    } catch (error) {
      this.listener.say(`The state of the network cannot be read: ${(error as Error).message}`);
    }
  }

  private look(): void {
    const { connection } = this.networkInterface;
    const address = connection >= CONNECTION_HAS_ADDRESS ? this.networkInterface.address : undefined;
    if (address !== this.address) {
      this.address = address;
      if (address === undefined) {
        this.listener.down();
      } else {
        this.listener.up(address, this.staticAddress?.netmask);
      }
    }
    if (connection <= CONNECTION_IDLE) {
      this.connectLater();
    }
  }

  private connectLater(): void {
    if (this.connectsAgain && !this.isConnectingAgain) {
      this.isConnectingAgain = true;
      const connect = () => {
        this.isConnectingAgain = false;
        this.connect();
      };
      after(CONNECT_AGAIN_MS, connect, this.listener);
    }
  }
}
