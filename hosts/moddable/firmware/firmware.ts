/**
 * The firmware: brings the network up, serves the files of the flash image and of the board's file system, and logs on the
 * console.
 */
import Board from "lockstep-tftp/board";
import { OUTCOME_COMPLETED, type Storage } from "../../../src/index.js";
import TFTPServer, { addressBits } from "../server.js";
import type { TransferRecords } from "../status/status-page.js";
import type { UDPConstructor } from "../udp.js";
import type BootNetwork from "./boot-network.js";
import { Log, printable } from "./log.js";
import type { NetworkListener } from "./network.js";
import type { PageModules } from "./page-modules.js";
import type { Settings } from "./settings.js";
import { Statistics } from "./statistics.js";
import { after, every } from "./timers.js";

/** An interface with an address may need a moment before sockets can be opened. */
const LISTEN_AGAIN_MS = 1000;
const STATISTICS_EVERY_MS = 60_000;

/**
 * With less free memory requests get no answer. The rest is for running transfers: eight that send windows of eight blocks
 * at the same time have 64 packets of some 600 bytes on the way to the radio.
 */
const MEMORY_RESERVE_BYTES = 40_000;

/**
 * Limits against floods and reflection. A machine that starts asks for a handful of files at once, and asks again without an
 * answer.
 */
const MAX_UNANSWERED_PER_ADDRESS = 4;
/** Half of the default pool, so that no single client can take all slots. */
const MAX_TRANSFERS_PER_ADDRESS = 4;
const MAX_ANSWERS_PER_SECOND = 50;
const MAX_ANSWERS_PER_SECOND_PER_ADDRESS = 12;

/** Results on the status page. */
const MAX_RESULTS = 8;

export class Firmware implements NetworkListener {
  private readonly board = new Board();
  private readonly log: Log;
  private readonly statistics = new Statistics();
  private server: TFTPServer | undefined;
  private address = "";
  /** The board's address and netmask as numbers; without a netmask all addresses are of its network. */
  private ownBits = 0;
  private netmaskBits = 0;
  private isWaitingToListen = false;

  constructor(
    private readonly io: UDPConstructor,
    private readonly storage: Storage,
    private readonly settings: Settings,
    private readonly pageModules: PageModules | undefined,
    private readonly bootNetwork: BootNetwork | undefined,
  ) {
    this.log = new Log(settings.log);
    this.board.startNetwork(settings, this);
    if (settings.log) {
      every(STATISTICS_EVERY_MS, () => this.sayStatistics(), this);
    }
  }

  get givesAddresses(): boolean {
    return this.bootNetwork !== undefined;
  }

  say(text: string): void {
    this.log.say(text);
  }

  /** The sockets survive a loss of the network, so the server is made once. */
  up(address: string, netmask: string | undefined): void {
    this.address = address;
    this.ownBits = addressBits(address);
    this.netmaskBits = netmask === undefined ? 0 : addressBits(netmask);
    if (this.server === undefined) {
      this.listen();
    } else {
      this.sayReady();
    }
  }

  down(): void {
    this.say("Network lost");
  }

  private listen(): void {
    if (this.isWaitingToListen) {
      return;
    }
    try {
      const pageModules = this.settings.statusPage > 0 ? this.pageModules : undefined;
      const records = pageModules && new pageModules.TransferRecords(MAX_RESULTS);
      this.server = this.newServer(records);
      this.sayReady();
      if (pageModules !== undefined && records !== undefined) {
        this.startPage(pageModules, records, this.server);
      }
      const { io, address, netmaskBits, server } = this;
      this.bootNetwork?.start({ io, address, netmaskBits, buffer: server.buffer }, this);
    } catch (error) {
      this.say(`Cannot listen yet: ${(error as Error).message}`);
      this.isWaitingToListen = true;
      const listen = () => {
        this.isWaitingToListen = false;
        this.listen();
      };
      after(LISTEN_AGAIN_MS, listen, this);
    }
  }

  /** If the page does not start, the server runs without it. */
  private startPage({ StatusPage, Listener }: PageModules, records: TransferRecords, server: TFTPServer): void {
    const { statusPage, port, accessPoint } = this.settings;
    try {
      new StatusPage({
        server,
        records,
        storage: this.storage,
        io: Listener,
        port: statusPage,
        name: accessPoint.ssid,
        dhcp: this.bootNetwork,
        addresses: () => [`${this.address}:${port}`],
        onRequest: (address) => this.isWelcome(addressBits(address)),
        onPut: (name, address) => this.say(`${address} puts "${printable(name)}" on the status page`),
        onRemoved: (name, address) => this.say(`${address} removes "${printable(name)}" on the status page`),
        onError: (error) => this.say(`Error: ${(error as Error).message}`),
      });
      this.say(`Status page at http://${this.address}${statusPage === 80 ? "" : `:${statusPage}`}/`);
    } catch (error) {
      this.say(`The status page does not start: ${(error as Error).message}`);
    }
  }

  private newServer(records: TransferRecords | undefined): TFTPServer {
    const { port, maxTransfers, maxWindowSize, maxSizeBytes, singlePort, answerBroadcast } = this.settings;
    const { log, statistics, bootNetwork } = this;
    return new TFTPServer({
      io: this.io,
      storage: this.storage,
      port,
      maxTransfers,
      maxWindowSize,
      maxSizeBytes,
      singlePort,
      answerBroadcast,
      records,
      maxUnansweredPerAddress: MAX_UNANSWERED_PER_ADDRESS,
      maxTransfersPerAddress: MAX_TRANSFERS_PER_ADDRESS,
      maxAnswersPerSecond: MAX_ANSWERS_PER_SECOND,
      maxAnswersPerSecondPerAddress: MAX_ANSWERS_PER_SECOND_PER_ADDRESS,
      onRequest: (request) => {
        bootNetwork?.asked(request.addressBits);
        return this.isWelcome(request.addressBits);
      },
      onEnded(transfer, outcome, durationMs) {
        statistics.countEnd(transfer, outcome);
        log.ended(transfer, outcome, durationMs);
        if (outcome === OUTCOME_COMPLETED && !transfer.isUpload) {
          bootNetwork?.answered(addressBits(transfer.address), transfer.name, true);
        }
      },
      onRefused(request, errorCode, reason) {
        statistics.countRefusal();
        log.refused(request, errorCode, reason);
        bootNetwork?.answered(request.addressBits, request.name, false);
      },
      onError(error) {
        log.say(`Error: ${(error as Error).message}`);
      },
    });
  }

  /** If the netmask is known, only clients of the board's network get answers. */
  private isWelcome(clientBits: number): boolean {
    const isStranger = ((clientBits ^ this.ownBits) & this.netmaskBits) !== 0;
    return !isStranger && this.board.freeMemoryBytes() >= MEMORY_RESERVE_BYTES;
  }

  private sayReady(): void {
    const { port, maxTransfers } = this.settings;
    this.say(`TFTP server ready at ${this.address}, port ${port}, ${maxTransfers} transfers at once`);
  }

  private sayStatistics(): void {
    const running = this.server?.running ?? 0;
    const unanswered = this.server?.unansweredRequests ?? 0;
    const dropped = this.server?.droppedDatagrams ?? 0;
    const memory = this.board.freeMemoryBytes();
    const free = Number.isFinite(memory) ? `, ${memory} bytes free` : "";
    const ignored = this.server?.ignoredBroadcasts ?? 0;
    const broadcast = ignored > 0 ? `, ${ignored} by broadcast ignored` : "";
    this.say(
      `${running} running, ${this.statistics.text}, ${unanswered} unanswered, ${dropped} dropped${broadcast}${free}`,
    );
  }
}
