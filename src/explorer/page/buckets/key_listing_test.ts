import assert from "node:assert/strict";
import type { KeyList } from "../../api.ts";
import { KeyListing, MOST_KEYS, MOST_WAITING } from "./key_listing.ts";

interface Asked {
  readonly prefix: string;
  readonly cursor?: string;
  readonly signal: AbortSignal;
  readonly answer: (page: KeyList) => void;
  readonly fail: (error: Error) => void;
}

/** A listing whose pages the test answers, and whose changes are told at once. */
function makeListing() {
  const asked: Asked[] = [];
  const listing = new KeyListing({
    load: (query, signal) =>
      new Promise((answer, fail) =>
        asked.push({ ...query, signal, answer, fail })
      ),
    soon: (run) => run(),
  });
  return { listing, asked };
}

/** A listing that has read one page. */
async function listed(page: KeyList, prefix = "") {
  const made = makeListing();
  const done = made.listing.search(prefix);
  made.asked[0]?.answer(page);
  await done;
  return made;
}

Deno.test("search() lists the keys of its prefix", async () => {
  const { listing, asked } = await listed({ keys: ["a1", "a2"] }, "a");
  assert.equal(asked[0]?.prefix, "a");
  assert.deepEqual(listing.state.value.keys, ["a1", "a2"]);
  assert.equal(listing.state.value.loading, false);
  assert.equal(listing.state.value.more, false);
});

Deno.test("search() gives up the search before it, whichever answers first", async () => {
  const { listing, asked } = makeListing();
  const first = listing.search("a");
  const second = listing.search("ab");
  assert.equal(asked[0]?.signal.aborted, true);
  asked[1]?.answer({ keys: ["ab"] });
  asked[0]?.answer({ keys: ["a", "ab"] });
  await Promise.all([first, second]);
  assert.deepEqual(listing.state.value.keys, ["ab"]);
});

Deno.test("more() goes on at the cursor, once at a time", async () => {
  const { listing, asked } = await listed({ keys: ["a"], cursor: "7" });
  const more = listing.more();
  await listing.more();
  assert.equal(asked.length, 2);
  assert.equal(asked[1]?.cursor, "7");
  asked[1]?.answer({ keys: ["b"] });
  await more;
  assert.deepEqual(listing.state.value.keys, ["a", "b"]);
  await listing.more();
  assert.equal(asked.length, 2);
});

Deno.test("more() after a failure asks for the same page", async () => {
  const { listing, asked } = await listed({ keys: ["a"], cursor: "7" });
  const failing = listing.more();
  asked[1]?.fail(new Error("gone"));
  await failing;
  assert.ok(listing.state.value.failure instanceof Error);
  const again = listing.more();
  asked[2]?.answer({ keys: ["b"] });
  await again;
  assert.deepEqual(listing.state.value.keys, ["a", "b"]);
  assert.equal(listing.state.value.failure, undefined);
});

Deno.test("note() marks keys where they stand and counts those that are not there", async () => {
  const { listing } = await listed({ keys: ["a", "b", "c"] });
  listing.note({ kind: "set", key: "b" });
  listing.note({ kind: "delete", key: "c" });
  listing.note({ kind: "set", key: "0" });
  listing.note({ kind: "set", key: "d" });
  listing.note({ kind: "delete", key: "d" });
  const state = listing.state.value;
  assert.deepEqual(state.keys, ["a", "b", "c"]);
  assert.deepEqual([...state.marks], [["b", "changed"], ["c", "deleted"]]);
  assert.equal(state.waiting, 1);
});

Deno.test("note() passes over keys of another prefix", async () => {
  const { listing } = await listed({ keys: [] }, "a");
  listing.note({ kind: "set", key: "b" });
  assert.equal(listing.state.value.waiting, 0);
});

Deno.test("note() holds no more keys than it may, however many are written", async () => {
  const { listing } = await listed({ keys: [] });
  for (let count = 0; count < MOST_WAITING + 50; count++) {
    listing.note({ kind: "set", key: `k${count}` });
  }
  assert.equal(listing.state.value.waiting, MOST_WAITING);
});

Deno.test("showWaiting() puts new keys first, and a later page does not repeat them", async () => {
  const { listing, asked } = await listed({ keys: ["a"], cursor: "1" });
  listing.note({ kind: "set", key: "z" });
  listing.showWaiting();
  assert.deepEqual(listing.state.value.keys, ["z", "a"]);
  assert.equal(listing.state.value.marks.get("z"), "new");
  const more = listing.more();
  asked[1]?.answer({ keys: ["b", "z"] });
  await more;
  assert.deepEqual(listing.state.value.keys, ["z", "a", "b"]);
  assert.equal(listing.state.value.waiting, 0);
});

Deno.test("more() passes over what was read when it would hold too much", async () => {
  const many = Array.from({ length: MOST_KEYS }, (_, index) => `k${index}`);
  const { listing, asked } = await listed({ keys: many, cursor: "1" });
  const more = listing.more();
  asked[1]?.answer({ keys: ["next"] });
  await more;
  assert.deepEqual(listing.state.value.keys, ["next"]);
  assert.equal(listing.state.value.passed, MOST_KEYS);
});

Deno.test("show() puts a key first once, and a change told of it later moves nothing", async () => {
  const { listing } = await listed({ keys: ["a"], cursor: "1" });
  listing.show("mine");
  listing.show("a");
  listing.note({ kind: "set", key: "mine" });
  assert.deepEqual(listing.state.value.keys, ["mine", "a"]);
  assert.equal(listing.state.value.marks.get("mine"), "new");
  assert.equal(listing.state.value.waiting, 0);
});
