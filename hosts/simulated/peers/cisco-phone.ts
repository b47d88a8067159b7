/**
 * A Cisco phone that boots: it asks for one file after another, and most are missing.
 *
 * - `CTLSEP<MAC>.tlv`, up to four times, `ITLSEP<MAC>.tlv`, `ITLFile.tlv`, `SEP<MAC>.cnf.xml`, and when that is missing
 *   `XmlDefault.cnf.xml`. Each request uses another port; no options.
 */

import type { SimulatedClientOptions } from "./client.js";
import { GetClient } from "./get-client.js";
import type { SimulatedWorld } from "./peer.js";

const CERTIFICATE_TRIES = 4;

/** Options of a {@link CiscoPhone}. */
export interface CiscoPhoneOptions extends Omit<SimulatedClientOptions, "name"> {
  /** The MAC address, as twelve hexadecimal digits in upper case. */
  mac: string;
}

/** A Cisco IP phone that boots: it asks for one file after another until it has its configuration. */
export class CiscoPhone extends GetClient {
  private readonly names: readonly string[];
  private step = 0;

  constructor(world: SimulatedWorld, { mac, ...options }: CiscoPhoneOptions) {
    super(world, { ...options, name: `CTLSEP${mac}.tlv` });
    const certificates = new Array<string>(CERTIFICATE_TRIES).fill(`CTLSEP${mac}.tlv`);
    this.names = [...certificates, `ITLSEP${mac}.tlv`, "ITLFile.tlv", `SEP${mac}.cnf.xml`, "XmlDefault.cnf.xml"];
  }

  protected override receivedError(message: Uint8Array): void {
    const next = this.names[++this.step];
    if (next === undefined) {
      super.receivedError(message);
      return;
    }
    this.name = next;
    this.bind(this.port + 1);
    this.begin();
  }
}
