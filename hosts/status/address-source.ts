/** The part of a DHCP server that the status page uses. */

/** A client that has an address. */
export interface AddressedClient {
  /** Its IPv4 address. */
  readonly address: string;
  /** As `aa-bb-cc-dd-ee-ff`. */
  readonly hardwareAddress: string;
  /** The boot file that it was told; empty without one. */
  readonly file: string;
  /** Whether it has asked for any file since it was told one. */
  readonly hasAsked: boolean;
  /** Seconds until its lease ends. */
  readonly remainingSeconds: number;
}

/** The state of a DHCP server, as the status page shows it. */
export interface AddressSource {
  /** Whether clients are served. */
  readonly isServing: boolean;
  /** Address of another DHCP server, because of which this one is silent; empty otherwise. */
  readonly otherServer: string;
  /** Clients that have an address. */
  readonly clients: readonly AddressedClient[];
}
