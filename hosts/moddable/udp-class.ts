/** The class of native/lockstep-udp.js, for TypeScript: the module `lockstep-tftp/udp`. */
import type { BufferUDPConstructor } from "./udp.js";

declare const UDP: BufferUDPConstructor;

export type { BufferUDP, BufferUDPConstructor, BufferUDPOptions, Datagram, UDP } from "./udp.js";
export default UDP;
