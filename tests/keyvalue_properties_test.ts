/**
 * Every store answers any run of operations as a plain Map does.
 *
 * A failure prints its seed and the shortest run that fails. `WHARF_PROPERTY_SEED` and
 * `WHARF_PROPERTY_RUNS` try another seed, and more runs than a daily test can afford.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { openInMemory } from "../src/keyvalue/in_memory.ts";
import type { Backend, Bucket, Entry } from "../src/keyvalue/store.ts";
import { holdAgainstModel } from "./support/keyvalue_model.ts";
import { awkwardKeys, runs } from "./support/keyvalue_steps.ts";
import { storeRows, testEachStore } from "./support/keyvalue_stores.ts";
import { assertRefused, bytes, listAll } from "./support/keyvalue_values.ts";

const SEED = numberFrom("WHARF_PROPERTY_SEED", 20_260_101);
const RUNS = numberFrom("WHARF_PROPERTY_RUNS", 40);
const STEPS = 30;

function numberFrom(variable: string, otherwise: number): number {
  const text = Deno.env.get(variable) ?? "";
  return /^\d+$/.test(text) ? Number(text) : otherwise;
}

/** Opens the store as often as it can be opened: in a second life too, where it has one. */
async function openings(
  stack: AsyncDisposableStack,
  row: ReturnType<typeof storeRows>[number],
): Promise<readonly Backend[]> {
  const fixture = stack.use(await row.open());
  const { backend } = fixture;
  if (row.place === undefined) return [backend, backend];
  return [backend, backend, stack.use(await fixture.again())];
}

testEachStore(
  "any run of operations answers as a Map does",
  storeRows(),
  async (row) => {
    await using stack = new AsyncDisposableStack();
    const backends = await openings(stack, row);
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(runs(STEPS), async (run) => {
        // Shrinking too needs a bucket that nobody wrote to.
        const name = `run ${tried++}`;
        const handles: Bucket[] = [];
        for (const backend of backends) handles.push(await backend.open(name));
        await holdAgainstModel(handles, run, row);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    assert.ok(tried >= RUNS);
  },
);

testEachStore(
  "keys of any kind are apart from each other",
  storeRows(),
  async (row) => {
    await using fixture = await row.open();
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(awkwardKeys(), { minLength: 30, maxLength: 60 }),
        async (keys) => {
          const bucket = await fixture.backend.open(`run ${tried++}`);
          await bucket.setMany(keys.map((key) => [key, bytes(`of ${key}`)]));
          const found = await bucket.getMany(keys);
          for (const [index, key] of keys.entries()) {
            assert.deepEqual(found[index]?.value, bytes(`of ${key}`));
          }
          assert.deepEqual(
            (await listAll(bucket, { limit: 7 })).sort(),
            keys.toSorted(),
          );
        },
      ),
      { seed: SEED, numRuns: Math.ceil(RUNS / 8) },
    );
  },
);

testEachStore(
  "a key is taken exactly if it has no lone surrogate",
  storeRows(),
  async (row) => {
    await using fixture = await row.open();
    const bucket = await fixture.backend.open("default");
    const units = fc.oneof(
      fc.integer({ min: 0xd800, max: 0xdfff }),
      fc.nat({ max: 0xffff }),
    );
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(units, { maxLength: 4 }), async (codes) => {
        const key = String.fromCharCode(...codes);
        if (key.isWellFormed()) {
          await bucket.set(key, bytes("value"));
          assert.equal(await bucket.exists(key), true);
          return;
        }
        refused++;
        await assertRefused(bucket.set(key, bytes("value")));
        await assertRefused(bucket.get(key));
      }),
      { seed: SEED, numRuns: RUNS * 2 },
    );
    assert.ok(refused > 0 && refused < RUNS * 2);
  },
);

/** Ways in which a store can be wrong, each as a change of one that is right. */
const FAULTS: Readonly<Record<string, (right: Bucket) => Partial<Bucket>>> = {
  "a version made of the value": (right) => {
    const rename = (entry: Entry | undefined) =>
      entry && { ...entry, version: String(entry.value) };
    return {
      get: async (key) => rename(await right.get(key)),
      getMany: async (keys) => (await right.getMany(keys)).map(rename),
      async swap(key, version, value) {
        const entry = await right.get(key);
        return rename(entry)?.version === version
          ? await right.swap(key, entry?.version, value)
          : { swapped: false, current: rename(entry) };
      },
    };
  },
  "a swap that takes any version": (right) => ({
    swap: async (key, _, value) =>
      right.swap(key, (await right.get(key))?.version, value),
  }),
  "a batch that stops at a key named twice": (right) => ({
    deleteMany: (keys) =>
      right.deleteMany(
        keys.slice(0, keys.findIndex((key, at) => keys.indexOf(key) < at)),
      ),
  }),
  "an array that is kept and not copied": (right) => ({
    set: async (key, value, options) => {
      await Promise.resolve();
      await right.set(key, value, options);
    },
  }),
  "pages that begin with the last key of the one before": (right) => ({
    async listKeys({ cursor, ...options } = {}) {
      const { keys } = await right.listKeys({ prefix: options.prefix ?? "" });
      const limit = options.limit ?? keys.length;
      const from = Number(cursor ?? 0);
      const more = from + limit < keys.length;
      return {
        keys: keys.slice(from && from - 1, from && from - 1 + limit),
        ...(more && { cursor: String(from + limit) }),
      };
    },
  }),
  "keys that ignore case": (right) => ({
    set: (key, value, options) => right.set(key.toLowerCase(), value, options),
    get: (key) => right.get(key.toLowerCase()),
    getMany: (keys) => right.getMany(keys.map((key) => key.toLowerCase())),
  }),
};

for (const [fault, change] of Object.entries(FAULTS)) {
  Deno.test(`the runs find ${fault}, and tell of it in a few steps`, async () => {
    await using backend = await openInMemory();
    let tried = 0;
    const details = await fc.check(
      fc.asyncProperty(runs(STEPS), async (run) => {
        const right = await backend.open(`run ${tried++}`);
        const wrong = new Proxy(right, {
          get(target, name) {
            const changed = Reflect.get(change(target), name);
            const member = changed ?? Reflect.get(target, name);
            return typeof member === "function" ? member.bind(target) : member;
          },
        });
        await holdAgainstModel([wrong], run);
      }),
      { seed: SEED, numRuns: 100 },
    );
    assert.equal(details.failed, true);
    const steps = details.counterexample?.[0].steps.length ?? Infinity;
    assert.ok(steps <= 4, `${steps} steps`);
  });
}
