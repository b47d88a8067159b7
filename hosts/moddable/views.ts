/**
 * What callbacks on a board see of transfers and requests. An address is a text with every UDP module, and is made when it is
 * read: the project's own gives numbers, so that a datagram makes no garbage.
 */
import type { Address, TransferView } from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import { addressBits } from "../common/ipv4.js";

/** A transfer, with its peer's address as a text. Valid during the callback only. */
export interface TFTPTransfer extends TransferView {
  /** The peer's IPv4 address, such as "192.168.4.2". */
  readonly address: string;
}

/** A request. Valid during the callback only. */
export interface TFTPRequest {
  /** The client's IPv4 address, such as "192.168.4.2". On a board the text is made each time that it is read. */
  readonly address: string;
  /** The 32 bits of that address as a number, to compare networks without a text: 192.168.4.2 is 0xc0a80402. */
  readonly addressBits: number;
  /** The client's port. */
  readonly port: number;
}

/** A request that was answered with an ERROR. Valid during the callback only. */
export interface TFTPRefusedRequest extends TFTPRequest {
  /** The name, as the client sent it: control characters and `..` included; empty if the request is malformed. */
  readonly name: string;
  /** Whether it asks to write a file. */
  readonly isUpload: boolean;
}

const NO_NAME = "";

/** The one view of all requests. */
export class RequestView implements TFTPRefusedRequest {
  name = NO_NAME;
  isUpload = false;
  port = 0;
  private sender: Address = 0;

  get address(): string {
    return addressText(this.sender);
  }

  get addressBits(): number {
    return typeof this.sender === "number" ? this.sender : addressBits(this.sender);
  }

  /** Shows another request. */
  show(address: Address, port: number, name: string, isUpload: boolean): this {
    this.sender = address;
    this.port = port;
    this.name = name;
    this.isUpload = isUpload;
    return this;
  }
}

/** Hides the address of the engine's transfer, which is the prototype of a view. */
const ADDRESS_AS_TEXT = Object.freeze({
  address: Object.freeze({
    get(this: object): string {
      return addressText((Object.getPrototypeOf(this) as TransferView).address);
    },
  }),
});

/** Returns a view of the transfers of a slot. It is kept, so that a transfer makes no garbage. */
export function viewOf<View extends TransferView>(transfer: View): View & TFTPTransfer {
  return Object.create(transfer, ADDRESS_AS_TEXT) as View & TFTPTransfer;
}
