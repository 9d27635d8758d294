import assert from "node:assert/strict";
import { prune } from "./prune.ts";

/** A cache of these entries: their bytes, and when they were last used in seconds. */
async function makeCache(
  entries: Readonly<Record<string, readonly [bytes: number, lastUse: number]>>,
): Promise<AsyncDisposable & { directory: string }> {
  const directory = await Deno.makeTempDir();
  for (const [name, [bytes, lastUse]] of Object.entries(entries)) {
    const entry = `${directory}/${name}`;
    await Deno.mkdir(entry);
    await Deno.writeFile(`${entry}/a`, new Uint8Array(Math.floor(bytes / 2)));
    await Deno.writeFile(`${entry}/b`, new Uint8Array(Math.ceil(bytes / 2)));
    await Deno.utime(entry, lastUse, lastUse);
  }
  return {
    directory,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

const namesIn = (directory: string) =>
  [...Deno.readDirSync(directory)].map(({ name }) => name).sort();

Deno.test("prune() removes what was not used for longest until the rest fits", async () => {
  await using cache = await makeCache({
    old: [100, 10],
    older: [100, 5],
    recent: [100, 20],
    made: [100, 30],
  });
  await prune(cache.directory, "made", 250);
  assert.deepEqual(namesIn(cache.directory), ["made", "recent"]);
});

Deno.test("prune() goes by the last use, not by the size", async () => {
  await using cache = await makeCache({
    small: [1, 5],
    large: [500, 20],
    made: [100, 30],
  });
  await prune(cache.directory, "made", 600);
  assert.deepEqual(namesIn(cache.directory), ["large", "made"]);
});

Deno.test("prune() removes nothing that fits", async () => {
  await using cache = await makeCache({ a: [100, 5], made: [100, 30] });
  await prune(cache.directory, "made", 200);
  assert.deepEqual(namesIn(cache.directory), ["a", "made"]);
});

Deno.test("prune() never removes the new entry, however large and old", async () => {
  await using cache = await makeCache({ recent: [100, 30], made: [1000, 5] });
  await prune(cache.directory, "made", 10);
  assert.deepEqual(namesIn(cache.directory), ["made"]);
});

Deno.test("prune() removes what a process left half-made, after an hour", async () => {
  await using cache = await makeCache({
    "new-old": [1, 1000],
    "new-old-old": [1, 1000],
    "new-now": [1, 5000],
    "made": [1, 5000],
  });
  await prune(cache.directory, "made", 100, 5_000_000);
  assert.deepEqual(namesIn(cache.directory), ["made", "new-now"]);
});

Deno.test("prune() leaves files of others alone", async () => {
  await using cache = await makeCache({ made: [1, 5] });
  await Deno.writeTextFile(`${cache.directory}/README`, "mine");
  await prune(cache.directory, "made", 0);
  assert.deepEqual(namesIn(cache.directory), ["README", "made"]);
});

Deno.test("prune() at the same time as others do it", async () => {
  const entries = Array.from(
    { length: 30 },
    (_, index) => [`e${index}`, [100, index]] as const,
  );
  await using cache = await makeCache({
    ...Object.fromEntries(entries),
    made: [100, 100],
  });
  await Promise.all(
    Array.from({ length: 8 }, () => prune(cache.directory, "made", 250)),
  );
  assert.deepEqual(namesIn(cache.directory), ["e29", "made"]);
});
