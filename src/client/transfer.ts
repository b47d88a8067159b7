/**
 * A transfer that this end has asked for: what was asked, and what the server said when it refused.
 */

import type { Address, ReadableFile, TransferObserver, TransferView, WritableFile } from "../host.js";
import { NOT_ASKED, OptionValues } from "../options.js";
import type { Outcome } from "../outcome.js";
import { MAX_BLOCK_BYTES } from "../packet.js";
import { FLAG_NETASCII, NO_PORT, STATE_OFFERING, Transfer } from "../transfer.js";
import type { ClientRequest } from "./settings.js";

const NO_TEXT = "";

/** What an observer may see of a client's transfer. Good during the call only, as every {@link TransferView}. */
export interface ClientTransferView extends TransferView {
  /** The server's port, which it chooses itself: -1 until it has answered. */
  readonly port: number;
  /**
   * The text of the server's ERROR, or what the server sent in its place; empty if there was none. At most 256 bytes of
   * it are kept, and no control characters of ASCII; but it is a stranger's text, which a terminal or a page must escape.
   */
  readonly errorText: string;
}

/** What a client tells. A transfer that no server has answered ends without having started. */
export interface ClientObserver extends TransferObserver {
  ended(transfer: ClientTransferView, outcome: Outcome, now: number): void;
}

export class ClientTransfer extends Transfer implements ClientTransferView {
  readonly asked = new OptionValues();
  /** Where the request goes. */
  requestPort = NO_PORT;
  isWaiting = false;
  errorText = NO_TEXT;
  private isPut = false;

  override get isUpload(): boolean {
    return this.isPut;
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
    this.begin(request.name, this.slot, address, NO_PORT, now);
    this.file = file;
    this.isPut = isPut;
    this.requestPort = port;
    this.isWaiting = request.wait ?? false;
    this.sizeBytes = sizeBytes;
    this.state = STATE_OFFERING;
    this.flags = request.isNetascii ? FLAG_NETASCII : 0;
    const { asked } = this;
    asked.blockSizeBytes = request.blockSizeBytes ?? NOT_ASKED;
    asked.timeoutSeconds = request.timeoutSeconds ?? NOT_ASKED;
    asked.windowSize = request.windowSize ?? NOT_ASKED;
    asked.transferSizeBytes = request.tellSize && !this.isNetascii ? (isPut ? sizeBytes : 0) : NOT_ASKED;
    // As long as nothing else is agreed upon.
    this.blockSizeBytes = MAX_BLOCK_BYTES;
    this.windowSize = 1;
  }

  override release(): void {
    super.release();
    this.errorText = NO_TEXT;
  }
}
