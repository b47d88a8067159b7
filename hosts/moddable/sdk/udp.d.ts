declare module "embedded:io/socket/udp" {
  /** ECMA-419 UDP. */
  const UDP: import("../udp.js").UDPConstructor;
  export default UDP;
}
