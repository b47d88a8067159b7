/** A transfer that this end has requested, with its request and the text of the server's refusal. */
import type { Address, ReadableFile, TransferObserver, TransferView, WritableFile } from "../host.js";
import { NOT_ASKED, OptionValues } from "../options.js";
import type { Outcome } from "../outcome.js";
import { MAX_BLOCK_BYTES } from "../packet.js";
import { FLAG_NETASCII, NO_PORT, Transfer } from "../transfer.js";
import type { ClientRequest } from "./request.js";

const NO_TEXT = "";

/** A client's transfer as an observer sees it. Valid during the call only, as every {@link TransferView}. */
export interface ClientTransferView extends TransferView {
  /** The server's port, which the server chooses: -1 until it has answered. */
  readonly port: number;
  /**
   * Text of the server's ERROR, or text that the server sent in its place; empty if there was none. It has at most 256 bytes
   * and no ASCII control characters, but it is not trusted: a terminal or a page must escape it.
   */
  readonly errorText: string;
}

/** Receives the events of a client. A transfer that no server has answered ends without having started. */
export interface ClientObserver extends TransferObserver {
  ended(transfer: ClientTransferView, outcome: Outcome, now: number): void;
}

export class ClientTransfer extends Transfer implements ClientTransferView {
  readonly asked = new OptionValues();
  /** The port that the request goes to. */
  requestPort = NO_PORT;
  isWaiting = false;
  errorText = NO_TEXT;

  override get isUpload(): boolean {
    return !this.isReceiving;
  }

  /** Takes the slot for a request. */
  ask(
    request: ClientRequest,
    file: ReadableFile | WritableFile,
    isPut: boolean,
    sizeBytes: number,
    address: Address,
    port: number,
    now: number,
  ): void {
    this.begin(request.name, !isPut, this.slot, address, NO_PORT, now);
    this.file = file;
    this.requestPort = port;
    this.isWaiting = request.wait ?? false;
    this.sizeBytes = sizeBytes;
    if (request.isNetascii) {
      this.flags |= FLAG_NETASCII;
    }
    const asked = this.asked;
    asked.blockSizeBytes = request.blockSizeBytes ?? NOT_ASKED;
    asked.timeoutSeconds = request.timeoutSeconds ?? NOT_ASKED;
    asked.windowSize = request.windowSize ?? NOT_ASKED;
    asked.transferSizeBytes = request.tellSize && !this.isNetascii ? (isPut ? sizeBytes : 0) : NOT_ASKED;
    // Until an OACK says otherwise.
    this.blockSizeBytes = MAX_BLOCK_BYTES;
    this.windowSize = 1;
  }

  override release(): void {
    super.release();
    this.errorText = NO_TEXT;
  }
}
