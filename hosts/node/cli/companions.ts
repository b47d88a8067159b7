/** What may run beside the TFTP server of `serve`: the status page and DHCP. Both are loaded on demand. */
import type { BootWatch } from "../dhcp/boot-watch.js";
import type { TftpServer } from "../server.js";
import type { Log } from "./log.js";
import type { Output } from "./output.js";
import type { ServeCommand } from "./parse-serve.js";
import { serveStatusPage, statusPageFailure } from "./serve-status-page.js";

interface Companion {
  close(): Promise<unknown>;
}

export class Companions {
  private readonly running: Companion[] = [];

  constructor(
    private readonly server: TftpServer,
    private readonly log: Log,
    private readonly output: Output,
  ) {}

  /** @throws Error whose message explains in one line what cannot start, and what to do. */
  async start({ statusPage, dhcp }: ServeCommand): Promise<void> {
    let addresses: BootWatch | undefined;
    if (dhcp !== undefined) {
      const { dhcpFailure, serveDhcp } = await import("./dhcp/serve-dhcp.js");
      const starting = serveDhcp(this.server, dhcp, this.log);
      addresses = (await this.add(starting, (error) => dhcpFailure(error, dhcp.host))).watch;
      this.output.watchAddresses(addresses);
    }
    if (statusPage !== undefined) {
      const options = addresses === undefined ? statusPage : { ...statusPage, dhcp: addresses };
      const page = serveStatusPage(this.server, options, this.log);
      await this.add(page, (error) => statusPageFailure(error, statusPage));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((companion) => companion.close()));
  }

  private async add<Started extends Companion>(
    starting: Promise<Started>,
    explain: (error: NodeJS.ErrnoException) => string,
  ): Promise<Started> {
    try {
      const companion = await starting;
      this.running.push(companion);
      return companion;
    } catch (error) {
      throw new Error(explain(error as NodeJS.ErrnoException), { cause: error });
    }
  }
}
