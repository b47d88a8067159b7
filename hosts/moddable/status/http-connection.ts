/**
 * One HTTP connection: one request, one answer, then it is closed. Memory and time are limited. Exceptions are caught: one
 * that leaves the callback of a socket or a timer ends the machine.
 */
import Timer from "timer";
import { type Answer, errorAnswer, STATUS_BAD_REQUEST, STATUS_FAILED, STATUS_TIMEOUT } from "../../status/answer.js";
import type { RequestHead } from "../../status/request-head.js";
import type { Decision, Site } from "../../status/site.js";
import { PROGRESS_CHECK_MS, type Upload } from "../../status/upload.js";
import { endOfHead, parseHead } from "./http-head.js";
import type { TCP, TCPConstructor } from "./tcp.js";

/** A browser sends some 1,000 bytes, and cookies of other servers at the same address. */
const MAX_HEAD_BYTES = 4096;
/** Bytes read or written at a time: about three packets. It limits the garbage. */
const PART_BYTES = 1024;
/** Bytes of a refused body that are read and dropped. Closing at once would keep the client from reading the answer. */
const MAX_UNWANTED_BYTES = 65_536;
const ANSWER_MS = 15_000;

export interface ConnectionOwner {
  readonly site: Site;
  readonly headTimeoutMs: number;
  /** The connection is closed. */
  gone(connection: HTTPConnection): void;
  /** Reports an exception. Must not throw. */
  failed(error: unknown): void;
}

export class HTTPConnection {
  private readonly socket: TCP;
  private timer: Timer | undefined;
  private isClosed = false;

  /** The head as far as it has arrived; null after its end. */
  private head: Uint8Array | null = new Uint8Array(MAX_HEAD_BYTES);
  private headLength = 0;
  private upload: Upload | undefined;
  /** Remaining bytes of a body that is dropped. */
  private unwanted = 0;
  /** Parts of the answer that are still to be written. */
  private readonly output: Uint8Array[] = [];
  private isAnswered = false;
  private writable = 0;

  /**
   * @param accepted the connection that the listener accepted.
   */
  constructor(
    accepted: TCP,
    private readonly owner: ConnectionOwner,
    private readonly address: string,
  ) {
    this.socket = new (accepted.constructor as TCPConstructor)({
      from: accepted,
      target: this,
      onReadable(count) {
        const connection = this.target as HTTPConnection;
        connection.guarded(() => connection.read(count));
      },
      onWritable(count) {
        const connection = this.target as HTTPConnection;
        connection.guarded(() => connection.write(count));
      },
      onError() {
        (this.target as HTTPConnection).close();
      },
    });
    this.limitTime(owner.headTimeoutMs, () => this.close());
  }

  close(): void {
    if (this.isClosed) {
      return;
    }
    this.isClosed = true;
    Timer.clear(this.timer);
    try {
      this.upload?.abort();
      this.socket.close();
    } catch (error) {
      this.owner.failed(error);
    }
    this.owner.gone(this);
  }

  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.owner.failed(error);
      this.close();
    }
  }

  private limitTime(limitMs: number, tooLate: () => void): void {
    Timer.clear(this.timer);
    this.timer = Timer.set(() => {
      this.timer = undefined;
      this.guarded(tooLate);
    }, limitMs);
  }

  private read(count: number): void {
    let left = count;
    while (left > 0 && !this.isClosed) {
      const part = this.socket.read(left < PART_BYTES ? left : PART_BYTES);
      if (part === undefined) {
        return;
      }
      left -= part.byteLength;
      this.take(new Uint8Array(part));
    }
  }

  private take(bytes: Uint8Array): void {
    if (this.head !== null) {
      this.takeHead(this.head, bytes);
    } else if (this.upload !== undefined) {
      this.takeBody(this.upload, bytes);
    } else {
      this.unwanted -= bytes.length;
      this.closeWhenDone();
    }
  }

  private takeHead(head: Uint8Array, bytes: Uint8Array): void {
    const taken = bytes.subarray(0, MAX_HEAD_BYTES - this.headLength);
    head.set(taken, this.headLength);
    // The end may have begun in the previous part.
    const from = this.headLength < 3 ? 0 : this.headLength - 3;
    this.headLength += taken.length;
    const end = endOfHead(head, from, this.headLength);
    if (end < 0) {
      if (this.headLength === MAX_HEAD_BYTES) {
        this.close();
      }
      return;
    }
    const request = parseHead(head, end, this.address);
    const rest = bytes.subarray(bytes.length - (this.headLength - end) - (bytes.length - taken.length));
    this.head = null;
    if (request === undefined) {
      this.answer(errorAnswer(STATUS_BAD_REQUEST, "The server does not understand this request. Expected HTTP/1.1."));
      return;
    }
    this.decide(request);
    if (rest.length > 0 && !this.isClosed) {
      this.take(rest);
    }
  }

  private decide(request: RequestHead): void {
    const decision = this.decisionOn(request);
    if (decision.kind === "upload") {
      const { upload } = decision;
      this.upload = upload;
      this.watch(upload);
      if (upload.isComplete) {
        this.finish(upload);
      }
      return;
    }
    const length = request.header("content-length") ?? "0";
    this.unwanted = /^\d{1,15}$/.test(length) ? Number(length) : 0;
    this.answer(decision.kind === "list" ? this.listed(decision) : decision.answer);
  }

  /** Answers even if the storage throws. */
  private decisionOn(request: RequestHead): Decision {
    try {
      return this.owner.site.decide(request);
    } catch (error) {
      this.owner.failed(error);
      return {
        kind: "answer",
        answer: errorAnswer(STATUS_FAILED, "The board failed to do this. See its console."),
      };
    }
  }

  /** Storages of a board list their files synchronously. */
  private listed({ catalogue, page }: Decision & { kind: "list" }): Answer {
    const { folder, isDeep } = page.query;
    return page.answer(catalogue.listFiles((file) => page.add(file), folder, isDeep) !== false);
  }

  private takeBody(upload: Upload, bytes: Uint8Array): void {
    const refusal = upload.write(bytes);
    if (refusal !== undefined) {
      this.upload = undefined;
      this.unwanted = upload.leftBytes;
      this.answer(refusal);
    } else if (upload.isComplete) {
      this.finish(upload);
    }
  }

  private finish(upload: Upload): void {
    this.upload = undefined;
    this.answer(upload.finish());
  }

  private watch(upload: Upload): void {
    this.limitTime(PROGRESS_CHECK_MS, () => (upload.keepsUp() ? this.watch(upload) : this.tooSlow(upload)));
  }

  private tooSlow(upload: Upload): void {
    upload.abort();
    this.upload = undefined;
    this.answer(errorAnswer(STATUS_TIMEOUT, `"${upload.name}" took too long and was not saved. Send it again.`));
  }

  private answer({ status, headers, body }: Answer): void {
    if (this.isAnswered) {
      return;
    }
    this.isAnswered = true;
    this.limitTime(ANSWER_MS, () => this.close());
    const bytes = typeof body === "string" ? new Uint8Array(ArrayBuffer.fromString(body)) : body;
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const head = `HTTP/1.1 ${status} \r\n${lines}content-length: ${bytes.length}\r\nconnection: close\r\n\r\n`;
    this.output.push(new Uint8Array(ArrayBuffer.fromString(head)), bytes);
    this.write(this.writable);
  }

  private write(count: number): void {
    this.writable = count;
    while (this.writable > 0 && this.output.length > 0) {
      const next = this.output[0] as Uint8Array;
      const length = Math.min(this.writable, PART_BYTES, next.length);
      if (length > 0) {
        this.writable = this.socket.write(next.subarray(0, length)) ?? 0;
      }
      if (length === next.length) {
        this.output.shift();
      } else {
        this.output[0] = next.subarray(length);
      }
    }
    this.closeWhenDone();
  }

  /** Closes after the answer was written and the rest of a dropped body has arrived, or is too long. */
  private closeWhenDone(): void {
    const isRead = this.unwanted <= 0 || this.unwanted > MAX_UNWANTED_BYTES;
    if (this.isAnswered && this.output.length === 0 && isRead) {
      this.close();
    }
  }
}
