declare module "mc/config" {
  /** The manifests' `config`, and the `name=value` words of mcconfig, which are always texts. Frozen. */
  const config: Readonly<Record<string, unknown>>;
  export default config;
}
