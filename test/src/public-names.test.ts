/** Public names of the engine's two modules. A change here is a change of the API. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/program.js";

const ENGINE_VALUES = [
  "BUSY",
  "DISK_FULL",
  "ERROR_ACCESS_VIOLATION",
  "ERROR_DISK_FULL",
  "ERROR_FILE_EXISTS",
  "ERROR_FILE_NOT_FOUND",
  "ERROR_ILLEGAL_OPERATION",
  "ERROR_NOT_DEFINED",
  "ERROR_OPTION_NEGOTIATION",
  "ERROR_UNKNOWN_TRANSFER_ID",
  "EXISTS",
  "FAILED",
  "FIRST_LISTENER",
  "FORBIDDEN",
  "HEADER_BYTES",
  "MAX_BLOCK_BYTES",
  "MAX_NAME_BYTES",
  "MAX_PACKET_BYTES",
  "MAX_PORT",
  "NEVER",
  "NOT_FOUND",
  "OPCODE_ACKNOWLEDGEMENT",
  "OPCODE_DATA",
  "OPCODE_ERROR",
  "OPCODE_OPTION_ACKNOWLEDGEMENT",
  "OPCODE_READ_REQUEST",
  "OPCODE_WRITE_REQUEST",
  "OUTCOME_ABORTED_BY_PEER",
  "OUTCOME_COMPLETED",
  "OUTCOME_DECLINED",
  "OUTCOME_PROBABLY_COMPLETED",
  "OUTCOME_PROTOCOL_VIOLATED",
  "OUTCOME_STOPPED",
  "OUTCOME_STORAGE_FAILED",
  "OUTCOME_SUPERSEDED",
  "OUTCOME_TIMED_OUT",
  "OUTCOME_TOO_LARGE",
  "OUTCOME_UNANSWERED",
  "PENDING",
  "Server",
  "TFTP_PORT",
  "checked",
  "cleanName",
  "decodeName",
  "isRefusal",
];

const ENGINE_TYPES = [
  "Address",
  "AddressHash",
  "LocalPort",
  "Observer",
  "Outcome",
  "ReadableFile",
  "Refusal",
  "RetransmissionOptions",
  "ServerOptions",
  "Storage",
  "TransferObserver",
  "TransferView",
  "Transport",
  "WritableFile",
];

const CLIENT_VALUES = ["Client", "FIRST_LISTENER", "NEVER", "NO_SLOT"];

const CLIENT_TYPES = [
  "Address",
  "ClientObserver",
  "ClientOptions",
  "ClientRequest",
  "ClientTransferView",
  "LocalPort",
  "Outcome",
  "ReadableFile",
  "Refusal",
  "RetransmissionOptions",
  "TransferObserver",
  "TransferView",
  "Transport",
  "WritableFile",
];

for (const [module, declarations, values, types] of [
  ["lockstep-tftp/engine", "dist/engine.d.ts", ENGINE_VALUES, ENGINE_TYPES],
  ["lockstep-tftp/engine/client", "dist/engine/client.d.ts", CLIENT_VALUES, CLIENT_TYPES],
] as const) {
  test(`${module} exports exactly the listed values`, async () => {
    assert.deepEqual(Object.keys(await import(module)).sort(), values);
  });

  test(`${module} declares exactly the listed values and types`, () => {
    const exported = exportedNames(readFileSync(path.join(PROJECT, declarations), "utf8"));
    assert.deepEqual(exported.sort(), [...values, ...types].sort());
  });
}

/** Returns the names in the export lists of a bundle of declarations. */
function exportedNames(source: string): string[] {
  return [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names = ""]) =>
    names.split(",").map((name) => name.trim()),
  );
}

test("the engine's declarations contain public names only", () => {
  for (const file of ["dist/engine.d.ts", "dist/engine/client.d.ts"]) {
    const source = readFileSync(path.join(PROJECT, file), "utf8");
    const declared = [
      ...source.matchAll(/^(?:declare )?(?:abstract )?(?:class|interface|type|const|function) (\w+)/gm),
    ];
    const names = declared.map(([, name]) => name as string);
    assert.ok(names.length > 10);
    assert.deepEqual(
      names.filter((name) => !exportedNames(source).includes(name)),
      [],
      file,
    );
  }
});
