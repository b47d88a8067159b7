/** A network interface of ECMA-419, Wi-Fi or Ethernet. */
interface Options {
  onChanged(this: NetworkInterface): void;
}

export const IDLE = 200;
export const CONNECTING = 300;
export const CONNECTED = 500;

export const interfaces: NetworkInterface[] = [];

/** State that new interfaces find. */
export const surroundings = { connection: IDLE, connectThrows: false };

export default class NetworkInterface {
  /** Makes the address throw. */
  isBroken = false;
  connection = surroundings.connection;
  private ownAddress = surroundings.connection === CONNECTED ? "10.0.0.9" : undefined;
  readonly connects: unknown[] = [];
  readonly configurations: unknown[] = [];

  constructor(private readonly options: Options) {
    interfaces.push(this);
  }

  get address(): string | undefined {
    if (this.isBroken) {
      throw new Error("gone");
    }
    return this.ownAddress;
  }

  configure(configuration: unknown): void {
    this.configurations.push(configuration);
  }

  connect(options: unknown): void {
    if (surroundings.connectThrows) {
      throw new Error("connect failed");
    }
    this.connects.push(options);
    this.connection = CONNECTING;
  }

  /** Something happens on the network. */
  change(connection: number, address?: string): void {
    this.connection = connection;
    this.ownAddress = address;
    this.options.onChanged.call(this);
  }
}
