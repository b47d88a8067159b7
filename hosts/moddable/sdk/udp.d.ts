declare module "embedded:io/socket/udp" {
  /** ECMA-419 UDP: the SDK's, or the board's own if its manifest is included. */
  const UDP: import("../udp.js").UDPConstructor;
  export default UDP;
}
