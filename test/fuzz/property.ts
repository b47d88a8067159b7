/**
 * A small property-based tester: makes random cases from seeds, and shrinks a failing case before it reports it.
 */
import { SeededRandom } from "lockstep-tftp/simulated";

export interface Property<Item> {
  /** Number of cases; `FUZZ_FACTOR` of the environment multiplies it. */
  readonly cases: number;
  /** Makes a case: a list of items. */
  readonly generate: (random: SeededRandom) => Item[];
  /** Gives simpler forms of one item, the simplest first. */
  readonly simpler?: (item: Item) => Item[];
  /** Throws if the property does not hold. */
  readonly check: (items: readonly Item[]) => void;
}

/** Attempts to shrink one failing case. */
const MAX_SHRINK_ATTEMPTS = 3000;

/** Checks a property. Throws with the seed and the smallest failing case that was found. */
export function forAll<Item>({ cases, generate, simpler = () => [], check }: Property<Item>): void {
  const { FUZZ_FACTOR = "1", FUZZ_FROM = "1" } = process.env;
  const from = Number(FUZZ_FROM);
  const count = Math.ceil(cases * Number(FUZZ_FACTOR));
  for (let seed = from; seed < from + count; seed++) {
    const items = generate(new SeededRandom(seed));
    const error = failureOf(check, items);
    if (error !== undefined) {
      const smallest = shrink(items, simpler, (candidate) => failureOf(check, candidate) !== undefined);
      throw new Error(
        `Seed ${seed} fails; the smallest case is ${JSON.stringify(smallest)}\n${failureOf(check, smallest)}`,
        { cause: error },
      );
    }
  }
}

function failureOf<Item>(check: (items: readonly Item[]) => void, items: readonly Item[]): unknown {
  try {
    check(items);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Removes items, many at a time and then one by one, and simplifies the rest, while the case still fails. */
export function shrink<Item>(
  items: readonly Item[],
  simpler: (item: Item) => Item[],
  fails: (items: readonly Item[]) => boolean,
): readonly Item[] {
  let smallest = items;
  let attempts = 0;
  const take = (candidate: readonly Item[]): boolean => {
    const isTaken = attempts++ < MAX_SHRINK_ATTEMPTS && fails(candidate);
    smallest = isTaken ? candidate : smallest;
    return isTaken;
  };
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < smallest.length; ) {
      const isTaken = take([...smallest.slice(0, start), ...smallest.slice(start + size)]);
      start += isTaken ? 0 : size;
    }
  }
  for (let index = 0; index < smallest.length; index++) {
    const put = (item: Item): boolean => take([...smallest.slice(0, index), item, ...smallest.slice(index + 1)]);
    while (simpler(smallest[index] as Item).some(put)) {
      // The simpler item may be made simpler still.
    }
  }
  return smallest;
}
