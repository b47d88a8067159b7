/** The ECMA-419 network interfaces of the SDK, which are alike. */
declare module "embedded:network/interface/wifi" {
  const WiFi: import("../firmware/network.js").NetworkInterfaceConstructor<{ SSID: string; password?: string }>;
  export default WiFi;
}

declare module "embedded:network/interface/ethernet" {
  const Ethernet: import("../firmware/network.js").NetworkInterfaceConstructor<undefined>;
  export default Ethernet;
}

/** The SDK's older Wi-Fi module, which alone can be an access point. */
declare module "wifi" {
  const WiFi: {
    /** A password has 8 to 64 bytes; without the property the network is open. */
    accessPoint(options: { ssid: string; password?: string; channel?: number }): void;
  };
  export default WiFi;
}
