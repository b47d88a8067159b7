/**
 * The status page in one file: its script and its style stand in it, and the policy that goes with it names them by their
 * hashes, so that a browser runs nothing else.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FOLDER = "hosts/status/page";
/** What the hosts import of the page. */
export const PAGE_MODULE = "lockstep-tftp:page";
const PAGE = "status-page.html.gz";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

/** Set when the page has been made, which is before any host is bundled. */
let policy = "";

function source(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function policyFor(script, style) {
  return [
    "default-src 'none'",
    `script-src ${source(script)}`,
    `style-src ${source(style)}`,
    "connect-src 'self'",
    // The empty icon of the page.
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** Puts a bundle of the page's script into the page. */
export const makePage = {
  name: "make-page",
  buildStart() {
    this.addWatchFile(`${FOLDER}/index.html`);
    this.addWatchFile(`${FOLDER}/style.css`);
  },
  generateBundle(_options, bundle) {
    const [[fileName, { code }]] = Object.entries(bundle);
    delete bundle[fileName];
    const style = readFileSync(`${FOLDER}/style.css`, "utf8");
    // Functions, because a text to put in could have signs that `replace` takes for its own.
    const page = readFileSync(`${FOLDER}/index.html`, "utf8")
      .replace("<style></style>", () => `<style>${style}</style>`)
      .replace("<script></script>", () => `<script>${code}</script>`);
    policy = policyFor(code, style);
    this.emitFile({ type: "asset", fileName: PAGE, source: gzipSync(page, { level: 9 }) });
  },
};

/** What the hosts know of the page. */
export const pageModule = {
  name: "page-module",
  resolveId: (id) => (id === PAGE_MODULE ? PAGE_MODULE : null),
  load: (id) =>
    id === PAGE_MODULE
      ? `export const CONTENT_SECURITY_POLICY = ${JSON.stringify(policy)};\nexport const VERSION = ${JSON.stringify(version)};\n`
      : null,
};
