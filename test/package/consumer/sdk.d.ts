/** The SDK's modules that the pages use besides those of `lockstep-tftp/typings`. */
declare module "wifi" {
  const WiFi: { accessPoint(options: { ssid: string; password?: string; channel?: number }): void };
  export default WiFi;
}

declare module "embedded:network/interface/ethernet" {
  export default class Ethernet {
    constructor(options: { onChanged?(): void });
    configure(options: { static: { address: string; mask: string; gateway: string } }): void;
    connect(): void;
    readonly address: string | undefined;
  }
}

declare module "mc/config" {
  const config: Readonly<Record<string, string>>;
  export default config;
}
