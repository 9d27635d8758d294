import assert from "node:assert/strict";
import { join } from "node:path";
import {
  makeClock,
  makeTemporaryFolder,
} from "../../tests/support/keyvalue_backends.ts";
import {
  bytes,
  textAt,
  versionAt,
} from "../../tests/support/keyvalue_values.ts";
import { openFilesystem } from "./filesystem.ts";

const HOUR = 3_600_000;

Deno.test("filesystem: a write by another program changes the version", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("aaa"));
  const seen = await versionAt(bucket, "key");
  await Deno.writeTextFile(join(folder.path, "default", "key"), "bbb");
  const refused = await bucket.swap("key", seen, bytes("ccc"));
  assert.ok(!refused.swapped);
  assert.ok(
    (await bucket.swap("key", refused.current?.version, bytes("ccc"))).swapped,
  );
});

Deno.test("filesystem: a write by another program in the very millisecond of Wharf's changes the version", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("aaa"));
  const seen = await versionAt(bucket, "key");
  const path = join(folder.path, "default", "key");
  const { mtime } = await Deno.stat(path);
  await Deno.writeTextFile(path, "bbb");
  await Deno.utime(path, mtime!, mtime!);
  assert.notEqual(await versionAt(bucket, "key"), seen);
});

Deno.test("filesystem: versions do not come back when the clock is set back", async () => {
  await using folder = await makeTemporaryFolder();
  const clock = makeClock();
  const seen = new Set<string>();
  for (let life = 0; life < 5; life++) {
    await using backend = await openFilesystem({
      path: folder.path,
      now: clock.now,
    });
    const bucket = await backend.open("default");
    for (let round = 0; round < 5; round++) {
      await bucket.set("key", bytes("same"));
      seen.add(await versionAt(bucket, "key"));
      await bucket.delete("key");
      clock.advance(-10);
    }
    clock.advance(-HOUR);
  }
  assert.equal(seen.size, 25);
});

Deno.test("filesystem: versions do not come back while the clock stands still", async () => {
  await using folder = await makeTemporaryFolder();
  const { now } = makeClock();
  await using backend = await openFilesystem({ path: folder.path, now });
  await using other = await openFilesystem({ path: folder.path, now });
  const buckets = [
    await backend.open("default"),
    await other.open("default"),
  ] as const;
  const seen = new Set<string>();
  for (let round = 0; round < 40; round++) {
    const bucket = buckets[round % 2]!;
    await bucket.set("key", bytes("same"));
    seen.add(await versionAt(bucket, "key"));
    if (round % 3 === 0) await bucket.delete("key");
  }
  assert.equal(seen.size, 40);
});

Deno.test("filesystem: a version does not come back after a file of another program was replaced or deleted", async () => {
  await using folder = await makeTemporaryFolder();
  const clock = makeClock();
  await using backend = await openFilesystem({
    path: folder.path,
    now: clock.now,
  });
  const bucket = await backend.open("default");
  const path = join(folder.path, "default", "key");
  await bucket.set("key", bytes(""));
  for (
    const [step, remove] of [
      () => bucket.delete("key"),
      () => bucket.set("key", bytes("b")),
    ].entries()
  ) {
    // Its time is one that Wharf would give soon, or now.
    for (const ahead of [0, 1, 2, 50]) {
      // Past all stamps that were given.
      clock.advance(HOUR);
      await Deno.writeTextFile(path, "a");
      await Deno.utime(
        path,
        new Date(clock.now() + ahead),
        new Date(clock.now() + ahead),
      );
      const seen = await versionAt(bucket, "key");
      await remove();
      for (let round = 0; round < 60; round++) {
        await bucket.set("key", bytes("a"));
        assert.notEqual(
          await versionAt(bucket, "key"),
          seen,
          `${step}, ${ahead} ms ahead, round ${round}`,
        );
      }
    }
  }
});

Deno.test("filesystem: a file from the far future is replaced, and does not take the others along", async () => {
  await using folder = await makeTemporaryFolder();
  const clock = makeClock();
  await using backend = await openFilesystem({
    path: folder.path,
    now: clock.now,
  });
  const bucket = await backend.open("default");
  const path = join(folder.path, "default", "key");
  await bucket.set("key", bytes("a"));
  await Deno.utime(path, new Date("2099-01-01"), new Date("2099-01-01"));
  const seen = await versionAt(bucket, "key");
  assert.ok((await bucket.swap("key", seen, bytes("a"))).swapped);
  assert.notEqual(await versionAt(bucket, "key"), seen);
  const { mtime } = await Deno.stat(path);
  assert.ok(mtime!.getTime() < clock.now() + HOUR, String(mtime));
});

Deno.test("filesystem: a file has the date of its write", async () => {
  await using folder = await makeTemporaryFolder();
  const clock = makeClock(Date.now() + HOUR);
  await using backend = await openFilesystem({
    path: folder.path,
    now: clock.now,
  });
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("first"));
  clock.advance(HOUR);
  await bucket.set("key", bytes("second"));
  assert.equal(
    (await Deno.stat(join(folder.path, "default", "key"))).mtime?.getTime(),
    clock.now(),
  );
  assert.equal(await textAt(bucket, "key"), "second");
});
