/** What the build makes of the page beside the page itself. */
declare module "lockstep-tftp:page" {
  /** The Content-Security-Policy that lets the page's own script and style run, and nothing else. */
  export const CONTENT_SECURITY_POLICY: string;
  /** The package's version. */
  export const VERSION: string;
}
