/** A client that waits for its server, while its host's clock is set back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Transport, WritableFile } from "lockstep-tftp/engine";
import { Client } from "lockstep-tftp/engine/client";

const INTERVAL_MS = 1000;
const STARTED_AT = 10_000_000;
const SET_BACK_TO = 5_000_000;
const REPEATS = 60;

test("a client that waits for its server goes on when the clock is set back, however short giveUpMs is", () => {
  let sent = 0;
  const transport: Transport = {
    send: () => {
      sent++;
    },
    open: () => true,
    close: () => {},
  };
  const file: WritableFile = { write: () => 0, commit: () => 0, close: () => {} };
  const client = new Client(transport, { giveUpMs: 1, initialIntervalMs: INTERVAL_MS });
  client.get({ name: "file", wait: true }, file, 1, 69, STARTED_AT);
  client.poll(SET_BACK_TO);
  assert.equal(sent, 1);
  for (let repeat = 1; repeat <= REPEATS; repeat++) {
    assert.equal(client.nextAt, SET_BACK_TO + repeat * INTERVAL_MS);
    client.poll(client.nextAt);
    assert.equal(sent, 1 + repeat);
  }
  assert.equal(client.running, 1);
});
