/** The modes of RFC 1350 §1, as requests spell them. "mail" is none any more. */
import { ascii } from "./text.js";

export const MODE_OCTET = ascii("octet");
export const MODE_NETASCII = ascii("netascii");
