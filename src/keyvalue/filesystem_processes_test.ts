import assert from "node:assert/strict";
import { join } from "node:path";
import { makeTemporaryFolder } from "../../tests/support/keyvalue_backends.ts";
import {
  type Child,
  patterned,
  startChild,
  writeOf,
  WRITER_KEYS,
} from "../../tests/support/keyvalue_child.ts";
import { makeDice } from "../../tests/support/keyvalue_model_cases.ts";
import { listAll, textAt } from "../../tests/support/keyvalue_values.ts";
import { openFilesystem } from "./filesystem.ts";

/** Reads a child's lines until `until` is satisfied; gives the last write it said was done, by key. */
async function follow(
  child: Child,
  until: (count: number) => boolean,
): Promise<number[]> {
  const done = new Array<number>(WRITER_KEYS).fill(-1);
  const lines = child.lines();
  for (let count = 0; !until(count); count++) {
    const { value } = await lines.next();
    if (value === "ready") continue;
    assert.ok(value !== undefined, "the child ended by itself");
    const [key, write] = value.split(" ").map(Number);
    done[key!] = write!;
  }
  return done;
}

async function countDrafts(root: string): Promise<number> {
  let count = 0;
  for await (const folder of Deno.readDir(join(root, ".wharf", "drafts"))) {
    for await (
      const _ of Deno.readDir(join(root, ".wharf", "drafts", folder.name))
    ) count++;
  }
  return count;
}

Deno.test("filesystem: four processes that start on no folder at once lose no increment", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "new", "store");
  const children = Array.from(
    { length: 4 },
    () => startChild("increment", path, 250),
  );
  const ended = await Promise.all(children.map((child) => child.ended()));
  for (const child of children) await child.kill();
  assert.deepEqual(ended, [true, true, true, true]);
  await using backend = await openFilesystem({ path });
  assert.equal(await textAt(await backend.open("default"), "counter"), "1000");
});

Deno.test("filesystem: three processes lose no swap", async () => {
  await using folder = await makeTemporaryFolder();
  const children = Array.from(
    { length: 3 },
    () => startChild("append", folder.path, 60),
  );
  const ended = await Promise.all(children.map((child) => child.ended()));
  for (const child of children) await child.kill();
  assert.deepEqual(ended, [true, true, true]);
  await using backend = await openFilesystem({ path: folder.path });
  assert.equal(
    await textAt(await backend.open("default"), "list"),
    "x".repeat(180),
  );
});

Deno.test("filesystem: a process killed in the middle of its writes leaves each value old or new", async () => {
  await using folder = await makeTemporaryFolder();
  const dice = makeDice(1);
  let first = 0;
  for (let round = 0; round < 20; round++) {
    const enough = 1 + dice(60);
    await using child = startChild("write", folder.path, first);
    const done = await follow(child, (count) => count > enough);
    await child.kill();

    await using backend = await openFilesystem({ path: folder.path });
    // The opening removed its drafts.
    assert.equal(await countDrafts(folder.path), 0);
    const bucket = await backend.open("default");
    let last = first;
    for (const [key, write] of done.entries()) {
      const entry = await bucket.get(`key ${key}`);
      if (entry === undefined) {
        assert.equal(write, -1, `key ${key} is gone`);
        continue;
      }
      const found = writeOf(entry.value);
      assert.ok(
        found >= write,
        `key ${key} went back from write ${write} to ${found}`,
      );
      last = Math.max(last, found);
    }
    assert.ok((await listAll(bucket)).every((key) => /^key [0-7]$/.test(key)));
    first = last + 1;
  }
});

Deno.test("filesystem: readers see whole values only, none older than before, while another process writes", async () => {
  await using folder = await makeTemporaryFolder();
  await using child = startChild("write", folder.path, 0);
  await follow(child, (count) => count > WRITER_KEYS * 2);
  await using backend = await openFilesystem({ path: folder.path });
  const bucket = await backend.open("default");
  const changes = await Promise.all(
    Array.from({ length: WRITER_KEYS }, async (_, index) => {
      const key = `key ${index}`;
      let last = -1;
      let version: string | undefined;
      let changes = 0;
      for (let read = 0; read < 200 || changes < 3; read++) {
        const entry = await bucket.get(key);
        assert.ok(entry, `${key} was missing for a moment`);
        const write = writeOf(entry.value);
        assert.ok(
          write >= last,
          `${key} went back from write ${last} to ${write}`,
        );
        assert.equal(write === last, version === entry.version);
        if (write !== last) changes++;
        [last, version] = [write, entry.version];
      }
      return changes;
    }),
  );
  assert.ok(changes.every((count) => count >= 3));
});

Deno.test("filesystem: a process that opens the store leaves the drafts of a living one", async () => {
  await using folder = await makeTemporaryFolder();
  await using child = startChild("write", folder.path, 0);
  await follow(child, (count) => count > 4);
  // A draft that is swept in the middle would end the child with an error.
  for (let opening = 0; opening < 30; opening++) {
    await using _ = await openFilesystem({ path: folder.path });
    await follow(child, (count) => count > WRITER_KEYS);
  }
  await using backend = await openFilesystem({ path: folder.path });
  assert.ok(
    writeOf((await (await backend.open("default")).get("key 0"))!.value) > 0,
  );
});

Deno.test("filesystem: a child's patterned values tell a torn one from a whole one", () => {
  for (let write = 0; write < 10; write++) {
    const value = patterned(write);
    assert.equal(writeOf(value), write);
    assert.throws(() => writeOf(value.slice(0, -1)));
    if (value.length > 5) {
      value[5]! ^= 1;
      assert.throws(() => writeOf(value));
    }
  }
});
