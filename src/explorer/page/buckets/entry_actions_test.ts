import assert from "node:assert/strict";
import { serveExplorer } from "../../../../tests/support/explorer_server.ts";
import type { EntryDetail } from "../../api.ts";
import { ApiClient, ApiProblem } from "../api_client.ts";
import {
  deleteEntry,
  readEntry,
  undoDelete,
  writeValue,
} from "./entry_actions.ts";

const PLACE = { bucket: "cache", key: "a/../b \u0000?&#" };

const encode = (text: string) => new TextEncoder().encode(text);

/** An explorer with one key, and the page's client of it. */
async function openPlace(ttl?: number) {
  const server = await serveExplorer();
  const api = new ApiClient(`${server.url}api/`);
  const bucket = await server.buckets.open(PLACE.bucket);
  await bucket.set(
    PLACE.key,
    encode("first"),
    ttl === undefined ? {} : { ttl },
  );
  const seen = await readEntry(api, PLACE);
  assert.ok(seen !== undefined);
  return {
    api,
    bucket,
    seen,
    async text() {
      const entry = await bucket.get(PLACE.key);
      return entry && new TextDecoder().decode(entry.value);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function remove(api: ApiClient, seen: EntryDetail) {
  const deleted = await deleteEntry(api, PLACE, seen);
  assert.ok(deleted !== "changed");
  return deleted;
}

Deno.test("writeValue() writes over the version that was seen", async () => {
  await using place = await openPlace();
  const outcome = await writeValue(place.api, PLACE, {
    bytes: encode("mine"),
    version: place.seen.version,
    ttl: 60_000,
  });
  assert.deepEqual(outcome, { kind: "written" });
  assert.equal(await place.text(), "mine");
  assert.ok(await place.bucket.expiry(PLACE.key) !== undefined);
});

Deno.test("writeValue() leaves what others wrote and tells it", async () => {
  await using place = await openPlace();
  await place.bucket.set(PLACE.key, encode("theirs"));
  const outcome = await writeValue(place.api, PLACE, {
    bytes: encode("mine"),
    version: place.seen.version,
  });
  assert.ok(outcome.kind === "conflict");
  assert.equal(atob(outcome.current?.preview ?? ""), "theirs");
  assert.equal(await place.text(), "theirs");
});

Deno.test("writeValue() tells that the key was deleted", async () => {
  await using place = await openPlace();
  await place.bucket.delete(PLACE.key);
  const outcome = await writeValue(place.api, PLACE, {
    bytes: encode("mine"),
    version: place.seen.version,
  });
  assert.deepEqual(outcome, { kind: "conflict", current: undefined });
  assert.equal(await place.text(), undefined);
});

Deno.test("writeValue() makes no key that is there", async () => {
  await using place = await openPlace();
  const { kind } = await writeValue(place.api, PLACE, {
    bytes: encode("mine"),
    version: undefined,
  });
  assert.equal(kind, "conflict");
  assert.equal(await place.text(), "first");
});

Deno.test("writeValue() throws what is no conflict", async () => {
  await using place = await openPlace();
  await assert.rejects(
    writeValue(place.api, PLACE, {
      bytes: encode("mine"),
      version: place.seen.version,
      ttl: 0,
    }),
    (error) => error instanceof ApiProblem && error.code === "bad-request",
  );
});

Deno.test("deleteEntry() leaves what was changed, and what is gone", async () => {
  await using place = await openPlace();
  await place.bucket.set(PLACE.key, encode("theirs"));
  assert.equal(await deleteEntry(place.api, PLACE, place.seen), "changed");
  assert.equal(await place.text(), "theirs");
  await place.bucket.delete(PLACE.key);
  assert.equal(await deleteEntry(place.api, PLACE, place.seen), "changed");
});

Deno.test("undoDelete() puts back all bytes, for ever where it was for ever", async () => {
  await using place = await openPlace();
  const large = encode("long ".repeat(100_000));
  await place.bucket.set(PLACE.key, large);
  const seen = await readEntry(place.api, PLACE);
  assert.ok(seen !== undefined);
  const deleted = await remove(place.api, seen);
  assert.equal(await place.text(), undefined);
  assert.equal(await undoDelete(place.api, deleted, Date.now()), "restored");
  assert.deepEqual((await place.bucket.get(PLACE.key))?.value, large);
  assert.equal(await place.bucket.expiry(PLACE.key), undefined);
});

Deno.test("undoDelete() gives back the time that was left", async () => {
  await using place = await openPlace(600_000);
  const deleted = await remove(place.api, place.seen);
  const expires = deleted.expires ?? 0;
  assert.equal(
    await undoDelete(place.api, deleted, Date.now()),
    "restored",
  );
  const end = await place.bucket.expiry(PLACE.key);
  assert.ok(Math.abs((end?.getTime() ?? 0) - expires) < 60_000, `${end}`);
});

Deno.test("undoDelete() brings back nothing whose time is over", async () => {
  await using place = await openPlace(600_000);
  const deleted = await remove(place.api, place.seen);
  const after = (deleted.expires ?? 0) + 1;
  assert.equal(await undoDelete(place.api, deleted, after), "expired");
  assert.equal(await place.text(), undefined);
});

Deno.test("undoDelete() leaves what was written meanwhile", async () => {
  await using place = await openPlace();
  const deleted = await remove(place.api, place.seen);
  await place.bucket.set(PLACE.key, encode("theirs"));
  assert.equal(
    await undoDelete(place.api, deleted, Date.now()),
    "occupied",
  );
  assert.equal(await place.text(), "theirs");
});

Deno.test("ApiClient says unreachable where nothing answers, or another server", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const nobody = new ApiClient(`http://127.0.0.1:${port}/`);
  await assert.rejects(
    nobody.get("status"),
    (error) => error instanceof ApiProblem && error.code === "unreachable",
  );
  await using other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("no", { status: 404 }),
  );
  await assert.rejects(
    new ApiClient(`http://127.0.0.1:${other.addr.port}/`).get("status"),
    (error) => error instanceof ApiProblem && error.code === "unreachable",
  );
});
