/** Stores in files, whose process is killed in the middle of 10,000 writes. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type BackendChoice, openBackend } from "../src/keyvalue/backends.ts";
import { makeDice } from "./support/keyvalue_model_cases.ts";
import {
  generationOf,
  OVERWRITTEN_KEYS,
  overwrittenKey,
  startOverwriting,
  valueOf,
} from "./support/keyvalue_overwriting_child.ts";
import {
  type StoreRow,
  storeRows,
  testEachStore,
} from "./support/keyvalue_stores.ts";
import { listAll } from "./support/keyvalue_values.ts";

const IN_FILES = ["filesystem", "sqlite", "deno_kv"];
/**
 * After how many acknowledged writes a process is killed, at most. Some writes are always left
 * then: the child cannot get further ahead than a pipe holds.
 */
const LATEST_KILLS = [40, 1000, 6000];

testEachStore(
  "a process killed in the middle of 10,000 writes leaves every key old or new, and nothing else",
  storeRows().filter(({ name }) => IN_FILES.includes(name)),
  async (row) => {
    await using shared = await row.place!();
    const { choice } = shared;
    const keys = Array.from({ length: OVERWRITTEN_KEYS }, (_, key) => key);
    const names = keys.map(overwrittenKey);
    await load(row, choice);
    const sorted = names.toSorted();
    const dice = makeDice(1);
    let before: number[] = keys.map(() => 0);
    for (const [index, latest] of LATEST_KILLS.entries()) {
      const generation = index + 1;
      let acknowledged: number[];
      {
        await using child = startOverwriting(choice, generation);
        acknowledged = await child.killAfter(1 + dice(latest));
      }
      await using backend = await openBackend(choice);
      const bucket = await backend.open("default");
      const found = await bucket.getMany(names);
      const after = keys.map((key) => {
        const entry = found[key];
        assert.ok(entry, `key ${key} is gone`);
        const is = generationOf(key, entry.value);
        assert.ok(
          is === generation || is === before[key],
          `key ${key} is of generation ${is}, not ${
            before[key]
          } or ${generation}`,
        );
        return is;
      });
      const lost = acknowledged.filter((key) => after[key] !== generation);
      assert.deepEqual(lost, []);
      assert.ok(after.some((is) => is !== generation), "it was not killed");
      assert.deepEqual((await listAll(bucket)).sort(), sorted);
      // Every key can be written again.
      await bucket.setMany([["key-0", valueOf(0, generation)]]);
      before = after.with(0, generation);
    }
    if (choice.backend === "filesystem" && row.name === "filesystem") {
      assert.deepEqual(await filesIn(join(choice.path, "default")), sorted);
      assert.deepEqual(await filesIn(join(choice.path, ".wharf/drafts")), []);
    }
  },
);

/** Sets every key to its first value. */
async function load(row: StoreRow, choice: BackendChoice): Promise<void> {
  const entries = Array.from(
    { length: OVERWRITTEN_KEYS },
    (_, key) => [overwrittenKey(key), valueOf(key, 0)] as const,
  );
  if (row.name === "filesystem" && choice.backend === "filesystem") {
    // As a copy of another store would be put there; setting them costs two flushes each.
    const folder = join(choice.path, "default");
    await Deno.mkdir(folder);
    for (const [name, value] of entries) {
      Deno.writeFileSync(join(folder, name), value);
    }
    return;
  }
  await using backend = await openBackend(choice);
  await (await backend.open("default")).setMany(entries);
}

/** The names of all that is in a folder, sorted. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).sort();
}
