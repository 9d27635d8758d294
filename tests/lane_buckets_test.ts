/** Buckets that are reached from a lane keep the contract of those they stand for. */

import assert from "node:assert/strict";
import { makeBuckets } from "../src/keyvalue/buckets.ts";
import {
  type Answer,
  type Backend,
  type Bucket,
  KeyValueError,
} from "../src/keyvalue/store.ts";
import { serveBuckets } from "../src/lane/bucket_server.ts";
import type { GuestBuckets } from "../src/lane/guests.ts";
import { RemoteBuckets } from "../src/lane/remote_buckets.ts";
import type {
  BucketAnswer,
  BucketCall,
  FromLane,
} from "../src/runtime/lane_protocol.ts";
import { type Batch, eachMessage, Outbox } from "../src/runtime/outbox.ts";
import type { BucketCase } from "./contract/bucket_contract.ts";
import { byAtHand } from "./support/bucket_at_hand.ts";
import { openInMemoryFixture } from "./support/keyvalue_backends.ts";
import { AWKWARD_CASES } from "./support/keyvalue_awkward_cases.ts";
import { BASIC_CASES } from "./support/keyvalue_basic_cases.ts";
import { COUNTER_CASES } from "./support/keyvalue_counter_cases.ts";
import { LISTING_CASES } from "./support/keyvalue_listing_cases.ts";
import { SWAP_CASES } from "./support/keyvalue_swap_cases.ts";

/** Buckets behind messages, which are cloned as between threads. */
class Messages {
  readonly remote: RemoteBuckets;
  /** What was asked. */
  readonly asked: BucketCall[] = [];

  constructor(buckets: GuestBuckets) {
    const serve = serveBuckets(buckets);
    this.remote = new RemoteBuckets(
      new Outbox<FromLane>({
        postMessage: (batch, transfer) =>
          eachMessage(
            structuredClone(batch as Batch<FromLane>, { transfer }),
            (message) => {
              assert.equal(message.kind, "bucket-call");
              if (message.kind !== "bucket-call") return;
              this.asked.push(message.ask);
              serve(message.place, message.ask).then((answer) =>
                this.remote.take(message.call, cloned(answer))
              );
            },
          ),
      }),
    );
  }
}

/** Shared memory is not cloned. */
function cloned(answer: BucketAnswer): BucketAnswer {
  return answer.ok && answer.value instanceof Int32Array
    ? answer
    : structuredClone(answer);
}

function overMessages(buckets: GuestBuckets): RemoteBuckets {
  return new Messages(buckets).remote;
}

/** Whether an answer is not there at once. */
async function isAsked(answer: Answer<unknown>): Promise<boolean> {
  await answer;
  return answer instanceof Promise;
}

const CASES: readonly BucketCase[] = [
  ...BASIC_CASES,
  ...COUNTER_CASES,
  ...SWAP_CASES,
  ...LISTING_CASES,
  ...AWKWARD_CASES,
].filter(({ needs }) => needs !== "durable");

const WAYS: Readonly<Record<string, (bucket: Bucket) => Bucket>> = {
  "from a lane": (bucket) => bucket,
  "from a lane, at hand": byAtHand,
};

for (const [way, wrap] of Object.entries(WAYS)) {
  for (const { name, run } of CASES) {
    Deno.test(`in_memory ${way}: ${name}`, async () => {
      await using fixture = await openInMemoryFixture();
      const remote = overMessages({ forGuests: () => fixture.backend });
      const backend: Backend = {
        summary: fixture.backend.summary,
        open: async (bucket) => wrap(await remote.forGuests().open(bucket)),
        info: (bucket) => fixture.backend.info(bucket),
        drop: (bucket) => fixture.backend.drop(bucket),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
      await run({
        backend,
        again: fixture.again,
        elapse: (milliseconds) => fixture.elapse(milliseconds),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    });
  }
}

Deno.test("a lane keeps what it has read until anyone changes it", async () => {
  await using buckets = makeBuckets();
  const { remote, asked } = new Messages(buckets);
  const own = await buckets.open("b");
  const { atHand } = await remote.forGuests().open("b");
  const textAt = async (key: string) => {
    const entry = await atHand!.get(key);
    return entry && new TextDecoder().decode(entry.value);
  };
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(await textAt("k"), undefined);
  await own.set("k", bytes("one"));
  assert.equal(await textAt("k"), "one");
  asked.length = 0;
  assert.equal(await isAsked(atHand!.get("k")), false);
  assert.equal(atHand!.exists("k"), true);
  assert.deepEqual(asked, []);
  // A value of the same length is written into the place of the one before.
  await own.set("k", bytes("two"));
  assert.equal(await textAt("k"), "two");
  await own.increment("n", 1n);
  assert.equal(await textAt("n"), "1");
  await own.increment("n", 1n);
  assert.equal(await textAt("n"), "2");
  await own.delete("k");
  assert.equal(await textAt("k"), undefined);
  const { backend, bucket } = await buckets.locate("b");
  await backend.drop(bucket);
  assert.equal(await textAt("n"), undefined);
});

Deno.test("a lane keeps no value that expires, and none that is large", async () => {
  await using buckets = makeBuckets();
  const { remote } = new Messages(buckets);
  const own = await buckets.open("b");
  const { atHand } = await remote.forGuests().open("b");
  await own.set("mortal", new Uint8Array(1), { ttl: 60_000 });
  await own.set("large", new Uint8Array(100_000));
  for (const key of ["mortal", "large"]) {
    await atHand!.get(key);
    assert.equal(await isAsked(atHand!.get(key)), true, key);
  }
});

Deno.test("a lane keeps a bounded number of keys, whatever a guest asks for", async () => {
  await using buckets = makeBuckets();
  const { remote } = new Messages(buckets);
  const { atHand } = await remote.forGuests().open("b");
  const keys = Array.from({ length: 1001 }, (_, index) => `k${index}`);
  for (const key of keys) await atHand!.get(key);
  assert.equal(await isAsked(atHand!.get(keys[0]!)), true);
  assert.equal(await isAsked(atHand!.get(keys[1000]!)), false);
});

Deno.test("RemoteBuckets open what guests may open, by labels too", async () => {
  await using buckets = makeBuckets({
    allow: ["cache"],
    rules: { cache: { bucket: "shop" } },
  });
  const remote = overMessages(buckets);
  const named = await remote.forGuests().open("cache");
  await named.set("k", new Uint8Array([1]));
  const labelled = await remote.forGuests("cache").open("");
  assert.deepEqual((await labelled.get("k"))?.value, new Uint8Array([1]));
  for (const opener of [remote.forGuests(), remote.forGuests("cache")]) {
    await assert.rejects(
      opener.open("other"),
      (error) =>
        error instanceof KeyValueError && error.code === "access-denied",
    );
  }
});

Deno.test("RemoteBuckets keep what is no answer to the guest a fault", async () => {
  const remote = overMessages({
    forGuests: () => ({ open: () => Promise.reject(new TypeError("broken")) }),
  });
  await assert.rejects(
    remote.forGuests().open("b"),
    (error) =>
      error instanceof Error && !(error instanceof KeyValueError) &&
      error.message === "broken",
  );
});
