/** Public names of `lockstep-tftp`. A name that is added here is a promise: keep the list short. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { declarationsOf } from "../../support/declarations.js";

const VALUES = [
  "BUSY",
  "DISK_FULL",
  "DirectoryStorage",
  "EXISTS",
  "FAILED",
  "FORBIDDEN",
  "NOT_FOUND",
  "NameRules",
  "RuleStorage",
  "STATUS_PAGE_PORT",
  "StatusPage",
  "TftpError",
  "TftpServer",
  "errorText",
  "get",
  "isRefusal",
  "outcomeName",
  "outcomeText",
  "printable",
  "put",
  "refuse",
];

const TYPES = [
  "Address",
  "AddressSource",
  "BootState",
  "AddressedClient",
  "Catalogue",
  "ChangedFile",
  "ChecksummedStorage",
  "ClientTransferOptions",
  "CloseOptions",
  "ContentOptions",
  "DirectoryOptions",
  "EndedTransfer",
  "FetchedFile",
  "GetOptions",
  "GetToOptions",
  "HttpDownload",
  "IgnoredRequest",
  "Later",
  "LaterStorage",
  "LaterWritableFile",
  "ListedFile",
  "ListeningAddress",
  "NameRights",
  "NameRule",
  "NameRulesOptions",
  "NamedUpload",
  "OpenedForClient",
  "Outcome",
  "PlacedUploads",
  "PortRange",
  "PutSource",
  "ReadableFile",
  "Reason",
  "ReasonCode",
  "Refusal",
  "RefusedRequest",
  "Renamed",
  "RenamedRequest",
  "RetransmissionOptions",
  "RuleUse",
  "RuledName",
  "StatusPageEvents",
  "StatusPageOptions",
  "StatusSource",
  "Storage",
  "TftpErrorCode",
  "TftpErrorDetails",
  "TftpServerEvents",
  "TftpServerOptions",
  "TransferMode",
  "TransferSnapshot",
  "TransferSummary",
  "TransferView",
  "UpstreamOptions",
  "UploadPlace",
  "WritableFile",
  "WritePolicy",
];

test("lockstep-tftp exports exactly these values at run time", async () => {
  assert.deepEqual(Object.keys(await import("lockstep-tftp")).sort(), VALUES);
});

test("lockstep-tftp declares exactly these values and types", () => {
  const names = declarationsOf("dist/node/index.d.ts").exportNames();
  assert.deepEqual(names, [...VALUES, ...TYPES].sort());
});
