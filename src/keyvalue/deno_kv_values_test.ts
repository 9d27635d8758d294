import assert from "node:assert/strict";
import { join } from "node:path";
import {
  makeClock,
  makeTemporaryFolder,
} from "../../tests/support/keyvalue_backends.ts";
import {
  assertRefused,
  bytes,
  listAll,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openDenoKv } from "./deno_kv.ts";

const HOUR = 3_600_000;

/** Every row of a database that Wharf did not put there as a value. */
async function otherRows(kv: Deno.Kv): Promise<Deno.KvKey[]> {
  const entries = await Array.fromAsync(kv.list({ prefix: ["wharf"] }));
  return entries.map(({ key }) => key).filter((key) => key[1] !== "v");
}

function sized(size: number, byte: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(byte);
}

Deno.test("deno_kv: another Deno program reads and writes plain values", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "kv");
  await using backend = await openDenoKv({ path });
  const bucket = await backend.open("default");
  using kv = await Deno.openKv(path);
  await bucket.set("ours", bytes("1"));
  assert.deepEqual(
    (await kv.get(["wharf", "v", "default", "ours"])).value,
    bytes("1"),
  );
  await kv.set(["wharf", "v", "default", "theirs"], bytes("2"));
  assert.equal(await textAt(bucket, "theirs"), "2");
  assert.deepEqual(await listAll(bucket), ["ours", "theirs"]);
});

Deno.test("deno_kv: a value that is no bytes is refused by reads and replaced by writes", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "kv");
  await using backend = await openDenoKv({ path });
  const bucket = await backend.open("default");
  using kv = await Deno.openKv(path);
  for (const value of ["text", 1, null, { held: 1 }, new Deno.KvU64(1n)]) {
    await kv.set(["wharf", "v", "default", "key"], value);
    await assertRefused(bucket.get("key"));
    await assertRefused(bucket.getMany(["key"]));
    await assertRefused(bucket.increment("key", 1n));
    await assertRefused(bucket.swap("key", undefined, bytes("")));
    assert.equal(await bucket.exists("key"), true);
    assert.deepEqual(await listAll(bucket), ["key"]);
    await bucket.set("key", bytes("ours"));
    assert.equal(await textAt(bucket, "key"), "ours");
  }
});

Deno.test("deno_kv: values of every size around the limits come back whole, under long keys and with a ttl too", async () => {
  await using backend = await openDenoKv({ path: ":memory:" });
  const bucket = await backend.open("default");
  const sizes = [59_999, 60_000, 60_001, 61_440, 65_535, 65_536, 65_537];
  sizes.push(122_880, 122_881, 1_000_000);
  for (const key of ["short", "\0".repeat(700), "y".repeat(70_000)]) {
    for (const size of sizes) {
      for (const ttl of [undefined, 60_000]) {
        const value = sized(size, size % 251);
        await bucket.set(key, value, ttl === undefined ? {} : { ttl });
        const found = (await bucket.get(key))?.value;
        assert.equal(Buffer.compare(found!, value), 0, `${size} ${ttl}`);
      }
    }
  }
  assert.equal((await listAll(bucket)).length, 3);
});

Deno.test("deno_kv: the chunks of a value that was replaced, deleted or swapped are removed", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "kv");
  await using backend = await openDenoKv({ path });
  const bucket = await backend.open("default");
  using kv = await Deno.openKv(path);
  const large = sized(300_000, 1);
  await bucket.set("key", large);
  assert.equal((await otherRows(kv)).filter((key) => key[1] === "c").length, 5);
  await bucket.set("key", sized(200_000, 2));
  assert.equal((await otherRows(kv)).filter((key) => key[1] === "c").length, 4);
  await bucket.set("key", bytes("small"));
  assert.deepEqual(await otherRows(kv), []);
  await bucket.set("key", large);
  await bucket.delete("key");
  assert.deepEqual(await otherRows(kv), []);
  await bucket.set("key", large);
  const version = (await bucket.get("key"))?.version;
  assert.ok((await bucket.swap("key", version, bytes("small"))).swapped);
  assert.ok(!(await bucket.swap("key", version, large)).swapped);
  assert.deepEqual(await otherRows(kv), []);
  await Promise.all(
    Array.from(
      { length: 8 },
      (_, byte) => bucket.set("key", sized(99_999, byte)),
    ),
  );
  assert.deepEqual((await bucket.get("key"))?.value, sized(99_999, 7));
  await bucket.setMany([["key", bytes("1")], ["other", large]]);
  await bucket.deleteMany(["key", "other"]);
  assert.deepEqual(await otherRows(kv), []);
});

Deno.test("deno_kv: chunks that a dead writer left are removed after an hour, those of values are not", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "kv");
  const clock = makeClock();
  using kv = await Deno.openKv(path);
  {
    await using backend = await openDenoKv({ path, now: clock.now });
    await (await backend.open("default")).set("kept", sized(100_000, 1));
  }
  // What a writer leaves that dies before its value refers to the chunks.
  const orphan = { bucket: "default", count: 2, at: clock.now() };
  await kv.set(["wharf", "w", "dead"], orphan);
  await kv.set(["wharf", "c", "default", "dead", 0], sized(10, 1));
  const orphans = async () =>
    (await otherRows(kv)).filter((key) => key.includes("dead")).length;
  for (const [pass, left] of [[HOUR - 1, 2], [1, 0]] as const) {
    clock.advance(pass);
    await using backend = await openDenoKv({ path, now: clock.now });
    const bucket = await backend.open("default");
    await backend[Symbol.asyncDispose]();
    assert.equal(await orphans(), left);
    await assertRefused(bucket.get("kept"));
  }
  await using backend = await openDenoKv({ path, now: clock.now });
  const kept = (await (await backend.open("default")).get("kept"))?.value;
  assert.deepEqual(kept, sized(100_000, 1));
});

Deno.test("deno_kv: a writer whose chunks were taken for waste writes them again", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "kv");
  const clock = makeClock();
  await using slow = await openDenoKv({ path, now: clock.now });
  const bucket = await slow.open("default");
  using kv = await Deno.openKv(path);
  const large = sized(5_000_000, 3);
  const writing = bucket.set("key", large);
  // The writer has said what it writes, and is not done: it is taken for dead.
  let entries: Deno.KvEntry<unknown>[] = [];
  while (entries.length === 0) {
    entries = await Array.fromAsync(kv.list({ prefix: ["wharf", "w"] }));
  }
  clock.advance(2 * HOUR);
  const other = await openDenoKv({ path, now: clock.now });
  await other.open("default");
  await other[Symbol.asyncDispose]();
  await writing;
  assert.equal(Buffer.compare((await bucket.get("key"))!.value, large), 0);
});

Deno.test("deno_kv: a value whose chunks are missing for good is refused and can be replaced", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "kv");
  await using backend = await openDenoKv({ path });
  const bucket = await backend.open("default");
  using kv = await Deno.openKv(path);
  await bucket.set("key", sized(100_000, 1));
  for await (const { key } of kv.list({ prefix: ["wharf", "c"] })) {
    await kv.delete(key);
  }
  await assertRefused(bucket.get("key"));
  assert.deepEqual(await listAll(bucket), ["key"]);
  await bucket.set("key", bytes("1"));
  assert.equal(await textAt(bucket, "key"), "1");
});

Deno.test("deno_kv: keys are listed by code point, with a prefix of any length", async () => {
  await using backend = await openDenoKv({ path: ":memory:" });
  const bucket = await backend.open("default");
  const long = "long ".repeat(1000);
  const keys = ["\ud7ff", "\ud7ff1", "\ue000", "\u{10ffff}", "\u{10ffff}1"];
  keys.push("\u{10ffff}\u{10ffff}", `${long}a`, `${long}b`, `${long}b1`, "lon");
  await bucket.setMany(keys.map((key) => [key, bytes("")] as const));
  for (const prefix of [...keys, "", "long", long, `${long}b`]) {
    const wanted = keys.filter((key) => key.startsWith(prefix)).sort();
    for (const limit of [1, 2, 1000]) {
      assert.deepEqual(
        (await listAll(bucket, { prefix, limit })).sort(),
        wanted,
      );
    }
  }
});

Deno.test("deno_kv: a cursor of another prefix gives an empty page, one that is forgotten an error", async () => {
  await using backend = await openDenoKv({ path: ":memory:" });
  const bucket = await backend.open("default");
  await bucket.setMany(["a1", "a2", "b1"].map((key) => [key, bytes("")]));
  const { cursor } = await bucket.listKeys({ prefix: "a", limit: 1 });
  assert.deepEqual(await bucket.listKeys({ prefix: "b", cursor: cursor! }), {
    keys: [],
  });
  await assertRefused(bucket.listKeys({ cursor: "12345" }));
  await assertRefused(
    (await backend.open("other")).listKeys({ cursor: cursor! }),
  );
});
