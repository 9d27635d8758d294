import assert from "node:assert/strict";
import { join } from "node:path";
import {
  makeTemporaryFolder,
  openFilesystemFixture,
} from "../../tests/support/keyvalue_backends.ts";
import { startChild } from "../../tests/support/keyvalue_child.ts";
import { bytes, numbered, text } from "../../tests/support/keyvalue_values.ts";
import { openFilesystem } from "./filesystem.ts";
import type { Bucket, Change } from "./store.ts";

/** Waits until a change that is looked for is told; gives all up to it. */
async function until(
  changes: AsyncIterator<Change>,
  last: string,
): Promise<string[]> {
  const told: string[] = [];
  while (told.at(-1) !== last) {
    const { value } = await changes.next();
    const change = value as Change;
    told.push(
      change.kind === "set"
        ? `${change.key}=${text(change.entry)}`
        : `-${change.key}`,
    );
  }
  return told;
}

/** A watch that hears of other programs. */
async function live(
  bucket: Bucket,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<AsyncIterator<Change>> {
  const changes = bucket.watch!({ signal })[Symbol.asyncIterator]();
  const first = changes.next();
  let told = false;
  first.then(() => told = true);
  while (!told) {
    await Deno.writeTextFile(join(folder, "probe"), "live");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return changes;
}

Deno.test("filesystem: watch() tells what other programs do with files, and of no draft and no folder", async () => {
  await using folder = await makeTemporaryFolder();
  for (const name of ["default", ""]) {
    const { path } = folder;
    await using backend = await openFilesystem({ path });
    const bucket = await backend.open(name);
    await bucket.set("old", bytes("1"));
    const ending = new AbortController();
    const files = join(path, name);
    const changes = await live(bucket, {
      folder: files,
      signal: ending.signal,
    });
    await Deno.mkdir(join(files, "folder"));
    await Deno.writeTextFile(join(files, ".fskv-tmp-1"), "new");
    await Deno.rename(join(files, ".fskv-tmp-1"), join(files, "key"));
    const told = await until(changes, "key=new");
    assert.deepEqual(
      told.filter((change) => !change.startsWith("probe=")),
      ["key=new"],
    );
    await Deno.rename(join(files, "key"), join(files, "moved"));
    const moved = await until(changes, "moved=new");
    if (!moved.includes("-key")) await until(changes, "-key");
    await Deno.remove(join(files, "old"));
    await until(changes, "-old");
    await Deno.writeTextFile(join(files, "%~a%2fb"), "slash");
    await until(changes, "a/b=slash");
    await Deno.remove(join(files, "folder"));
    await Deno.writeTextFile(join(files, "end"), "");
    assert.deepEqual(await until(changes, "end="), ["end="]);
    ending.abort();
  }
});

Deno.test("filesystem: watch() goes on when the bucket's folder is removed and made again", async () => {
  await using fixture = await openFilesystemFixture();
  await using other = await fixture.again();
  const ending = new AbortController();
  const bucket = await fixture.backend.open("default");
  const changes = bucket.watch!({ signal: ending.signal })
    [Symbol.asyncIterator]();
  await bucket.set("a", bytes("1"));
  await until(changes, "a=1");
  await bucket.set("long ".repeat(100), bytes("1"));
  await until(changes, `${"long ".repeat(100)}=1`);
  const path = fixture.backend.summary.location.replace("files in ", "");
  const writer = await other.open("default");
  for (let round = 2; round < 5; round++) {
    await Deno.remove(join(path, "default"), { recursive: true });
    const gone = await until(changes, "-a");
    if (round === 2 && !gone.includes(`-${"long ".repeat(100)}`)) {
      await until(changes, `-${"long ".repeat(100)}`);
    }
    await writer.set("a", bytes(`${round}`));
    await until(changes, `a=${round}`);
  }
  ending.abort();
});

Deno.test("filesystem: watch() fails when the store's folder is removed", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "store");
  await using backend = await openFilesystem({ path });
  const bucket = await backend.open("default");
  await bucket.set("a", bytes("1"));
  const changes = await live(bucket, {
    folder: join(path, "default"),
    signal: new AbortController().signal,
  });
  await Deno.remove(path, { recursive: true });
  await assert.rejects(until(changes, "never"), {
    name: "KeyValueError",
    code: "other",
  });
});

Deno.test(
  "filesystem: watch() tells a process that hung all that happened meanwhile, more than the system queues",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    const { stdout } = await new Deno.Command("cat", {
      args: ["/proc/sys/fs/inotify/max_queued_events"],
    }).output();
    const room = Number(new TextDecoder().decode(stdout));
    await using folder = await makeTemporaryFolder();
    const { path } = folder;
    const files = join(path, "default");
    await using backend = await openFilesystem({ path });
    const bucket = await backend.open("default");
    await bucket.set("old", bytes(""));
    await bucket.set("going", bytes(""));
    await using child = startChild("watch", path, 0);
    const lines = child.lines();
    assert.equal((await lines.next()).value, "ready");
    const first = lines.next();
    let told = false;
    first.then(() => told = true);
    while (!told) {
      await Deno.writeTextFile(join(files, "probe"), "live");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await child.hang();
    // Each is made, written and closed.
    const many = numbered("key ", Math.ceil(room / 3) + 1000);
    for (const key of many) Deno.writeTextFileSync(join(files, key), "1");
    Deno.writeTextFileSync(join(files, "old"), "1");
    Deno.removeSync(join(files, "going"));
    child.goOn();
    const wanted = new Set([...many, "old", "-going"]);
    while (wanted.size > 0) {
      const { value } = await lines.next();
      assert.ok(value !== undefined, `${wanted.size} were not told`);
      wanted.delete(value);
    }
  },
);
