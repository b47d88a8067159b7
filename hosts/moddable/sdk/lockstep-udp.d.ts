declare module "lockstep-tftp/udp" {
  /** The project's own class on ESP32 and on Linux, the SDK's elsewhere. */
  const UDP: import("../udp.js").UDPConstructor;
  export default UDP;
}
