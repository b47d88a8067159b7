/** A request that is kept until its storage has answered, and the storage's answers so far. */
import {
  type Address,
  HEADER_BYTES,
  type LocalPort,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  type ReadableFile,
  type Refusal,
} from "../../../src/index.js";
import { type Reason, refuseWith } from "../reasons.js";
import type { LaterWritableFile } from "./later-storage.js";

const OPCODE_BYTES = 2;

export type Opened = ReadableFile | LaterWritableFile | Refusal;

/** A name that a storage is asked for. With rules, one request may ask for several. */
export interface AskedName {
  /** The storage that was asked. Its answer is of no use to the one that replaces it. */
  readonly storage: object;
  readonly isUpload: boolean;
  readonly name: string;
}

/** Result of a promise. */
export interface Settled {
  readonly isRejected: boolean;
  /** The value, or what the promise was rejected with. */
  readonly value: unknown;
}

/** An answer that came later. */
export interface JudgedAnswer {
  readonly opened: Opened;
  /** Reason of a refusal, if the storage gave one. */
  readonly reason: Reason | undefined;
}

/** The storage's part: makes answers of what promises bring. Never throws. */
export interface Judge {
  judge(settled: Settled): JudgedAnswer;
  /** Closes a file that is not needed. */
  discard(opened: unknown): void;
}

/** Answer of a storage to one name. */
export class HeldAnswer {
  /** Undefined until the storage has answered. */
  private answer: JudgedAnswer | undefined;
  private isTaken = false;

  constructor(
    readonly asked: AskedName,
    private readonly judge: Judge,
  ) {}

  get isPending(): boolean {
    return this.answer === undefined;
  }

  /** Takes what the promise has brought. Returns false if nothing waits for it any longer. */
  settle(settled: Settled): boolean {
    const answer = this.judge.judge(settled);
    if (this.answer !== undefined) {
      this.judge.discard(answer.opened);
      return false;
    }
    this.answer = answer;
    if (this.isTaken) {
      this.judge.discard(answer.opened);
    }
    return !this.isTaken;
  }

  /** The answer for the engine: a file once, a refusal as often as it is asked for. */
  take(): JudgedAnswer | undefined {
    const { answer } = this;
    if (answer === undefined || this.isTaken) {
      return undefined;
    }
    this.isTaken = typeof answer.opened !== "number";
    return answer;
  }

  /** Closes the file, now or when it comes, unless it was taken. */
  discard(): void {
    if (!this.isTaken) {
      this.isTaken = true;
      this.judge.discard(this.answer?.opened);
    }
  }
}

/** Answers of storages to the names that one request asks for. */
export class KeptAnswers {
  private readonly answers: HeldAnswer[] = [];

  /** The answer that is being made; undefined if there is none. */
  get pending(): HeldAnswer | undefined {
    return this.answers.find(({ isPending }) => isPending);
  }

  add(answer: HeldAnswer): void {
    this.answers.push(answer);
  }

  /** Takes the answer for a name, and leaves its reason for the caller. */
  take({ storage, isUpload, name }: AskedName): Opened | undefined {
    const found = this.answers.find(
      ({ asked }) => asked.storage === storage && asked.isUpload === isUpload && asked.name === name,
    );
    const answer = found?.take();
    if (answer?.reason !== undefined) {
      refuseWith(answer.opened as Refusal, answer.reason);
    }
    return answer?.opened;
  }

  /** Closes the files that nothing has taken. */
  end(): void {
    for (const answer of this.answers) {
      answer.discard();
    }
  }
}

/** Keeps the answers of storages for a caller, which asks again when they are there. */
export interface AnswerKeeper {
  /** Whether answers are kept at present. */
  readonly isInRequest: boolean;
  /** Whether there is room for one more request. */
  readonly hasRoom: boolean;
  /** Time at which the caller asked first: it makes the same names of a request each time. */
  readonly time: Date;
  /** The later answer of a storage; undefined if it was not asked for this name, or has not answered. */
  take(asked: AskedName): Opened | undefined;
  /** Notes what was opened. Returns it. */
  opened<Answer>(answer: Answer): Answer;
  /** Keeps the answer of the promise, when it comes. Returns the storage's answer for now. */
  wait(asked: AskedName, promise: PromiseLike<unknown>, judge: Judge): Refusal;
  /** Has the caller ask again. Returns the storage's answer for now. */
  leave(): Refusal;
}

export class HeldRequest extends KeptAnswers {
  /**
   * @param packet the request as it came last. Clients may repeat it with other options.
   * @param askedFirst time at which the client asked first.
   * @param askedAt time on the engine's clock at which the client asked last.
   * @param expiresAt time on the same clock from which the request is not kept any longer.
   */
  constructor(
    public packet: Uint8Array,
    public listener: LocalPort,
    readonly address: Address,
    readonly port: number,
    readonly askedFirst: Date,
    public askedAt: number,
    public expiresAt: number,
  ) {
    super();
  }

  /** Whether `packet` asks for the same file in the same direction. */
  isRepeatedBy(packet: Uint8Array): boolean {
    for (let at = 0; at < packet.length; at++) {
      if (packet[at] !== this.packet[at]) {
        return false;
      }
      if (at >= OPCODE_BYTES && packet[at] === 0) {
        return true;
      }
    }
    return false;
  }
}

/** The bytes of a request, whose packet the engine changes; undefined for anything else. */
export function copyOfRequest(packet: DataView, length: number): Uint8Array<ArrayBuffer> | undefined {
  const opcode = length < HEADER_BYTES ? 0 : packet.getUint16(0);
  if (opcode !== OPCODE_READ_REQUEST && opcode !== OPCODE_WRITE_REQUEST) {
    return undefined;
  }
  const copy = new Uint8Array(length);
  copy.set(new Uint8Array(packet.buffer, packet.byteOffset, length));
  return copy;
}
