/** The part of a DHCP server that the status page uses. */

/** A client that has an address. */
export interface AddressedClient {
  readonly address: string;
  /** As `aa-bb-cc-dd-ee-ff`. */
  readonly hardwareAddress: string;
  /** The boot file that it was told; empty without one. */
  readonly file: string;
  /** Whether it has asked for any file since it was told one. */
  readonly hasAsked: boolean;
  readonly remainingSeconds: number;
}

export interface AddressSource {
  /** Whether clients are served. */
  readonly isServing: boolean;
  /** Address of another DHCP server, because of which this one is silent; empty otherwise. */
  readonly otherServer: string;
  readonly clients: readonly AddressedClient[];
}
