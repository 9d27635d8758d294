import assert from "node:assert/strict";
import { join } from "node:path";
import { makeTemporaryFolder } from "../../tests/support/keyvalue_backends.ts";
import {
  assertRefused,
  bytes,
  listAll,
} from "../../tests/support/keyvalue_values.ts";
import { openFilesystem } from "./filesystem.ts";

/** Names in a folder, those of subfolders with a slash behind. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    names.push(entry.isDirectory ? `${entry.name}/` : entry.name);
  }
  return names.sort();
}

Deno.test("filesystem: no key and no bucket name leads out of the folder", async () => {
  await using folder = await makeTemporaryFolder();
  const root = join(folder.path, "a", "store");
  await Deno.mkdir(join(folder.path, "a"));
  await Deno.writeTextFile(join(folder.path, "a", "secret"), "secret");
  const names = [
    "../secret",
    "../../secret",
    "..",
    "../",
    ".",
    "/etc/passwd",
    join(folder.path, "a", "secret"),
    "a/../../secret",
  ];
  await using backend = await openFilesystem({ path: root });
  for (const name of names) {
    for (
      const bucket of [
        await backend.open(name),
        await backend.open("default"),
        await backend.open(""),
      ]
    ) {
      assert.equal(await bucket.get(name), undefined);
      await bucket.set(name, bytes("overwritten"));
      await bucket.set("secret", bytes("overwritten"));
      await bucket.delete(name);
    }
  }
  assert.equal(
    await Deno.readTextFile(join(folder.path, "a", "secret")),
    "secret",
  );
  assert.deepEqual(await namesIn(join(folder.path, "a")), ["secret", "store/"]);
  assert.deepEqual(await namesIn(folder.path), ["a/"]);
});

Deno.test("filesystem: a symbolic link in place of a key is refused and not listed", async () => {
  await using folder = await makeTemporaryFolder();
  const outside = join(folder.path, "outside");
  await Deno.writeTextFile(outside, "1");
  await Deno.mkdir(join(folder.path, "store", "default"), { recursive: true });
  const targets = {
    link: outside,
    dangling: join(folder.path, "nothing"),
    up: "../..",
    proc: "/proc/self/environ",
  };
  for (const [name, target] of Object.entries(targets)) {
    await Deno.symlink(target, join(folder.path, "store", "default", name));
  }
  await using backend = await openFilesystem({
    path: join(folder.path, "store"),
  });
  const bucket = await backend.open("default");
  for (const key of Object.keys(targets)) {
    await assertRefused(bucket.get(key), "access-denied");
    await assertRefused(bucket.exists(key), "access-denied");
    await assertRefused(bucket.set(key, bytes("2")), "access-denied");
    await assertRefused(bucket.increment(key, 1n), "access-denied");
    await assertRefused(
      bucket.swap(key, undefined, bytes("2")),
      "access-denied",
    );
    await assertRefused(bucket.delete(key), "access-denied");
  }
  await assert.rejects(bucket.get("link"), {
    message:
      /default\/link": it is a symbolic link.*put the file itself there$/,
  });
  assert.deepEqual(await listAll(bucket), []);
  assert.equal(await Deno.readTextFile(outside), "1");
});

Deno.test("filesystem: a symbolic link in place of a bucket or of Wharf's own folder is refused", async () => {
  await using folder = await makeTemporaryFolder();
  await Deno.mkdir(join(folder.path, "outside"));
  await Deno.writeTextFile(join(folder.path, "outside", "key"), "secret");
  await Deno.mkdir(join(folder.path, "store"));
  await Deno.symlink(
    join(folder.path, "outside"),
    join(folder.path, "store", "linked"),
  );
  {
    await using backend = await openFilesystem({
      path: join(folder.path, "store"),
    });
    await assertRefused(backend.open("linked"), "access-denied");
    // Planted where the bucket was looked for and not found.
    const late = await backend.open("late");
    await Deno.symlink(
      join(folder.path, "outside"),
      join(folder.path, "store", "late"),
    );
    await assertRefused(late.get("key"), "access-denied");
    await assertRefused(late.set("key", bytes("2")), "access-denied");
  }
  for (const part of ["locks", "drafts", "."]) {
    const own = join(folder.path, "store", ".wharf", part);
    await Deno.remove(own, { recursive: true });
    await Deno.symlink(join(folder.path, "outside"), own);
    await assertRefused(
      openFilesystem({ path: join(folder.path, "store") }),
      "access-denied",
    );
    await Deno.remove(own);
    if (part !== ".") await Deno.mkdir(own);
  }
  assert.deepEqual(await namesIn(join(folder.path, "outside")), ["key"]);
});

Deno.test("filesystem: the store's own path may be a link", async () => {
  await using folder = await makeTemporaryFolder();
  await Deno.mkdir(join(folder.path, "disk"));
  await Deno.symlink(join(folder.path, "disk"), join(folder.path, "store"));
  await using backend = await openFilesystem({
    path: join(folder.path, "store"),
  });
  for (const name of ["", "default"]) {
    const bucket = await backend.open(name);
    await bucket.set("key", bytes("value"));
    assert.deepEqual(await listAll(bucket), ["key"]);
  }
  assert.equal(
    await Deno.readTextFile(join(folder.path, "disk", "default", "key")),
    "value",
  );
});

Deno.test("filesystem: folders and pipes in a bucket are no keys", async () => {
  await using folder = await makeTemporaryFolder();
  await Deno.mkdir(join(folder.path, "default", "folder"), { recursive: true });
  const pipe = join(folder.path, "default", "pipe");
  assert.ok(
    (await new Deno.Command("mkfifo", { args: [pipe] }).output()).success,
  );
  await using backend = await openFilesystem({ path: folder.path });
  const bucket = await backend.open("default");
  for (const key of ["folder", "pipe"]) {
    assert.equal(await bucket.get(key), undefined);
    assert.equal(await bucket.exists(key), false);
    await bucket.delete(key);
  }
  await assert.rejects(bucket.set("folder", bytes("1")), {
    code: "other",
    message: /a folder stands where a file is needed/,
  });
  await assertRefused(bucket.increment("folder", 1n));
  assert.deepEqual(await listAll(bucket), []);
  assert.deepEqual(await namesIn(join(folder.path, "default")), [
    "folder/",
    "pipe",
  ]);
});
