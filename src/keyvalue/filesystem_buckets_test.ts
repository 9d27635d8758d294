import assert from "node:assert/strict";
import { join } from "node:path";
import { makeTemporaryFolder } from "../../tests/support/keyvalue_backends.ts";
import {
  assertRefused,
  bytes,
  fill,
  listAll,
  numbered,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openFilesystem } from "./filesystem.ts";
import type { Backend } from "./store.ts";

async function listed(backend: Backend): Promise<string[]> {
  return (await Array.fromAsync(backend.list!())).sort();
}

Deno.test("filesystem: drop() and list() follow no link", async () => {
  await using folder = await makeTemporaryFolder();
  const outside = join(folder.path, "outside");
  const root = join(folder.path, "store");
  await Deno.mkdir(outside);
  await Deno.writeTextFile(join(outside, "kept"), "kept");
  await using backend = await openFilesystem({ path: root });
  await Deno.symlink(outside, join(root, "linked"));
  await fill(await backend.open("real"), ["key"]);
  await Deno.symlink(outside, join(root, "real", "link"));
  await Deno.symlink(join(outside, "kept"), join(root, "real", "file"));

  assert.deepEqual(await listed(backend), ["real"]);
  await assertRefused(backend.drop("linked"), "access-denied");
  await assertRefused(backend.info("linked"), "access-denied");
  assert.equal(await backend.drop("real"), true);
  for (const name of ["..", "../outside", outside, "."]) {
    assert.equal(await backend.drop(name), false);
  }
  assert.equal(await Deno.readTextFile(join(outside, "kept")), "kept");
  assert.ok((await Deno.lstat(join(root, "linked"))).isSymlink);
});

Deno.test("filesystem: drop() leaves a bucket that holds a folder as it is", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  const bucket = await backend.open("project");
  await fill(bucket, numbered("key ", 3));
  await Deno.mkdir(join(folder.path, "project", "src"));
  await assertRefused(backend.drop("project"));
  assert.equal((await listAll(bucket)).length, 3);
  await Deno.remove(join(folder.path, "project", "src"));
  assert.equal(await backend.drop("project"), true);
});

Deno.test("filesystem: drop() leaves nothing behind in the store's own folder", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  await fill(await backend.open("default"), numbered("key ", 10));
  assert.equal(await backend.drop("default"), true);
  const files: string[] = [];
  const drafts = join(folder.path, ".wharf", "drafts");
  for await (const { name: own } of Deno.readDir(drafts)) {
    for await (const { name } of Deno.readDir(join(drafts, own))) {
      files.push(name);
    }
  }
  assert.deepEqual(files, ["alive"]);
});

Deno.test('filesystem: drop() of "" keeps the folders of the others', async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  const unnamed = await backend.open("");
  await fill(unnamed, ["key", "a/b"]);
  await fill(await backend.open("a"), ["key"]);
  // Wants the name of a key that is there already.
  await fill(await backend.open("key"), ["inner"]);
  assert.deepEqual(await listed(backend), ["", "a", "key"]);
  assert.equal(await backend.drop(""), true);
  assert.deepEqual(await listed(backend), ["a", "key"]);
  assert.deepEqual(await listAll(await backend.open("key")), ["inner"]);
  await assertRefused(backend.create!(""));
});

Deno.test("filesystem: a handle finds a bucket that was made under its other name", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  const unnamed = await backend.open("");
  await unnamed.set("name", bytes("a key"));
  const bucket = await backend.open("name");
  await bucket.set("key", bytes("escaped"));
  assert.equal(await backend.drop("name"), true);
  await unnamed.delete("name");
  await using other = await openFilesystem({ path: folder.path });
  await (await other.open("name")).set("key", bytes("plain"));
  assert.equal(await textAt(bucket, "key"), "plain");
  assert.deepEqual(await listed(backend), ["name"]);
  // What wash made and what Wharf made of one name are one bucket.
  await Deno.mkdir(join(folder.path, "%+name"));
  assert.deepEqual(await listed(backend), ["name"]);
  assert.equal(await backend.drop("name"), true);
  assert.deepEqual(await listed(backend), []);
});
