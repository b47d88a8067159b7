/** What may run beside the TFTP server of `serve`: the status page and DHCP. Both are loaded on demand. */
import type { TftpServer } from "../server.js";
import type { Log } from "./log.js";
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
  ) {}

  /** @throws Error whose message explains in one line what cannot start, and what to do. */
  async start({ statusPage, dhcp }: ServeCommand): Promise<void> {
    if (statusPage !== undefined) {
      const page = serveStatusPage(this.server, statusPage, this.log);
      await this.add(page, (error) => statusPageFailure(error, statusPage));
    }
    if (dhcp !== undefined) {
      const { dhcpFailure, serveDhcp } = await import("./dhcp/serve-dhcp.js");
      await this.add(serveDhcp(this.server, dhcp, this.log), (error) => dhcpFailure(error, dhcp.host));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((companion) => companion.close()));
  }

  private async add(starting: Promise<Companion>, explain: (error: NodeJS.ErrnoException) => string): Promise<void> {
    try {
      this.running.push(await starting);
    } catch (error) {
      throw new Error(explain(error as NodeJS.ErrnoException), { cause: error });
    }
  }
}
