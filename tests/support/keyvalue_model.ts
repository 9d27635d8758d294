/**
 * A plain Map that answers as a bucket must, and a bucket held against it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseCounter } from "../../src/keyvalue/counter.ts";
import {
  type Bucket,
  COUNTER_MAX,
  COUNTER_MIN,
  type Entry,
  type Swapped,
} from "../../src/keyvalue/store.ts";
import type { Named, Run, Step } from "./keyvalue_steps.ts";
import { assertRefused, bytes, listAll } from "./keyvalue_values.ts";

/** A version that no store gives. */
const UNKNOWN = "a version that never was";

type StepOf<Call extends Step["call"]> = Extract<Step, { call: Call }>;

/**
 * Takes the steps of a run on an empty bucket and on a Map, and compares after each of them
 * every answer, every value and every version.
 *
 * @param handles The bucket, opened one or more times.
 */
export async function holdAgainstModel(
  handles: readonly Bucket[],
  { keys, steps }: Run,
  options: ModelOptions = {},
): Promise<void> {
  const model = new Model(handles, { ...options, keys });
  for (const step of steps) await model.take(step);
  for (const handle of handles) {
    assert.deepEqual((await listAll(handle)).sort(), model.keysFrom(""));
  }
}

/** How a store differs from the others. */
export interface ModelOptions {
  /** Whether a version may also change without a write to its key. It must not come back either way. */
  readonly sharesVersions?: boolean;
}

/** What a bucket has to hold, and every version that was seen in it. */
class Model {
  readonly #handles: readonly Bucket[];
  readonly #keys: readonly string[];
  readonly #sharesVersions: boolean;
  readonly #values = new Map<string, Uint8Array>();
  /** By key, the current one last. */
  readonly #versions = new Map<string, string[]>();

  constructor(
    handles: readonly Bucket[],
    options: ModelOptions & { readonly keys: readonly string[] },
  ) {
    this.#handles = handles;
    this.#keys = options.keys;
    this.#sharesVersions = options.sharesVersions ?? false;
  }

  /** The keys with a prefix, sorted. */
  keysFrom(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix))
      .sort();
  }

  async take(step: Step): Promise<void> {
    const bucket = this.#handles[step.handle % this.#handles.length]!;
    const written = await this.#call(bucket, step);
    // Another handle must see it at once.
    const reader = this.#handles[(step.handle + 1) % this.#handles.length]!;
    await this.#compare(reader, new Set(written));
  }

  /** Makes the call, compares its answer and returns the keys that it wrote. */
  async #call(bucket: Bucket, step: Step): Promise<readonly string[]> {
    switch (step.call) {
      case "get":
        this.#assertEntry(await bucket.get(this.#at(step.key)), step.key);
        return [];
      case "exists": {
        const key = this.#at(step.key);
        assert.equal(await bucket.exists(key), this.#values.has(key));
        return [];
      }
      case "delete":
        await bucket.delete(this.#at(step.key));
        return this.#remove([step.key]);
      case "set": {
        const value = step.value.slice();
        const setting = bucket.set(this.#at(step.key), value);
        // The caller may reuse its array as soon as it has the promise.
        value.fill(0xee);
        await setting;
        return this.#store([[step.key, step.value]]);
      }
      case "increment":
        return await this.#increment(bucket, step);
      case "swap":
        return await this.#swap(bucket, step);
      case "getMany": {
        const found = await bucket.getMany(step.keys.map((at) => this.#at(at)));
        assert.equal(found.length, step.keys.length);
        step.keys.forEach((at, index) => this.#assertEntry(found[index], at));
        return [];
      }
      case "setMany": {
        const entries = step.entries.map(([at, value]) =>
          [this.#at(at), value.slice()] as const
        );
        const setting = bucket.setMany(entries);
        for (const [, value] of entries) value.fill(0xee);
        await setting;
        return this.#store(step.entries);
      }
      case "deleteMany":
        await bucket.deleteMany(step.keys.map((at) => this.#at(at)));
        return this.#remove(step.keys);
      case "list":
        return await this.#list(bucket, step);
    }
  }

  async #increment(
    bucket: Bucket,
    step: StepOf<"increment">,
  ): Promise<readonly string[]> {
    const key = this.#at(step.key);
    const current = this.#values.get(key);
    const start = current === undefined ? 0n : parseCounter(current);
    const sum = start === undefined ? undefined : start + step.delta;
    if (sum === undefined || sum > COUNTER_MAX || sum < COUNTER_MIN) {
      await assertRefused(bucket.increment(key, step.delta));
      return [];
    }
    assert.equal(await bucket.increment(key, step.delta), sum);
    return this.#store([[step.key, bytes(String(sum))]]);
  }

  async #swap(bucket: Bucket, step: StepOf<"swap">): Promise<string[]> {
    const key = this.#at(step.key);
    const version = this.#named(key, step.named);
    const current = this.#current(key);
    const ended: Swapped = await bucket.swap(key, version, step.value);
    assert.equal(ended.swapped, version === current, "swapped");
    if (!ended.swapped) {
      this.#assertEntry(ended.current, step.key);
      return [];
    }
    assert.equal((await bucket.get(key))?.version, ended.version);
    return this.#store([[step.key, step.value]]);
  }

  async #list(
    bucket: Bucket,
    step: StepOf<"list">,
  ): Promise<readonly string[]> {
    const [at, length] = step.prefix;
    const prefix = [...this.#at(at)].slice(0, length).join("");
    const { limit } = step;
    const page = await bucket.listKeys({ limit, prefix });
    assert.ok(
      page.keys.length <= limit,
      `${page.keys.length} keys of ${limit}`,
    );
    const listed = await listAll(bucket, { limit, prefix });
    assert.deepEqual(listed.sort(), this.keysFrom(prefix));
    return [];
  }

  /** Every value, and versions that changed exactly where there was a write. */
  async #compare(reader: Bucket, written: Set<string>): Promise<void> {
    const found = await reader.getMany(this.#keys);
    for (const [index, key] of this.#keys.entries()) {
      const entry = found[index];
      assertValue(entry?.value, this.#values.get(key));
      if (entry === undefined) continue;
      const seen = this.#versions.get(key) ?? [];
      this.#versions.set(key, seen);
      const changed = entry.version !== seen.at(-1);
      if (written.has(key)) assert.ok(changed, "a write left the version");
      else assert.ok(!changed || this.#sharesVersions, "a version changed");
      if (!changed) continue;
      assert.ok(!seen.includes(entry.version), "a version came back");
      seen.push(entry.version);
    }
  }

  #assertEntry(entry: Entry | undefined, at: number): void {
    const key = this.#at(at);
    assertValue(entry?.value, this.#values.get(key));
    assert.equal(entry?.version, this.#current(key));
  }

  #named(key: string, named: Named): string | undefined {
    switch (named) {
      case "current":
        return this.#current(key);
      case "earlier":
        return this.#versions.get(key)?.[0] ?? UNKNOWN;
      case "absent":
        return undefined;
      case "unknown":
        return UNKNOWN;
    }
  }

  #current(key: string): string | undefined {
    return this.#values.has(key) ? this.#versions.get(key)?.at(-1) : undefined;
  }

  #store(entries: readonly (readonly [number, Uint8Array])[]): string[] {
    for (const [at, value] of entries) this.#values.set(this.#at(at), value);
    return entries.map(([at]) => this.#at(at));
  }

  #remove(keys: readonly number[]): string[] {
    for (const at of keys) this.#values.delete(this.#at(at));
    return keys.map((at) => this.#at(at));
  }

  #at(index: number): string {
    return this.#keys[index % this.#keys.length]!;
  }
}

function assertValue(
  found: Uint8Array | undefined,
  expected: Uint8Array | undefined,
): void {
  if (found === undefined || expected === undefined) {
    assert.equal(found && brief(found), expected && brief(expected));
  } else if (Buffer.compare(found, expected) !== 0) {
    assert.equal(brief(found), brief(expected));
    assert.fail(`${found.length} bytes differ from ${expected.length}`);
  }
}

function brief(value: Uint8Array): string {
  return `${value.length} bytes: ${Buffer.from(value).toString("hex", 0, 24)}`;
}
