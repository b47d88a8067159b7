/** The part of a DHCP server that the status page uses. */

/**
 * What a client has done since it was told its file: nothing (`silent`), asked only for other files, asked for its file, been
 * refused it, or fetched it. `untold` if no rule names a file for it.
 */
export type BootState = "untold" | "silent" | "elsewhere" | "asked" | "refused" | "fetched";

/** A client that has an address. */
export interface AddressedClient {
  /** Its IPv4 address. */
  readonly address: string;
  /** As `aa-bb-cc-dd-ee-ff`. */
  readonly hardwareAddress: string;
  /** The boot file that it was told; empty without one. */
  readonly file: string;
  /** Its progress with that file. */
  readonly state: BootState;
  /** Name of the file that it has asked for last; empty before, and where that is not known. */
  readonly askedFile: string;
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
