declare module "embedded:io/socket/udp" {
  /** ECMA-419 UDP: the SDK's. */
  const UDP: import("../udp.js").UDPConstructor;
  export default UDP;
}
