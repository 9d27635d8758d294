import assert from "node:assert/strict";
import { join } from "node:path";
import {
  makeClock,
  makeTemporaryFolder,
} from "../../tests/support/keyvalue_backends.ts";
import {
  assertRefused,
  bytes,
  fill,
  listAll,
  numbered,
  textAt,
  versionAt,
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

/** Writes a file as wash does: in place, under the key's own name. */
async function writeAsWash(path: string, text: string): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeTextFile(path, text);
}

Deno.test("filesystem: what wash wrote is read, listed, counted and replaced", async () => {
  await using folder = await makeTemporaryFolder();
  const root = folder.path;
  const keys = [
    "mykey",
    "My Key",
    ".env",
    "100%",
    "a%2Fb",
    "user:1",
    "日本語",
    "n".repeat(255),
    "back\\slash",
    "x.",
  ];
  for (const key of keys) {
    await writeAsWash(join(root, "default", key), `value of ${key}`);
  }
  await writeAsWash(
    join(root, "default", "subfolder", "key"),
    "no key of this bucket",
  );
  await writeAsWash(join(root, "default", ".fskv-tmp-17-3-mykey"), "half a va");
  await writeAsWash(join(root, "default", "counter"), "41");
  await writeAsWash(join(root, "default", "echoed"), " 41\n");

  await using backend = await openFilesystem({ path: root });
  const bucket = await backend.open("default");
  for (const key of keys) {
    assert.equal(await textAt(bucket, key), `value of ${key}`);
  }
  assert.deepEqual(
    (await listAll(bucket)).sort(),
    [...keys, "counter", "echoed"].sort(),
  );
  assert.equal(await bucket.increment("counter", 1n), 42n);
  assert.equal(await bucket.increment("echoed", 1n), 42n);
  assert.ok(
    (await bucket.swap("mykey", await versionAt(bucket, "mykey"), bytes("new")))
      .swapped,
  );
  assert.equal(await Deno.readTextFile(join(root, "default", "mykey")), "new");
  assert.equal(await Deno.readTextFile(join(root, "default", "counter")), "42");
});

Deno.test("filesystem: ordinary values are files that wash reads, under the key's own name", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  const bucket = await backend.open("default");
  await bucket.set("mykey", bytes("myvalue"));
  await bucket.increment("visits", 7n);
  assert.equal(
    await Deno.readTextFile(join(folder.path, "default", "mykey")),
    "myvalue",
  );
  assert.equal(
    await Deno.readTextFile(join(folder.path, "default", "visits")),
    "7",
  );
  assert.deepEqual(await namesIn(join(folder.path, "default")), [
    "mykey",
    "visits",
  ]);
  assert.deepEqual(await namesIn(folder.path), [".wharf/", "default/"]);
});

Deno.test('filesystem: the bucket "" is the folder itself, as wash has it, beside the other buckets', async () => {
  await using folder = await makeTemporaryFolder();
  await writeAsWash(join(folder.path, "counter"), "41");
  await writeAsWash(join(folder.path, "taken"), "by a key");
  await using backend = await openFilesystem({ path: folder.path });
  const nameless = await backend.open("");
  assert.equal(await nameless.increment("counter", 1n), 42n);
  assert.equal(await Deno.readTextFile(join(folder.path, "counter")), "42");

  // A key and a bucket of one name, in either order.
  const named = await backend.open("taken");
  await named.set("key", bytes("1"));
  await (await backend.open("default")).set("key", bytes("2"));
  await nameless.set("default", bytes("3"));
  assert.equal(await textAt(named, "key"), "1");
  assert.equal(await textAt(nameless, "taken"), "by a key");
  assert.equal(await textAt(nameless, "default"), "3");
  assert.deepEqual((await listAll(nameless)).sort(), [
    "counter",
    "default",
    "taken",
  ]);

  // Each stays where it is when the other goes.
  await nameless.delete("taken");
  await using again = await openFilesystem({ path: folder.path });
  assert.equal(await textAt(await again.open("taken"), "key"), "1");
  assert.equal(await textAt(await again.open(""), "default"), "3");
  assert.equal(await textAt(await again.open("default"), "key"), "2");
});

Deno.test("filesystem: a path where no folder can be is refused with what to do", async () => {
  await using folder = await makeTemporaryFolder();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  for (const path of [file, join(file, "store")]) {
    await assert.rejects(openFilesystem({ path }), {
      code: "other",
      message:
        /^Cannot open the store in ".*file.*": a file stands where a folder is needed; move it away$/,
    });
  }
  await Deno.mkdir(join(folder.path, "store"));
  await Deno.writeTextFile(join(folder.path, "store", "%+a"), "");
  await Deno.writeTextFile(join(folder.path, "store", "a"), "");
  await using backend = await openFilesystem({
    path: join(folder.path, "store"),
  });
  await assert.rejects(backend.open("a"), {
    code: "other",
    message: /files stand where its folder would be/,
  });
});

Deno.test("filesystem: a folder that is removed while in use is made again", async () => {
  await using folder = await makeTemporaryFolder();
  const root = join(folder.path, "store");
  await using backend = await openFilesystem({ path: root });
  await using other = await openFilesystem({ path: root });
  const buckets = [
    await backend.open("default"),
    await other.open("default"),
  ] as const;
  for (
    const part of [".", "default", ".wharf", ".wharf/locks", ".wharf/drafts"]
  ) {
    await fill(buckets[0], numbered("key ", 10));
    await Deno.remove(join(root, part), { recursive: true });
    await Promise.all(
      buckets.flatMap((bucket) =>
        Array.from({ length: 8 }, () => bucket.increment(part, 1n))
      ),
    );
    assert.equal(await textAt(buckets[1], part), "16");
    const left = part === "." || part === "default" ? [] : numbered("key ", 10);
    assert.deepEqual(
      (await listAll(buckets[0])).filter((key) => key.startsWith("key")).sort(),
      left,
    );
  }
});

Deno.test("filesystem: a value with a ttl leaves the disk when it is read after its end", async () => {
  await using folder = await makeTemporaryFolder();
  const clock = makeClock();
  await using backend = await openFilesystem({
    path: folder.path,
    now: clock.now,
  });
  const bucket = await backend.open("default");
  await bucket.set("short", bytes("value"), { ttl: 1000 });
  await bucket.set("ever", bytes("value"));
  clock.advance(1000);
  assert.equal(await bucket.get("short"), undefined);
  assert.deepEqual(await namesIn(join(folder.path, "default")), ["ever"]);
});

Deno.test("filesystem: a value that looks like Wharf's own header comes back as it was", async () => {
  await using folder = await makeTemporaryFolder();
  const clock = makeClock();
  await using backend = await openFilesystem({
    path: folder.path,
    now: clock.now,
  });
  const bucket = await backend.open("default");
  await bucket.set("boxed", bytes("value"), { ttl: 1000 });
  const header = await Deno.readFile(join(folder.path, "default", "boxed"));
  await bucket.set("copied", header);
  clock.advance(1000);
  assert.deepEqual((await bucket.get("copied"))?.value, header);
});

Deno.test("filesystem: keys take at most 65 lock files", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  for (const name of ["one", "two"]) {
    await fill(await backend.open(name), numbered("key ", 300));
  }
  assert.ok((await namesIn(join(folder.path, ".wharf", "locks"))).length <= 65);
});

Deno.test("filesystem: guests that only open buckets make no folders", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  for (const name of numbered("bucket ", 50)) {
    await (await backend.open(name)).get("key");
  }
  assert.deepEqual(await namesIn(folder.path), [".wharf/"]);
});

Deno.test("filesystem: a folder whose name is a hash says which bucket it is", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openFilesystem({ path: folder.path });
  const bucket = await backend.open("b".repeat(1000));
  await bucket.set("key", bytes("value"));
  const name = (await namesIn(folder.path)).find((each) =>
    each.startsWith("%+~")
  );
  assert.ok(name);
  assert.equal(
    await Deno.readTextFile(join(folder.path, name, ".wharf-bucket")),
    "b".repeat(1000),
  );
  assert.deepEqual(await listAll(bucket), ["key"]);
});

Deno.test("filesystem: a store that was closed refuses to write", async () => {
  await using folder = await makeTemporaryFolder();
  const backend = await openFilesystem({ path: folder.path });
  const bucket = await backend.open("default");
  const last = bucket.set("key", bytes("value"));
  await backend[Symbol.asyncDispose]();
  await last;
  await assertRefused(bucket.set("key", bytes("later")));
  assert.equal(
    await Deno.readTextFile(join(folder.path, "default", "key")),
    "value",
  );
  assert.deepEqual(await namesIn(join(folder.path, ".wharf", "drafts")), []);
});
