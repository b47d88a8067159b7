/** Outcomes and errors in words: each constant of the engine has a name for data and words for people. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorText, outcomeText } from "lockstep-tftp";
import * as engine from "lockstep-tftp/engine";
import { boardModule } from "../moddable/board.js";

type NameOf = (value: number) => string;

const { errorName, outcomeName } = await boardModule<{ errorName: NameOf; outcomeName: NameOf }>("server");

function constantsOf(prefix: string): [name: string, value: number][] {
  return Object.entries(engine as Record<string, unknown>)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length).toLowerCase(), value as number]);
}

const outcomes = constantsOf("OUTCOME_");

test("every outcome of a transfer that is over has the name of its constant", () => {
  assert.deepEqual(
    outcomes.map(([, outcome]) => outcome).sort((one, other) => one - other),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  );
  for (const [name, outcome] of outcomes) {
    assert.equal(outcomeName(outcome), name);
  }
});

test("every outcome of the engine has words, and no two have the same", () => {
  const texts = outcomes.map(([, outcome]) => outcomeText(outcome));
  assert.equal(new Set(texts).size, outcomes.length);
  for (const text of texts) {
    assert.doesNotMatch(text, /unknown/);
  }
});

test("an outcome that does not exist is called unknown", () => {
  assert.equal(outcomeName(12), "unknown");
  assert.equal(outcomeText(12), "unknown outcome 12");
});

test("every error of RFC 1350 and of RFC 2347 has words, and other codes are called unknown", () => {
  const texts = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(errorText);
  assert.equal(new Set(texts).size, 9);
  assert.deepEqual([0, 1, 6, 7].map(errorName), ["not_defined", "file_not_found", "file_exists", "unknown"]);
  assert.equal(errorText(9), "unknown error code");
  assert.equal(errorText(65_535), "unknown error code");
});
