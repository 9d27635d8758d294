/** Buckets that are reached from a lane keep the contract of those they stand for. */

import assert from "node:assert/strict";
import { makeBuckets } from "../src/keyvalue/buckets.ts";
import { type Backend, KeyValueError } from "../src/keyvalue/store.ts";
import { serveBuckets } from "../src/lane/bucket_server.ts";
import type { GuestBuckets } from "../src/lane/guests.ts";
import { RemoteBuckets } from "../src/lane/remote_buckets.ts";
import type { FromLane } from "../src/runtime/lane_protocol.ts";
import { Outbox } from "../src/runtime/outbox.ts";
import type { BucketCase } from "./contract/bucket_contract.ts";
import { openInMemoryFixture } from "./support/keyvalue_backends.ts";
import { AWKWARD_CASES } from "./support/keyvalue_awkward_cases.ts";
import { BASIC_CASES } from "./support/keyvalue_basic_cases.ts";
import { COUNTER_CASES } from "./support/keyvalue_counter_cases.ts";
import { LISTING_CASES } from "./support/keyvalue_listing_cases.ts";
import { SWAP_CASES } from "./support/keyvalue_swap_cases.ts";

/** Buckets behind messages that are cloned as between threads. */
function overMessages(buckets: GuestBuckets): RemoteBuckets {
  const serve = serveBuckets(buckets);
  const remote = new RemoteBuckets(
    new Outbox<FromLane>({
      postMessage(messages, transfer) {
        const batch: FromLane[] = structuredClone(messages as FromLane[], {
          transfer,
        });
        for (const message of batch) {
          assert.equal(message.kind, "bucket-call");
          if (message.kind !== "bucket-call") continue;
          serve(message.place, message.ask).then((answer) =>
            remote.take(message.call, structuredClone(answer))
          );
        }
      },
    }),
  );
  return remote;
}

const CASES: readonly BucketCase[] = [
  ...BASIC_CASES,
  ...COUNTER_CASES,
  ...SWAP_CASES,
  ...LISTING_CASES,
  ...AWKWARD_CASES,
].filter(({ needs }) => needs !== "durable");

for (const { name, run } of CASES) {
  Deno.test(`in_memory from a lane: ${name}`, async () => {
    await using fixture = await openInMemoryFixture();
    const remote = overMessages({ forGuests: () => fixture.backend });
    const backend: Backend = {
      summary: fixture.backend.summary,
      open: (bucket) => remote.forGuests().open(bucket),
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
