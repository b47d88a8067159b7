/** A machine in a separate network namespace that has only loopback addresses. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TftpServer } from "lockstep-tftp";
import { fetchFile } from "../../../support/retrying-client.js";

const root = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
const server = new TftpServer({ root, port: 0 });
try {
  writeFileSync(path.join(root, "file"), "content");
  await server.listen();
  assert.deepEqual(server.addresses.map(({ address }) => address).sort(), ["127.0.0.1", "::1"]);
  for (const { address, port } of server.addresses) {
    const fetched = await fetchFile("file", { host: address, port });
    assert.equal(fetched.address, address);
  }
} finally {
  await server.close();
  rmSync(root, { recursive: true });
}
