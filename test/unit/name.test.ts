import assert from "node:assert/strict";
import { test } from "node:test";
import { NAME_BYTES_MAX } from "lockstep-tftp/engine";

test("the longest name fits a request of RFC 1350", () => {
  assert.equal(2 + NAME_BYTES_MAX + 1 + "octet".length + 1, 512);
});
