/** Parameters of `GET /api/files`, by which a program or the page asks for some of the files, in an order. */
import type { ListedFile } from "../common/catalogue.js";
import { nameInPath, textInQuery } from "./file-name.js";

/** Orders by name, by size and by time of change. */
export const FILE_ORDERS = Object.freeze(["name", "size", "time"] as const);
export type FileOrder = (typeof FILE_ORDERS)[number];

export interface FileQuery {
  /** Folder to list, with a slash at its end; empty for all that is served. */
  folder: string;
  /** Whether files in folders below are listed, in place of those folders. */
  isDeep: boolean;
  /** Texts in small letters, of which a name must have one; empty for every name. */
  parts: string[];
  order: FileOrder;
  isDescending: boolean;
  maxFiles: number;
  /** The last file of the page before: its name, and its size or time if that is the order. */
  after: ListedFile | undefined;
  /** Asks for the one file of this name, and for nothing else. */
  name: string | undefined;
}

/** @returns undefined if a parameter is malformed. */
export function fileQuery(target: string, maxFiles: number): FileQuery | undefined {
  const query: FileQuery = {
    folder: "",
    isDeep: true,
    parts: [],
    order: "name",
    isDescending: false,
    maxFiles,
    after: undefined,
    name: undefined,
  };
  const parameters = target.slice(target.indexOf("?") + 1).split("&");
  const isValid = parameters.every((parameter) => {
    const at = parameter.indexOf("=") + 1;
    return take(query, parameter.slice(0, at), parameter.slice(at));
  });
  // A folder is listed alone, and searched with all below it.
  query.isDeep ||= query.parts.length > 0;
  return isValid ? query : undefined;
}

/** @returns false if the value is malformed. Unknown keys are ignored. */
function take(query: FileQuery, key: string, value: string): boolean {
  const text = textInQuery(value);
  const name = nameInPath(value);
  switch (key) {
    case "folder=":
      query.folder = name === undefined ? "" : `${name}/`;
      query.isDeep = false;
      return name !== undefined || value === "";
    case "name=":
      query.name = name;
      return name !== undefined;
    case "search=":
      query.parts.push((text ?? "").toLowerCase());
      return text !== undefined;
    case "order=":
      query.order = value as FileOrder;
      return FILE_ORDERS.includes(query.order);
    case "descending=":
      query.isDescending = value === "true";
      return true;
    case "limit=":
      query.maxFiles = Math.min(query.maxFiles, Number(value));
      return query.maxFiles >= 1;
    case "after=":
      query.after = placeOf(text ?? "");
      return query.after !== undefined;
  }
  return true;
}

/** The place that `FilePage` has written as `next`. */
function placeOf(text: string): ListedFile | undefined {
  const at = text.indexOf("/");
  const number = Number(text.slice(0, at));
  const name = text.slice(at + 1);
  return at > 0 && number >= 0 && name !== ""
    ? { name, sizeBytes: number, modifiedAt: number, isRemovable: false }
    : undefined;
}
