/**
 * A bad network between clients and a server on real sockets: datagrams are lost, arrive twice, late or in another order.
 * Clients send to the link's port, and all answers come from there.
 */
import dgram from "node:dgram";
import { once } from "node:events";
import { SeededRandom } from "lockstep-tftp/simulated";

export interface Faults {
  /** Share of the datagrams in each direction, from 0 to 1. */
  readonly loss: number;
  readonly duplication: number;
  /** Share of datagrams that wait `reorderingMs` longer, so that later ones overtake them. */
  readonly reordering: number;
  readonly reorderingMs: number;
  /** Delay of every datagram. */
  readonly delayMs: number;
  /** Numbers of datagrams that are always lost, counted from 0 in each direction. */
  readonly lost?: readonly number[];
}

/** Numbers of datagrams by their fate. */
export interface Fates {
  passed: number;
  lost: number;
  duplicated: number;
  reordered: number;
}

const LOOPBACK = "127.0.0.1";
const READ_REQUEST = 1;
const WRITE_REQUEST = 2;

/** One client's way to the server: a separate socket, so that the server can tell clients apart. */
interface Way {
  readonly socket: dgram.Socket;
  /** The port of the server's last answer: that of the transfer. */
  serverPort: number;
}

export class FaultyLink {
  readonly toServer: Fates = { passed: 0, lost: 0, duplicated: 0, reordered: 0 };
  readonly toClients: Fates = { passed: 0, lost: 0, duplicated: 0, reordered: 0 };
  private readonly socket = dgram.createSocket("udp4");
  private readonly ways = new Map<number, Way>();
  private isClosed = false;

  private constructor(
    private readonly requestPort: number,
    private readonly faults: Faults,
    private readonly seed: number,
  ) {}

  /** Opens a link to a server that listens on `requestPort`. The same seed gives the same faults. */
  static async open(requestPort: number, faults: Faults, seed: number): Promise<FaultyLink> {
    const link = new FaultyLink(requestPort, faults, seed);
    const deliver = link.deliverer(link.toServer, seed);
    link.socket.on("message", (message, { port }) => {
      const way = link.wayOf(port);
      const opcode = message.readUInt16BE(0);
      const isRequest = opcode === READ_REQUEST || opcode === WRITE_REQUEST;
      deliver(() => way.socket.send(message, isRequest ? requestPort : way.serverPort, LOOPBACK));
    });
    link.socket.bind(0, LOOPBACK);
    await once(link.socket, "listening");
    return link;
  }

  /** The port that clients send to. */
  get port(): number {
    return this.socket.address().port;
  }

  close(): void {
    this.isClosed = true;
    this.socket.close();
    for (const { socket } of this.ways.values()) {
      socket.close();
    }
  }

  private wayOf(clientPort: number): Way {
    const present = this.ways.get(clientPort);
    if (present !== undefined) {
      return present;
    }
    const way = { socket: dgram.createSocket("udp4"), serverPort: this.requestPort };
    const deliver = this.deliverer(this.toClients, this.seed + 1 + this.ways.size);
    way.socket.on("message", (message, { port }) => {
      way.serverPort = port;
      deliver(() => this.socket.send(message, clientPort, LOOPBACK));
    });
    this.ways.set(clientPort, way);
    return way;
  }

  /** Makes a function that delivers datagrams with the link's faults. */
  private deliverer(fates: Fates, seed: number): (send: () => void) => void {
    const { loss, duplication, reordering, reorderingMs, delayMs, lost = [] } = this.faults;
    const random = new SeededRandom(seed);
    let count = 0;
    const deliverOnce = (send: () => void): void => {
      const isReordered = random.chance(100 * reordering);
      fates.reordered += isReordered ? 1 : 0;
      setTimeout(() => this.isClosed || send(), delayMs + (isReordered ? reorderingMs : 0));
    };
    return (send) => {
      if (random.chance(100 * loss) || lost.includes(count++)) {
        fates.lost++;
        return;
      }
      fates.passed++;
      deliverOnce(send);
      if (random.chance(100 * duplication)) {
        fates.duplicated++;
        deliverOnce(send);
      }
    };
  }
}
