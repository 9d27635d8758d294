/** Contract cases: what a watcher of a bucket is told. @module */

import assert from "node:assert/strict";
import type { Bucket, Change } from "../../src/keyvalue/store.ts";
import type { BucketCase } from "../contract/bucket_contract.ts";
import {
  assertRefused,
  bytes,
  numbered,
  text,
  versionAt,
} from "./keyvalue_values.ts";

/** How long a change may take to be told before the test fails. */
const DEADLINE = 20_000;
/** How long to wait for a store to begin to tell before it is asked again. */
const AGAIN = 25;

/** The reader of a watch. Disposing ends it. */
class Reader implements AsyncDisposable {
  readonly #changes: AsyncIterator<Change>;
  readonly #ending: AbortController;

  constructor(bucket: Bucket, prefix?: string) {
    assert.ok(bucket.watch, "the bucket cannot be watched");
    this.#ending = new AbortController();
    this.#changes = bucket.watch({
      signal: this.#ending.signal,
      ...(prefix !== undefined && { prefix }),
    })[Symbol.asyncIterator]();
  }

  /** Waits until what `writer` does is told; sets `probe` to find out. */
  async live(writer: Bucket, probe = "probe"): Promise<this> {
    let told = false;
    const first = this.next().then(() => told = true);
    for (let round = 0; !told; round++) {
      await writer.set(probe, bytes(String(round)));
      await soonest(first);
    }
    await writer.set(probe, bytes("live"));
    await this.until((change) => shown(change) === `${probe}=live`);
    return this;
  }

  /** The next change; `undefined` at the end. */
  async next(): Promise<Change | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no change within ${DEADLINE} ms`)),
        DEADLINE,
      );
    });
    try {
      const { value, done } = await Promise.race([this.#changes.next(), late]);
      return done ? undefined : value;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The changes up to and with the one that is looked for. */
  async until(isLast: (change: Change) => boolean): Promise<Change[]> {
    const changes: Change[] = [];
    while (true) {
      const change = await this.next();
      assert.ok(change, "the watch has ended");
      changes.push(change);
      if (isLast(change)) return changes;
    }
  }

  /** Asserts that the next change that is not told again is this one, and returns it. */
  async sees(expected: string): Promise<Change> {
    const [change] = (await this.until((told) => shown(told) !== this.#last))
      .slice(-1);
    assert.equal(shown(change!), expected);
    this.#last = expected;
    return change!;
  }
  #last = "probe=live";

  abort(): void {
    this.#ending.abort();
  }

  /** Ends it as leaving a loop does. */
  async leave(): Promise<void> {
    await this.#changes.return?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.abort();
    return this.leave();
  }
}

/** A change as text; who looks for long values does not read them. */
function shown(change: Change): string {
  return change.kind === "set"
    ? `${change.key}=${text(change.entry)}`
    : `-${change.key}`;
}

async function soonest(told: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = new Promise<void>((resolve) =>
    timer = setTimeout(resolve, AGAIN)
  );
  await Promise.race([told, again]);
  clearTimeout(timer);
}

const AWKWARD_KEYS = [
  ...["", "a/b", "..", "MyKey", "ümlaut", "nul\0", "%~odd", ".wharf", "*[x]"],
  ...["k".repeat(300), "long ".repeat(1000)],
];

export const WATCH_CASES: readonly BucketCase[] = [
  {
    name: "watch() tells what was set, with its version, and what was deleted",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await using reader = await new Reader(bucket).live(bucket);
      await bucket.set("key", bytes("1"));
      const change = await reader.sees("key=1");
      assert.ok(change.kind === "set");
      assert.equal(change.entry.version, await versionAt(bucket, "key"));
      await bucket.set("key", bytes(""));
      await reader.sees("key=");
      await bucket.delete("key");
      await reader.sees("-key");
      await bucket.set("key", bytes("2"));
      await reader.sees("key=2");
    },
  },
  {
    name: "watch() tells of counters, swaps and batches",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await using reader = await new Reader(bucket).live(bucket);
      await bucket.increment("counter", 41n);
      await reader.sees("counter=41");
      await bucket.increment("counter", 1n);
      await reader.sees("counter=42");
      await bucket.swap("key", undefined, bytes("a"));
      await reader.sees("key=a");
      await bucket.swap("key", await versionAt(bucket, "key"), bytes("b"));
      await reader.sees("key=b");
      await bucket.setMany([["m1", bytes("1")], ["m2", bytes("2")]]);
      const set = await reader.until((change) => change.key !== "key");
      set.push(...await reader.until(({ key }) => key !== set.at(-1)!.key));
      assert.deepEqual(new Set(set.map(shown)), new Set(["m1=1", "m2=2"]));
      await bucket.deleteMany(["m1", "m2"]);
      const gone = new Set<string>();
      while (gone.size < 2) {
        const change = await reader.next();
        if (change?.kind === "delete") gone.add(change.key);
      }
      assert.deepEqual(gone, new Set(["m1", "m2"]));
    },
  },
  {
    name:
      "watch() tells nothing from before, nothing of other prefixes and nothing of other buckets",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const other = await backend.open("other");
      await bucket.set("a/before", bytes("x"));
      await bucket.set("a/deleted", bytes("x"));
      await bucket.delete("a/deleted");
      await using reader = await new Reader(bucket, "a/").live(
        bucket,
        "a/probe",
      );
      await bucket.set("b/1", bytes("x"));
      await other.set("a/2", bytes("x"));
      await bucket.set("a", bytes("x"));
      await bucket.set("a/3", bytes("y"));
      const told = await reader.until(({ key }) => key === "a/3");
      assert.deepEqual(
        told.map(shown).filter((change) => change !== "a/probe=live"),
        ["a/3=y"],
      );
    },
  },
  {
    name:
      "watch() tells of keys that no file and no subject could be named after",
    async run({ backend }) {
      for (const name of ["default", "", "b".repeat(200)]) {
        const bucket = await backend.open(name);
        await using reader = await new Reader(bucket).live(bucket);
        for (const key of AWKWARD_KEYS) {
          await bucket.set(key, bytes("1"));
          await reader.sees(`${key}=1`);
          await bucket.delete(key);
          await reader.sees(`-${key}`);
        }
      }
    },
  },
  {
    name: "watch() tells a key's changes in order while many write to it",
    async run({ backend }) {
      const handles = [
        await backend.open("default"),
        await backend.open("default"),
      ];
      await using reader = await new Reader(handles[0]!).live(handles[1]!);
      const [told] = await Promise.all([
        reader.until((change) => shown(change) === "counter=200"),
        ...handles.flatMap((bucket) =>
          Array.from({ length: 5 }, async () => {
            for (let count = 0; count < 20; count++) {
              await bucket.increment("counter", 1n);
            }
          })
        ),
      ]);
      const numbers = told.filter(({ key }) => key === "counter").map((
        change,
      ) => change.kind === "set" ? Number(text(change.entry)) : NaN);
      assert.deepEqual(numbers, numbers.toSorted((one, two) => one - two));
    },
  },
  {
    name: "watch() tells what another opening of the store does",
    needs: "durable",
    async run({ backend, again }) {
      await using second = await again();
      const bucket = await backend.open("default");
      const other = await second.open("default");
      await using reader = await new Reader(bucket).live(other);
      await other.set("key", bytes("1"));
      await reader.sees("key=1");
      await other.increment("key", 1n);
      await reader.sees("key=2");
      await other.delete("key");
      await reader.sees("-key");
      await bucket.set("key", bytes("own"));
      await reader.sees("key=own");
      await other.set("long ".repeat(1000), bytes("2"));
      await reader.sees(`${"long ".repeat(1000)}=2`);
      await other.delete("long ".repeat(1000));
      await reader.sees(`-${"long ".repeat(1000)}`);
    },
  },
  {
    name: "watch() gives values that are the reader's own",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await using one = await new Reader(bucket).live(bucket);
      await using two = await new Reader(bucket).live(bucket);
      const value = bytes("kept");
      const set = bucket.set("key", value);
      value.fill(0);
      await set;
      const isKey = ({ key }: Change) => key === "key";
      const [first] = (await one.until(isKey)).slice(-1);
      assert.ok(first?.kind === "set");
      assert.equal(text(first.entry), "kept");
      first.entry.value.fill(0);
      const [second] = (await two.until(isKey)).slice(-1);
      assert.equal(shown(second!), "key=kept");
      assert.equal(text(await bucket.get("key")), "kept");
    },
  },
  {
    name:
      "watch() ends when its signal aborts, before it begins and while it waits",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const before = new Reader(bucket);
      before.abort();
      assert.equal(await before.next(), undefined);

      const waiting = await new Reader(bucket).live(bucket);
      const end = (async () => {
        while (await waiting.next() !== undefined);
      })();
      waiting.abort();
      await end;
      await bucket.set("key", bytes("1"));
      assert.equal(await waiting.next(), undefined);
    },
  },
  {
    name: "watch() goes on for others when one reader leaves",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const leaving = await new Reader(bucket).live(bucket);
      await using staying = await new Reader(bucket).live(bucket);
      await leaving.leave();
      await bucket.set("key", bytes("1"));
      assert.ok(
        (await staying.until(({ key }) => key === "key")).length > 0,
      );
      assert.equal(await leaving.next(), undefined);
      leaving.abort();
      // Left before its first change was asked for.
      const unread = new Reader(bucket);
      await unread.leave();
      unread.abort();
    },
  },
  {
    name: "watch() tells a reader that was away the last state of each key",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await using reader = await new Reader(bucket).live(bucket);
      const keys = numbered("key ", 20);
      for (let round = 0; round < 10; round++) {
        await Promise.all(
          keys.map((key) => bucket.set(key, bytes(`${round}`))),
        );
      }
      await bucket.deleteMany(keys.slice(0, 5));
      await bucket.set("end", bytes("1"));
      const last = new Map<string, string>();
      const wanted = new Map(
        keys.map((key, index) => [key, index < 5 ? `-${key}` : `${key}=9`]),
      );
      const isDone = () =>
        [...wanted].every(([key, change]) => last.get(key) === change);
      await reader.until((change) => {
        last.set(change.key, shown(change));
        return isDone();
      });
    },
  },
  {
    name: "watch() tells of a value that has expired, once the store knows",
    needs: "watched expiry",
    async run({ backend, elapse }) {
      const bucket = await backend.open("default");
      await using reader = await new Reader(bucket).live(bucket);
      await bucket.set("key", bytes("1"), { ttl: 10_000 });
      await reader.sees("key=1");
      await elapse(10_000);
      assert.equal(await bucket.get("key"), undefined);
      await reader.sees("-key");
    },
  },
  {
    name: "watch() fails when its store is closed",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await using reader = await new Reader(bucket).live(bucket);
      const end = (async () => {
        while (await reader.next() !== undefined);
      })();
      await Promise.all([
        assertRefused(end),
        backend[Symbol.asyncDispose](),
      ]);
    },
  },
];
