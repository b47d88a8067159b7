/** Requests that wait until the machine's addresses are read again. */

/** More than a rack that starts; a flood of broadcasts is cut off. */
const MAX_POSTPONED = 64;

export interface PostponedRequest {
  readonly packet: DataView;
  readonly address: string;
  readonly port: number;
}

export class PostponedRequests {
  private requests: PostponedRequest[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param retry called `waitMs` after the first request was added. */
  constructor(private readonly retry: () => void) {}

  /** Keeps a copy of the first `length` bytes of `packet`, or nothing if too many wait already. */
  add(packet: DataView, length: number, address: string, port: number, waitMs: number): void {
    if (this.requests.length < MAX_POSTPONED) {
      const copy = new DataView(packet.buffer.slice(packet.byteOffset, packet.byteOffset + length) as ArrayBuffer);
      this.requests.push({ packet: copy, address, port });
      // A timer may be a fraction of a millisecond early.
      this.timer ??= setTimeout(this.retry, Math.ceil(waitMs) + 1).unref();
    }
  }

  /** Takes out all requests. */
  takeAll(): PostponedRequest[] {
    clearTimeout(this.timer);
    this.timer = undefined;
    return this.requests.splice(0);
  }
}
