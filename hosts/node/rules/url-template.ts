/**
 * URLs that rules make of names. The names come from the wire: they are percent-encoded, fill whole parts of the path or of
 * the query, and cannot change the server, leave the folder, or begin a query.
 */

/** No name of a file looks like this: the engine leaves no two slashes together. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** A URL for logs and events: its query may hold a signature. */
export function shownUrl(text: string): string {
  return text.replace(/\?.*$/s, "?…");
}

/** @throws RangeError for a URL whose server is not fixed, or that could not be fetched. */
export function checkUrlTemplate(text: string): void {
  if (!isUrl(text)) {
    throw new RangeError(`"${text}" cannot be fetched; only URLs that begin with http:// or https:// can`);
  }
  const [, server = ""] = /^https?:\/\/([^/?#]*)/i.exec(text) ?? [];
  const example = text.replaceAll(/\{[^}]*\}/g, "x");
  if (server.includes("{")) {
    throw new RangeError(
      `"${text}" has a placeholder in the name of the server; only the path and the query may have some`,
    );
  }
  if (!URL.canParse(example) || !/^https?:\/\/[^/?#]+\//i.test(text)) {
    throw new RangeError(`"${text}" is not a URL; write for example "https://files.example/tftp/{name}"`);
  }
  if (server.includes("@")) {
    throw new RangeError("a URL must have no user and no password; give headers in [upstream]");
  }
  if (text.includes("#") || hasDots(pathOf(example))) {
    throw new RangeError(`"${text}" has a fragment or ".."; leave it out`);
  }
}

/** Encodes what fills a placeholder, after the text before it. */
export function encodedAfter(before: string, text: string): string {
  const encode = (part: string): string => part.replace(/[\udc80-\udcff]|[^\udc80-\udcff]+/g, encodedPart);
  return before.includes("?") ? encode(text) : text.split("/").map(encode).join("/");
}

/** Returns undefined for a URL that leads out of its folder: a placeholder may be filled with "..". */
export function checkedUrl(url: string): string | undefined {
  return hasDots(pathOf(url)) ? undefined : url;
}

/** A byte that is not UTF-8 is a character with the byte in its lower half. */
function encodedPart(part: string): string {
  const code = part.charCodeAt(0);
  return part.length === 1 && code >= 0xdc80 && code <= 0xdcff
    ? `%${(code & 0xff).toString(16).toUpperCase()}`
    : encodeURIComponent(part);
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/i, "").replace(/\?.*$/s, "");
}

/** Servers and `fetch` read an encoded dot as a dot. */
function hasDots(path: string): boolean {
  return path.split(/[/\\]/).some((part) => /^(\.|%2e){1,2}$/i.test(part));
}
