declare module "embedded:io/socket/listener" {
  /** ECMA-419 TCP listener. */
  const Listener: import("../status/tcp.js").ListenerConstructor;
  export default Listener;
}
