declare module "embedded:io/socket/udp" {
  /** ECMA-419 UDP: that of the SDK, or the board's own when its manifest is included. */
  const UDP: import("../udp.js").UDPConstructor;
  export default UDP;
}
