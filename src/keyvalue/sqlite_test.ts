import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeTemporaryFolder } from "../../tests/support/keyvalue_backends.ts";
import {
  assertRefused,
  bytes,
  listAll,
  numbered,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openSqlite } from "./sqlite.ts";
import { KeyValueError } from "./store.ts";

async function failureOf(call: Promise<unknown>): Promise<KeyValueError> {
  const failure = await call.then(() => undefined, (cause) => cause);
  assert.ok(failure instanceof KeyValueError, String(failure));
  return failure;
}

Deno.test("sqlite: a folder that cannot be made is an error with the remedy", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "file");
  await Deno.writeTextFile(path, "");
  const { message } = await failureOf(openSqlite({ path }));
  assert.match(
    message,
    /^Cannot open the store in .+: it cannot be opened; check that it is a file in a folder/,
  );
});

Deno.test("sqlite: a file that is no database is an error with the remedy, and is opened once it is gone", async () => {
  await using folder = await makeTemporaryFolder();
  const { path } = folder;
  await Deno.writeTextFile(join(path, "wharf.sqlite"), "no ".repeat(5000));
  const { message } = await failureOf(openSqlite({ path }));
  assert.match(message, /: it is no SQLite database; move it away, or choose/);
  await Deno.remove(join(path, "wharf.sqlite"));
  await using backend = await openSqlite({ path });
  await (await backend.open("default")).set("key", bytes("1"));
});

Deno.test("sqlite: a database of a later layout is refused", async () => {
  await using folder = await makeTemporaryFolder();
  await (await openSqlite({ path: folder.path }))[Symbol.asyncDispose]();
  {
    using database = new DatabaseSync(join(folder.path, "wharf.sqlite"));
    database.exec("PRAGMA user_version = 99");
  }
  const { message } = await failureOf(openSqlite({ path: folder.path }));
  assert.match(message, /a later Wharf has written it \(layout 99\)/);
});

Deno.test("sqlite: a write waits for another process's lock without holding the event loop, and not for ever", async () => {
  await using folder = await makeTemporaryFolder();
  const { path } = folder;
  await using backend = await openSqlite({ path, patience: 300 });
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("1"));
  using other = new DatabaseSync(join(path, "wharf.sqlite"));
  other.exec("BEGIN IMMEDIATE");
  const waiting = bucket.set("key", bytes("2"));
  let settled = false;
  waiting.then(() => settled = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(settled, false);
  // Reads go on meanwhile.
  assert.equal(await textAt(bucket, "key"), "1");
  other.exec("ROLLBACK");
  await waiting;
  assert.equal(await textAt(bucket, "key"), "2");

  other.exec("BEGIN IMMEDIATE");
  const { message } = await failureOf(bucket.set("key", bytes("3")));
  assert.match(message, /^Cannot set "key" in .+: other processes have kept/);
  other.exec("ROLLBACK");
  await bucket.set("key", bytes("4"));
  assert.equal(await textAt(bucket, "key"), "4");
});

Deno.test("sqlite: writes that share a transaction with one that fails succeed", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openSqlite({ path: folder.path });
  const bucket = await backend.open("default");
  await bucket.set("text", bytes("text"));
  using database = new DatabaseSync(join(folder.path, "wharf.sqlite"));
  database.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN NEW.key = CAST('bad' AS BLOB) " +
      "BEGIN SELECT RAISE(ROLLBACK, 'refused'); END",
  );
  const ended = await Promise.allSettled([
    bucket.set("a", bytes("1")),
    bucket.increment("text", 1n),
    bucket.set("bad", bytes("2")),
    bucket.increment("count", 3n),
    bucket.set("a", bytes("4")),
  ]);
  assert.deepEqual(ended.map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  assert.equal(await textAt(bucket, "a"), "4");
  assert.equal(await textAt(bucket, "count"), "3");
  assert.equal(await bucket.exists("bad"), false);
});

Deno.test("sqlite: a prefix finds few keys among many and many among more", async () => {
  await using folder = await makeTemporaryFolder();
  await using backend = await openSqlite({
    path: folder.path,
    durability: "crash",
  });
  const bucket = await backend.open("default");
  const many = numbered("many/", 9000);
  const few = numbered("few/", 20);
  const all = [...many.slice(0, 5000), ...few, ...many.slice(5000)];
  await bucket.setMany(all.map((key) => [key, bytes("")] as const));
  assert.deepEqual(await listAll(bucket, { prefix: "few/", limit: 7 }), few);
  assert.deepEqual(await listAll(bucket, { prefix: "many/" }), many);
  assert.deepEqual(await listAll(bucket), all);
});

Deno.test("sqlite: a store that was closed has stored what was asked for, and refuses every call", async () => {
  await using folder = await makeTemporaryFolder();
  const backend = await openSqlite({ path: folder.path });
  const bucket = await backend.open("default");
  const written = bucket.set("key", bytes("1"));
  await backend[Symbol.asyncDispose]();
  await written;
  await backend[Symbol.asyncDispose]();
  await assertRefused(bucket.get("key"));
  await assertRefused(bucket.exists("key"));
  await assertRefused(bucket.set("key", bytes("2")));
  await assertRefused(bucket.increment("key", 1n));
  await assertRefused(bucket.listKeys());
  await using again = await openSqlite({ path: folder.path });
  assert.equal(await textAt(await again.open("default"), "key"), "1");
});
