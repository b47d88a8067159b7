import assert from "node:assert/strict";
import { test } from "node:test";
import { forAll, shrink } from "./property.js";

test("a failing case is shrunk as far as possible", () => {
  const items = Array.from({ length: 100 }, (_, index) => index);
  const halves = (item: number): number[] => (item === 0 ? [] : [Math.floor(item / 2)]);
  const smallest = shrink(items, halves, (candidate) => candidate.filter((item) => item >= 10).length >= 2);
  assert.equal(smallest.length, 2);
  assert.ok(smallest.every((item) => item >= 10 && item < 20));
});

test("a property that does not hold is reported with its seed and its smallest case", () => {
  const property = {
    cases: 100,
    generate: (random: { below(limit: number): number }) => [random.below(1000), random.below(1000)],
    check: (items: readonly number[]) => assert.ok(!items.some((item) => item > 500)),
  };
  assert.throws(() => forAll(property), /Seed 1 fails; the smallest case is \[\d{3}\]/);
});
