/** Values that the build derives from the page. */
declare module "lockstep-tftp:page" {
  /** Content-Security-Policy that allows the page's own script and style, and nothing else. */
  export const CONTENT_SECURITY_POLICY: string;
  /** Version of the package. */
  export const VERSION: string;
}
