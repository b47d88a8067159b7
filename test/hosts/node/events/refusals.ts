/** Requests that a server refuses, each for another reason, with what the owner of the server is told. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import type { NameRule, TftpServerOptions } from "lockstep-tftp";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CONTENT = Buffer.from("content");
const MAX_SIZE_BYTES = 100;
/** More than any disk has, and the largest number that a request may announce. */
const ENDLESS = 999_999_999_999_999;
/** As a server in another place names an unfinished upload. */
const UNFINISHED = ".tftp-upload-00000000-1-0123456789abcdef";

export const RULES: readonly NameRule[] = [
  { match: "phone-*", direction: "get", to: "phones/{1}.xml" },
  { match: "phone-*", direction: "get", to: "all-{1}.xml" },
  { match: "**.key", refuse: true },
  { match: "sw-*", direction: "put", to: "backups/{address}/{name}" },
  { match: "up*", to: "{1}/secret" },
  { match: "deep-*", direction: "put", to: "1/2/3/4/5/6/7/8/9/{1}", makeFolders: true },
];

/** Servers with their flags, and the same as options of the class. */
export const SERVERS = {
  "read-only": { flags: [], options: {} },
  uploads: {
    flags: ["--write", "--max-size", String(MAX_SIZE_BYTES)],
    options: { write: "new", maxSizeBytes: MAX_SIZE_BYTES },
  },
  "replacing uploads": { flags: ["--overwrite"], options: { write: "overwrite" } },
  "drop box": { flags: ["--write", "--write-only"], options: { write: "new", read: false } },
} as const satisfies Readonly<Record<string, { flags: readonly string[]; options: TftpServerOptions }>>;

export interface Refusal {
  readonly server: keyof typeof SERVERS;
  readonly request: "get" | "put" | "put announced";
  readonly name: string;
  readonly sizeBytes?: number;
  readonly mode?: string;
  readonly errorCode: number;
  readonly code: string;
  readonly text: RegExp;
}

function get(server: keyof typeof SERVERS, name: string, errorCode: number, code: string, text: RegExp): Refusal {
  return { server, request: "get", name, errorCode, code, text };
}

function put(server: keyof typeof SERVERS, name: string, errorCode: number, code: string, text: RegExp): Refusal {
  return { server, request: "put", name, errorCode, code, text };
}

const RIGHTS = String.raw`\(owner \d+, group \d+, mode 0000\)`;

const LEFT = /^a link leads out of the folder, to ".*outside\/secret" \(--links-into ".*outside" follows it\)$/;

export const REFUSALS: readonly Refusal[] = [
  put("read-only", "new", 2, "uploads_off", /^uploads are off \(--write allows them\)$/),
  get("drop box", "file", 2, "downloads_off", /^downloads are off \(--write-only\)$/),
  put("uploads", "file", 6, "exists", /^the file exists already \(--overwrite allows replacing it\)$/),
  get("read-only", "folder", 2, "folder", /^it is a folder$/),
  put("replacing uploads", "folder", 2, "folder", /^it is a folder$/),
  get("read-only", "pipe", 2, "special_file", /^it is a device, a pipe or a socket$/),
  get("read-only", "link-out", 2, "link_leads_out", LEFT),
  get("read-only", "out/secret", 2, "link_leads_out", LEFT),
  put(
    "uploads",
    "out/new",
    2,
    "link_leads_out",
    /^a link leads out of the folder, to ".*outside", where nothing is written$/,
  ),
  put(
    "replacing uploads",
    "link-out",
    2,
    "link_leads_out",
    /^a link .* to ".*outside\/secret", where nothing is written$/,
  ),
  get("read-only", "circle", 2, "link_loop", /^links lead in a circle$/),
  get("read-only", "closed-file", 2, "unreadable", new RegExp(`^this user may not read it ${RIGHTS}$`)),
  get("read-only", "link-to-closed", 2, "unreadable", new RegExp(`^this user may not read it ${RIGHTS}$`)),
  get("read-only", "shut/a/b", 2, "unreadable", new RegExp(`^this user may not enter the folder "shut" ${RIGHTS}$`)),
  put("replacing uploads", "closed-file", 2, "unwritable", new RegExp(`^this user may not write to it ${RIGHTS}$`)),
  put(
    "uploads",
    "shut/new",
    2,
    "unwritable",
    new RegExp(`^this user may not make files in the folder "shut" ${RIGHTS}$`),
  ),
  get("read-only", "a.key", 2, "refused_by_rule", /^refused by rule 3 \(\*\*\.key\)$/),
  put("uploads", "a.KEY", 2, "refused_by_rule", /^refused by rule 3 \(\*\*\.key\)$/),
  get("read-only", "../outside/secret", 2, "not_a_file_name", /^not a name for files$/),
  get("read-only", "up..", 2, "not_a_file_name", /^not a name for files: rule 5 makes an invalid name of it$/),
  get("read-only", UNFINISHED, 1, "not_a_file_name", /^not a name for files: it is kept for unfinished uploads$/),
  put("uploads", UNFINISHED, 2, "not_a_file_name", /^not a name for files: it is kept for unfinished uploads$/),
  get("read-only", "a.~1~", 1, "not_a_file_name", /^not a name for files: it is kept for older versions of uploads$/),
  put("uploads", "a.~1~", 2, "not_a_file_name", /^not a name for files: it is kept for older versions of uploads$/),
  get("read-only", "x".repeat(300), 1, "not_a_file_name", /^not a name for files: it is too long for the file system$/),
  {
    ...get("read-only", "file", 4, "malformed_request", /^the request is malformed, or its mode is unknown$/),
    mode: "no",
  },
  put("uploads", "sw-1", 1, "folder_missing", /^the folder "backups\/127\.0\.0\.1" is not there$/),
  put("uploads", "none/new", 1, "folder_missing", /^the folder "none" is not there$/),
  put("uploads", "deep-1", 3, "too_many_folders", /^rules make no more folders: at most 8, one in the other$/),
  get("read-only", "missing", 1, "not_found", /^no such file$/),
  get("read-only", "nowhere", 1, "not_found", /^no such file: its link leads nowhere$/),
  get("read-only", "phone-7", 1, "not_found", /^no such file: the rules tried "phones\/7\.xml", "all-7\.xml"$/),
  {
    ...put("replacing uploads", "new", 3, "disk_full", /^the disk is full$/),
    request: "put announced",
    sizeBytes: ENDLESS,
  },
  {
    ...put("uploads", "new", 3, "too_large", /^larger than allowed \(--max-size\)$/),
    request: "put announced",
    sizeBytes: MAX_SIZE_BYTES + 1,
  },
];

/** Makes a folder with everything that the requests meet. Each user may look at it. */
export function folderOfRefusals(test: TestContext): string {
  let root = "";
  // Before the folder is removed, which other users than root could not do.
  test.after(() => chmodSync(path.join(root, "shut"), 0o755));
  const parent = temporaryFolder(test);
  root = path.join(parent, "served");
  for (const folder of ["served/folder", "served/shut/a", "outside"]) {
    mkdirSync(path.join(parent, folder), { recursive: true });
  }
  for (const file of ["served/file", "served/closed-file", "served/shut/a/b", "outside/secret"]) {
    writeFileSync(path.join(parent, file), CONTENT);
  }
  symlinkSync("../outside/secret", path.join(root, "link-out"));
  symlinkSync("../outside", path.join(root, "out"));
  symlinkSync("circle", path.join(root, "circle"));
  symlinkSync("not there", path.join(root, "nowhere"));
  symlinkSync("closed-file", path.join(root, "link-to-closed"));
  spawnSync("mkfifo", [path.join(root, "pipe")]);
  for (const [name, mode] of Object.entries({ "served/closed-file": 0, "served/shut": 0, served: 0o777, ".": 0o755 })) {
    chmodSync(path.join(parent, name), mode);
  }
  return root;
}

/** Makes the request. Rejects with the server's answer. */
export function request({ request, name, sizeBytes, mode }: Refusal, port: number): Promise<unknown> {
  const options = { port, ...(mode === undefined ? {} : { mode }) };
  switch (request) {
    case "get":
      return fetchFile(name, options);
    case "put":
      return putFile(name, CONTENT, options);
    case "put announced":
      return putFile(name, CONTENT, { ...options, options: { tsize: sizeBytes as number } });
  }
}

/** Rules as a configuration file has them. */
export function rulesAsToml(): string {
  return RULES.map((rule) => `[[rules]]\n${Object.entries(rule).map(tomlPair).join("\n")}\n`).join("\n");
}

function tomlPair([key, value]: [string, unknown]): string {
  return `${key === "makeFolders" ? "make-folders" : key} = ${JSON.stringify(value)}`;
}
