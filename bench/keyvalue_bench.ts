// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno run -A bench/keyvalue_bench.ts [store ...]`: measures the stores beside their bare
 * clients and, for all of them, writes a dated page into `bench/results`.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import type { Bucket } from "../src/keyvalue/store.ts";
import { type Act, type Acts, type Store, STORES } from "./keyvalue_stores.ts";
import { machine, median, ms, table } from "./report.ts";

const IN_FLIGHT = 64;
const KEYS = 1024;
const VALUE = new Uint8Array(128).map((_, index) => index);
const ROUNDS = 5;
/** Milliseconds that one act of one client is measured for, in each round. */
const ROUND = 300;

const SIZES = [10_000, 1_000_000] as const;
const PAGE = 1000;
/** First pages, and pages after them, that are measured in each bucket. */
const PAGES = 9;

async function main(names: readonly string[]): Promise<void> {
  const stores = names.length === 0
    ? STORES
    : STORES.filter(({ name }) => names.includes(name));
  const acts: string[][] = [];
  for (const store of stores) acts.push(...await measureActs(store));
  const pages: string[][] = [];
  for (const store of stores) pages.push(...await measurePages(store));
  const day = new Date().toISOString().slice(0, 10);
  const page = [
    `# Stores, ${day}`,
    "",
    `\`deno run -A bench/keyvalue_bench.ts\` on ${await machine()}, ${await versionOf(
      "redis-server",
    )}, ${await versionOf("nats-server")}.`,
    "",
    "## Calls",
    "",
    `${IN_FLIGHT} in flight, ${VALUE.length}-byte values, ${KEYS} keys (${IN_FLIGHT} counters). ` +
    `${ROUNDS} rounds of ${ROUND} ms, bare client and Wharf by turns; medians. ` +
    "The ratio is the median of the rounds' ratios.",
    "",
    ...stores.flatMap(({ name, bareName }) =>
      bareName === undefined ? [] : [`- ${name}, bare: ${bareName}`]
    ),
    "",
    ...table(
      [
        "store",
        "call",
        "bare, calls/s",
        "Wharf, calls/s",
        "ratio",
        "bare, µs of processor a call",
        "Wharf, µs",
      ],
      acts,
    ),
    "",
    "## Pages",
    "",
    `A page of ${PAGE} keys from a bucket of ${
      SIZES.map((size) => size.toLocaleString("en")).join(" and of ")
    }; medians of ${PAGES}.`,
    "",
    ...table(
      ["store", "keys", "first page", "slowest first", "next page"],
      pages,
    ),
    "",
  ].join("\n");
  console.log(`\n${page}`);
  if (names.length > 0) return;
  const file = `bench/results/${day}-keyvalue.md`;
  await Deno.writeTextFile(file, page);
  console.log(`Written to ${file}`);
}

async function measureActs({ name, open }: Store): Promise<string[][]> {
  await using opened = await open(VALUE);
  const bucket = await opened.backend.open("bench");
  const wharf: Acts = {
    get: (key) => bucket.get(key),
    set: (key) => bucket.set(key, VALUE),
    increment: (key) => bucket.increment(key, 1n),
  };
  const clients = opened.bare === undefined ? [wharf] : [opened.bare, wharf];
  for (const client of clients) await setAll(client);
  const rows: string[][] = [];
  for (const act of ["get", "set", "get and set", "increment"] as const) {
    const rates = clients.map((): Rate[] => []);
    // The first round is for the compiler.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [index, client] of clients.entries()) {
        const keys = act === "increment" ? COUNTERS : NAMES;
        const rate = await rateOf(
          act === "get and set" ? byTurns(client) : client[act],
          keys,
        );
        if (round > 0) rates[index]!.push(rate);
      }
    }
    const ours = rates.at(-1)!;
    const bare = clients.length === 1 ? undefined : rates[0]!;
    const row = [
      name,
      act,
      bare === undefined ? "" : whole(bare),
      whole(ours),
      bare === undefined ? "" : median(
        ours.map(({ perSecond }, round) => perSecond / bare[round]!.perSecond),
      ).toFixed(2),
      bare === undefined ? "" : median(bare.map(({ cpu }) => cpu)).toFixed(2),
      median(ours.map(({ cpu }) => cpu)).toFixed(2),
    ];
    console.log(row.join("  "));
    rows.push(row);
  }
  return rows;
}

const NAMES = Array.from({ length: KEYS }, (_, index) => `key${index}`);
const COUNTERS = NAMES.slice(0, IN_FLIGHT).map((name) => `counter-${name}`);

/** Every second call a set. */
function byTurns({ get, set }: Acts): Act {
  let turn = 0;
  return (key) => turn++ % 2 === 0 ? get(key) : set(key);
}

async function setAll(client: Acts): Promise<void> {
  for (const key of NAMES) await client.set(key);
}

/** How fast a client was in one round. */
interface Rate {
  readonly perSecond: number;
  /** Microseconds of processor that this process used for a call; servers are other processes. */
  readonly cpu: number;
}

/** Calls a client, so many in flight. */
async function rateOf(
  act: Act,
  keys: readonly string[],
): Promise<Rate> {
  const { user, system } = cpuUsage();
  const begun = performance.now();
  const end = begun + ROUND;
  let calls = 0;
  let now = begun;
  const lane = async () => {
    while (now < end) {
      const called = act(keys[calls++ % keys.length]!);
      if (called instanceof Promise) await called;
      // The clock costs as much as a call of the fastest store.
      if (calls % 16 === 0) now = performance.now();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const spent = performance.now() - begun;
  const used = cpuUsage();
  return {
    perSecond: calls / spent * 1000,
    cpu: (used.user + used.system - user - system) / calls,
  };
}

async function measurePages(
  { name, open, hasMillions }: Store,
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const size of hasMillions ? SIZES : SIZES.slice(0, 1)) {
    await using opened = await open(VALUE);
    const bucket = await opened.backend.open("bench");
    await fill(bucket, size);
    const first: number[] = [];
    // For the compiler.
    for (let page = 0; page < PAGES; page++) {
      await bucket.listKeys({ limit: PAGE });
    }
    for (let page = 0; page < PAGES; page++) {
      first.push(await timeOf(() => bucket.listKeys({ limit: PAGE })));
    }
    const next: number[] = [];
    let { cursor } = await bucket.listKeys({ limit: PAGE });
    while (next.length < PAGES && cursor !== undefined) {
      const options = { limit: PAGE, cursor };
      next.push(
        await timeOf(async () => {
          cursor = (await bucket.listKeys(options)).cursor;
        }),
      );
    }
    const row = [
      name,
      size.toLocaleString("en"),
      ms(median(first), 2),
      ms(Math.max(...first), 2),
      ms(median(next), 2),
    ];
    console.log(row.join("  "));
    rows.push(row);
  }
  return rows;
}

async function fill(bucket: Bucket, size: number): Promise<void> {
  const empty = new Uint8Array(0);
  for (let key = 0; key < size; key += PAGE) {
    await bucket.setMany(
      Array.from({ length: PAGE }, (_, index) => [`key${key + index}`, empty]),
    );
  }
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: ["--version"] })
    .output();
  const version = /v=?(\d+\.\d+\.\d+)/.exec(new TextDecoder().decode(stdout));
  return `${program} ${version?.[1] ?? "of an unknown version"}`;
}

function whole(rates: readonly Rate[]): string {
  const perSecond = median(rates.map(({ perSecond }) => perSecond));
  return Math.round(perSecond).toLocaleString("en");
}

if (import.meta.main) await main(Deno.args);
