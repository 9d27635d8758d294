/** Contract cases: a long run of random operations against a plain Map. @module */

import assert from "node:assert/strict";
import { parseCounter } from "../../src/keyvalue/counter.ts";
import { type Bucket, KeyValueError } from "../../src/keyvalue/store.ts";
import type { BucketCase } from "../contract/bucket_contract.ts";
import { bytes, listAll, text } from "./keyvalue_values.ts";

const KEYS = ["a", "A", "a/b", "", "long".repeat(100), "é", "n"];
const VALUES = ["", "1", "-7", "text", "9223372036854775807", "x".repeat(3000)];
const STEPS = 400;

/** Numbers from 0 to `below - 1`, the same for the same seed. */
export type Dice = (below: number) => number;

/** Dice by mulberry32. */
export function makeDice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export const MODEL_CASES: readonly BucketCase[] = [1, 2, 3].map((seed) => ({
  name: `${STEPS} random operations answer as a Map does (seed ${seed})`,
  async run({ backend }) {
    const dice = makeDice(seed);
    const bucket = await backend.open("default");
    const model = new Map<string, string>();
    for (let step = 0; step < STEPS; step++) {
      await takeStep({
        bucket,
        model,
        dice,
        where: `seed ${seed}, step ${step}`,
      });
    }
    assert.deepEqual((await listAll(bucket)).sort(), [...model.keys()].sort());
  },
}));

interface Step {
  readonly bucket: Bucket;
  readonly model: Map<string, string>;
  readonly dice: Dice;
  readonly where: string;
}

async function takeStep({ bucket, model, dice, where }: Step): Promise<void> {
  const key = KEYS[dice(KEYS.length)]!;
  const value = VALUES[dice(VALUES.length)]!;
  switch (dice(8)) {
    case 0:
      await bucket.set(key, bytes(value));
      model.set(key, value);
      break;
    case 1:
      await bucket.delete(key);
      model.delete(key);
      break;
    case 2:
      assert.equal(await bucket.exists(key), model.has(key), where);
      break;
    case 3: {
      const delta = BigInt(dice(7) - 3);
      const expected = incremented(model.get(key), delta);
      assert.equal(
        await incrementOrRefusal(bucket, key, delta),
        expected,
        where,
      );
      if (expected !== undefined) model.set(key, String(expected));
      break;
    }
    case 4: {
      const entry = await bucket.get(key);
      const stale = dice(2) === 0;
      const ended = await bucket.swap(
        key,
        stale ? "stale" : entry?.version,
        bytes(value),
      );
      assert.equal(ended.swapped, !stale, where);
      if (ended.swapped) model.set(key, value);
      else assert.equal(text(ended.current), model.get(key), where);
      break;
    }
    case 5: {
      const entries = KEYS.slice(dice(KEYS.length)).map((each) =>
        [each, value] as const
      );
      await bucket.setMany(
        entries.map(([each]) => [each, bytes(value)] as const),
      );
      for (const [each] of entries) model.set(each, value);
      break;
    }
    case 6: {
      const keys = KEYS.slice(dice(KEYS.length));
      await bucket.deleteMany(keys);
      for (const each of keys) model.delete(each);
      break;
    }
    default:
      assert.deepEqual(
        (await listAll(bucket, { limit: 1 + dice(4) })).sort(),
        [...model.keys()].sort(),
        where,
      );
  }
  const found = await bucket.getMany(KEYS);
  assert.deepEqual(found.map(text), KEYS.map((each) => model.get(each)), where);
}

/** The sum, or `undefined` where an increment has to be refused. */
function incremented(
  value: string | undefined,
  delta: bigint,
): bigint | undefined {
  const start = value === undefined ? 0n : parseCounter(bytes(value));
  if (start === undefined || start + delta > 2n ** 63n - 1n) return undefined;
  return start + delta;
}

async function incrementOrRefusal(
  bucket: Bucket,
  key: string,
  delta: bigint,
): Promise<bigint | undefined> {
  try {
    return await bucket.increment(key, delta);
  } catch (error) {
    if (error instanceof KeyValueError) return undefined;
    throw error;
  }
}
