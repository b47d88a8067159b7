/** Counts of the answers to requests for files over HTTP, for the metrics. */
import { metric, type Sample } from "../../status/metrics.js";
import type { HttpDownload } from "./file-exchange.js";

export class HttpCounts {
  private readonly byStatus = new Map<number, number>();
  private bytes = 0;

  add({ status, bytes }: HttpDownload): void {
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
    this.bytes += bytes;
  }

  get metrics(): string {
    const samples = [...this.byStatus].map(([status, count]): Sample => [{ status: String(status) }, count]);
    return [
      metric("http_answers_total", "counter", "Answers to requests for files over HTTP, by status.", samples),
      metric("http_sent_bytes_total", "counter", "Bytes of files sent over HTTP.", [[{}, this.bytes]]),
    ].join("");
  }
}
