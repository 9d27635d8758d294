/**
 * Clients that count through a guest, and remember every sum they were told.
 *
 * @module
 */

import assert from "node:assert/strict";

/** The bucket that is counted in. */
export const COUNTERS_BUCKET = "counters";

/** How clients count. */
export interface CountingOptions {
  /** Where: what answers `/increment` as the guest `kv_labels` does. */
  readonly url: string;
  readonly clients: number;
  readonly counters: readonly string[];
}

/** What became of the calls for one counter. */
export interface Tally {
  /** The sums that were told, by client and in the order in which each was told. */
  readonly sums: readonly (readonly number[])[];
  /** Calls that ended in any other way: counted or not, the client does not know. */
  readonly unknown: number;
}

/** Clients at work. Disposing stops them. */
export interface CountingClients extends AsyncDisposable {
  /** How many sums were told so far. */
  readonly acknowledged: number;
  /** How many calls ended in any other way so far. */
  readonly unknown: number;
  /** Lets each end its call; resolves to what became of all, by counter. */
  stop(): Promise<ReadonlyMap<string, Tally>>;
}

/** Starts them: each counts on one counter after another, without a pause. */
export function startCounting(
  { url, clients, counters }: CountingOptions,
): CountingClients {
  const tallies = new Map(counters.map((counter) => [counter, {
    sums: Array.from({ length: clients }, (): number[] => []),
    unknown: 0,
  }]));
  let acknowledged = 0;
  let unknown = 0;
  let isOver = false;
  const count = async (client: number) => {
    for (let turn = client; !isOver; turn++) {
      const counter = counters[turn % counters.length]!;
      const tally = tallies.get(counter)!;
      const sum = await increment(url, counter);
      if (sum === undefined) {
        tally.unknown++;
        unknown++;
      } else {
        tally.sums[client]!.push(sum);
        acknowledged++;
      }
    }
  };
  const work = Promise.all(
    Array.from({ length: clients }, (_, client) => count(client)),
  );
  const stop = async () => {
    isOver = true;
    await work;
    return tallies;
  };
  return {
    get acknowledged() {
      return acknowledged;
    },
    get unknown() {
      return unknown;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** The sum; nothing where no sum was told. */
async function increment(
  url: string,
  counter: string,
): Promise<number | undefined> {
  try {
    const response = await fetch(
      `${url}/increment?bucket=${COUNTERS_BUCKET}&key=${counter}`,
      { method: "POST" },
    );
    const text = await response.text();
    return response.status === 200 && /^\d+$/.test(text)
      ? Number(text)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The value of a counter, by a server of its own. */
export async function counterAt(url: string, counter: string): Promise<number> {
  const response = await fetch(
    `${url}/get?bucket=${COUNTERS_BUCKET}&key=${counter}`,
  );
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.match(text, /^\d+$/);
  return Number(text);
}

/** Nothing that was acknowledged is lost, and nothing was counted that nobody asked for. */
export function assertKept(value: number, { sums, unknown }: Tally): void {
  const told = sums.flat();
  assert.equal(new Set(told).size, told.length, "a sum was told twice");
  for (const own of sums) {
    assert.ok(
      own.every((sum, index) => index === 0 || sum > own[index - 1]!),
      "a client was told a sum that is not above the one before",
    );
  }
  assert.ok(value >= Math.max(0, ...told), "a sum is above the counter");
  assert.ok(
    value >= told.length && value <= told.length + unknown,
    `the counter is ${value}, ${told.length} calls were acknowledged and ${unknown} may have counted`,
  );
}
