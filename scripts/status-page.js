/**
 * Makes the status page: one file with its script and style in it. The Content-Security-Policy names both by their hashes, so
 * that a browser runs nothing else.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FOLDER = "hosts/status/page";
const STYLES = ["style.css", "parts.css"].map((name) => `${FOLDER}/${name}`);
/** Name by which the hosts import the policy and the version. */
export const PAGE_MODULE = "lockstep-tftp:page";
const PAGE = "status-page.html.gz";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

/** Set when the page is made, before any host is bundled. */
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
    // The page has an empty icon.
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** Without the blanks before lines, for the flash of a board. The page has no text of several lines that needs them. */
function lean(text) {
  return text.replace(/^ +/gm, "");
}

/** Puts the bundled script and the style into the page. */
export const makePage = {
  name: "make-page",
  buildStart() {
    this.addWatchFile(`${FOLDER}/index.html`);
    for (const style of STYLES) {
      this.addWatchFile(style);
    }
  },
  generateBundle(_options, bundle) {
    const [[fileName, { code }]] = Object.entries(bundle);
    delete bundle[fileName];
    const style = lean(STYLES.map((file) => readFileSync(file, "utf8")).join("")).replace(/\/\*.*?\*\/\n/gs, "");
    const script = lean(code);
    // Functions, since `replace` would interpret `$` in a string.
    const page = lean(readFileSync(`${FOLDER}/index.html`, "utf8"))
      .replace("<style></style>", () => `<style>${style}</style>`)
      .replace("<script></script>", () => `<script>${script}</script>`);
    policy = policyFor(script, style);
    this.emitFile({ type: "asset", fileName: PAGE, source: gzipSync(page, { level: 9 }) });
  },
};

/** The module that the hosts import. */
export const pageModule = {
  name: "page-module",
  resolveId: (id) => (id === PAGE_MODULE ? PAGE_MODULE : null),
  load: (id) =>
    id === PAGE_MODULE
      ? `export const CONTENT_SECURITY_POLICY = ${JSON.stringify(policy)};\nexport const VERSION = ${JSON.stringify(version)};\n`
      : null,
};
