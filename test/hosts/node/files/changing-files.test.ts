/** Files that change while they are sent. */
import assert from "node:assert/strict";
import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { ERROR_NOT_DEFINED } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { ATTACK, folders } from "./two-folders.js";

describe("a file that changes while it is sent", () => {
  const SIZE_BYTES = 20 * 512;
  const CONTENT = seededBytes(1, SIZE_BYTES);

  for (const [what, length] of [
    ["loses its second half", SIZE_BYTES / 2],
    ["loses one byte", SIZE_BYTES - 1],
    ["loses everything", 0],
  ] as const) {
    for (const mode of ["octet", "netascii"]) {
      test(`a file that ${what} while it is sent ends in an ERROR, not in a short file (${mode})`, async (t) => {
        const { root } = folders(t);
        writeFileSync(path.join(root, "changing"), CONTENT);
        const { port } = await serving(t, { root });
        const step = (blocks: number): void => {
          if (blocks === 2) {
            truncateSync(path.join(root, "changing"), length);
          }
        };
        await assert.rejects(fetchFile("changing", { port, mode, step }), { errorCode: ERROR_NOT_DEFINED });
      });
    }
  }

  test("a file that grows while it is sent is sent with its old size", async (t) => {
    const { root } = folders(t);
    writeFileSync(path.join(root, "changing"), CONTENT);
    const { port } = await serving(t, { root });
    const step = (): void => appendFileSync(path.join(root, "changing"), "and more");
    const fetched = await fetchFile("changing", { port, options: { tsize: 0 }, step });
    assert.equal(fetched.granted?.tsize, SIZE_BYTES);
    assert.deepEqual(fetched.content, CONTENT);
  });

  test("a file that is replaced while it is sent is sent as it was", async (t) => {
    const { root } = folders(t);
    writeFileSync(path.join(root, "changing"), CONTENT);
    const { port } = await serving(t, { root, write: "overwrite" });
    const step = async (blocks: number): Promise<void> => {
      if (blocks === 2) {
        await putFile("changing", ATTACK, { port });
      }
    };
    assert.deepEqual((await fetchFile("changing", { port, step })).content, CONTENT);
    assert.deepEqual((await fetchFile("changing", { port })).content, ATTACK);
  });
});
