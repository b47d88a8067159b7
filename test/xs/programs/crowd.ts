/** Engines with full pools: every slot has a download in lock-step, each by a different client. */
import { type LocalPort, OPCODE_ACKNOWLEDGEMENT, Server } from "lockstep-tftp/engine";
import { Client, CountingTransport, DOWNLOAD, EndlessFile, LISTENER, OneFileStorage } from "./shared/workbench.js";

const CLIENT_PORT_FIRST = 10_000;
const HEADER_BYTES = 4;
const BLOCK_NUMBER_MASK = 0xffff;
const NOW = 1000;
/** Distance of consecutive clients, so that neighbouring slots are far apart in time. It divides the size of no pool here. */
const STRIDE = 7919;

/** Records the port of each transfer. */
class NotingTransport extends CountingTransport {
  opened: LocalPort = LISTENER;

  override open(localPort?: LocalPort): boolean {
    this.opened = localPort as LocalPort;
    return true;
  }
}

class Crowd {
  private readonly transport = new NotingTransport();
  private readonly server: Server;
  private readonly packet: DataView;
  private readonly localPorts: LocalPort[] = [];
  private readonly blocks: number[] = [];
  private next = 0;

  constructor(
    private readonly transfers: number,
    private readonly singlePort: boolean,
  ) {
    const options = { maxTransfers: transfers, singlePort };
    this.server = new Server(this.transport, new OneFileStorage(new EndlessFile()), options);
    const writer = new Client(this.server);
    this.packet = writer.packet;
    for (let index = 0; index < transfers; index++) {
      const length = writer.write(DOWNLOAD);
      this.server.request(this.packet, length, LISTENER, index, CLIENT_PORT_FIRST + index, NOW);
      this.localPorts.push(this.transport.opened);
      this.blocks.push(0);
    }
    if (this.server.free !== 0) {
      throw new Error(`${this.server.free} slots of ${transfers} are free`);
    }
  }

  /** Sends `count` ACKs, of one client after another. */
  acknowledge(count: number): void {
    const sentBefore = this.transport.sentCount;
    if (this.singlePort) {
      this.acknowledgeOnListener(count);
    } else {
      this.acknowledgeOnTransferPorts(count);
    }
    const sent = this.transport.sentCount - sentBefore;
    if (sent !== count) {
      throw new Error(`${sent} blocks were sent for ${count} ACKs`);
    }
  }

  private acknowledgeOnListener(count: number): void {
    const { server, packet, blocks, transfers } = this;
    for (let number = 0; number < count; number++) {
      const index = this.next;
      this.next = (index + STRIDE) % transfers;
      const block = ((blocks[index] as number) + 1) & BLOCK_NUMBER_MASK;
      blocks[index] = block;
      packet.setUint32(0, (OPCODE_ACKNOWLEDGEMENT << 16) | block);
      server.request(packet, HEADER_BYTES, LISTENER, index, CLIENT_PORT_FIRST + index, NOW);
    }
  }

  private acknowledgeOnTransferPorts(count: number): void {
    const { server, packet, localPorts, blocks, transfers } = this;
    for (let number = 0; number < count; number++) {
      const index = this.next;
      this.next = (index + STRIDE) % transfers;
      const block = ((blocks[index] as number) + 1) & BLOCK_NUMBER_MASK;
      blocks[index] = block;
      packet.setUint32(0, (OPCODE_ACKNOWLEDGEMENT << 16) | block);
      server.receive(packet, HEADER_BYTES, localPorts[index] as number, index, CLIENT_PORT_FIRST + index, NOW);
    }
  }

  /** Polls `count` times while nothing is due. */
  poll(count: number): void {
    for (let number = 0; number < count; number++) {
      this.server.poll(NOW);
    }
  }
}

let crowd: Crowd;

export function begin(transfers: number, singlePort: boolean): void {
  crowd = new Crowd(transfers, singlePort);
}

export function acknowledge(count: number): void {
  crowd.acknowledge(count);
}

export function poll(count: number): void {
  crowd.poll(count);
}
