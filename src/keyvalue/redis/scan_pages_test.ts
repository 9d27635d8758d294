/** Against a model of Redis's table, which a test can make grow and shrink at will. */

import assert from "node:assert/strict";
import { hash48 } from "../key_encoding.ts";
import type { Scanned } from "./scan.ts";
import { type Place, START } from "./scan_cursor.ts";
import { type ReadPage, readPage } from "./scan_pages.ts";

/** Keys in 2^bits buckets, and SCAN's way through them. */
class Table {
  readonly keys = new Set<string>();
  bits = 4;
  steps = 0;
  /** A table of another size, to which the keys of the first so many buckets have moved. */
  moving: { readonly bits: number; buckets: number } | undefined;

  step = (scan: number, count: number): Promise<Scanned> => {
    this.steps++;
    const keys: string[] = [];
    let next = scan;
    for (let looked = 0; looked < count * 10 && keys.length < count; looked++) {
      next = this.#visit(next, keys);
      if (next === 0) break;
    }
    return Promise.resolve({ keys, next });
  };

  /** dict.c, `dictScan`: of two tables a bucket of the smaller, and from the cursor on what lies in it of the larger. */
  #visit(scan: number, keys: string[]): number {
    const sizes = [this.bits, this.moving?.bits ?? this.bits];
    const small = Math.min(...sizes);
    const large = Math.max(...sizes);
    this.#emit(small, scan, keys);
    if (small === large) return after(scan % 2 ** small, small);
    let next = scan;
    do {
      this.#emit(large, next, keys);
      next = after(next % 2 ** large, large);
    } while (next >= 2 ** small);
    return next;
  }

  /** The keys of one bucket of the table of that size. */
  #emit(bits: number, scan: number, keys: string[]): void {
    const bucket = scan % 2 ** bits;
    for (const key of this.keys) {
      const hash = hash48(`seed ${key}`);
      const hasMoved = hash % 2 ** this.bits < (this.moving?.buckets ?? 0);
      const isHere = bits === (hasMoved ? this.moving!.bits : this.bits);
      if (isHere && hash % 2 ** bits === bucket) keys.push(key);
    }
  }
}

/** The bucket that SCAN visits next; 0 at the end. */
function after(bucket: number, bits: number): number {
  const order = (number: number) =>
    parseInt(
      [...number.toString(2).padStart(bits, "0")].reverse().join(""),
      2,
    );
  const place = order(bucket) + 1;
  return place === 2 ** bits ? 0 : order(place);
}

function fill(table: Table, prefix: string, count: number): string[] {
  const keys = Array.from({ length: count }, (_, index) => prefix + index);
  for (const key of keys) table.keys.add(key);
  return keys;
}

async function readAll(
  table: Table,
  { limit, remember, between = () => {} }: {
    readonly limit: number;
    readonly remember: boolean;
    readonly between?: (page: number) => void;
  },
): Promise<string[]> {
  const given = new Set<string>();
  const all: string[] = [];
  let from: Place | undefined = START;
  for (let page = 0; from !== undefined; page++) {
    const read: ReadPage = await readPage(from, {
      step: table.step,
      limit,
      given: remember ? given : undefined,
    });
    assert.ok(read.keys.length <= limit);
    all.push(...read.keys);
    for (const key of read.keys) given.add(key);
    from = read.next;
    between(page);
  }
  return all;
}

/** How many of the keys were given not once. */
function wrong(given: readonly string[], keys: readonly string[]) {
  const counts = Map.groupBy(given, (key) => key);
  const times = keys.map((key) => counts.get(key)?.length ?? 0);
  return {
    skipped: times.filter((count) => count === 0).length,
    repeated: times.filter((count) => count > 1).length,
  };
}

const NONE = { skipped: 0, repeated: 0 };

Deno.test("readPage() gives each key once, whatever the limit and however full the buckets", async () => {
  for (const bits of [2, 5, 9]) {
    const table = new Table();
    table.bits = bits;
    const keys = fill(table, "key ", 200);
    for (const limit of [1, 3, 50, 199, 200, 201]) {
      const given = await readAll(table, { limit, remember: false });
      assert.deepEqual(wrong(given, keys), NONE, `${bits} bits, ${limit}`);
    }
  }
});

Deno.test("readPage() fills its page, in a few steps", async () => {
  const table = new Table();
  table.bits = 11;
  fill(table, "key ", 2000);
  const { keys } = await readPage(START, {
    step: table.step,
    limit: 500,
    given: undefined,
  });
  assert.equal(keys.length, 500);
  assert.ok(table.steps <= 6, `${table.steps} steps`);
});

Deno.test("readPage() gives each key once while the table grows, without knowing what was given", async () => {
  for (const limit of [1, 2, 5, 30]) {
    const table = new Table();
    const keys = fill(table, "key ", 120);
    const given = await readAll(table, {
      limit,
      remember: false,
      between: (page) => {
        if (page % 3 === 0 && table.bits < 10) table.bits++;
      },
    });
    assert.deepEqual(wrong(given, keys), NONE, `limit ${limit}`);
  }
});

Deno.test("readPage() skips nothing when the table shrinks, and repeats nothing where it knows what was given", async () => {
  let repeated = 0;
  for (const limit of [1, 2, 5, 30]) {
    for (const remember of [true, false]) {
      const table = new Table();
      table.bits = 10;
      const keys = fill(table, "key ", 120);
      const given = await readAll(table, {
        limit,
        remember,
        between: () => {
          if (table.bits > 2) table.bits--;
        },
      });
      const found = wrong(given, keys);
      if (remember) assert.deepEqual(found, NONE, `limit ${limit}`);
      assert.equal(found.skipped, 0, `limit ${limit}`);
      repeated += found.repeated;
    }
  }
  assert.ok(repeated > 0, "the model never made a key come again");
});

for (const [from, to] of [[8, 3], [3, 8]] as const) {
  Deno.test(`readPage() skips nothing while keys move from ${2 ** from} buckets to ${2 ** to}`, async () => {
    for (const limit of [1, 2, 5, 30]) {
      for (const pace of [1, 3, 17]) {
        const table = new Table();
        table.bits = from;
        const keys = fill(table, "key ", 300);
        const given = await readAll(table, {
          limit,
          remember: true,
          between: (page) => {
            if (page === 2) table.moving = { bits: to, buckets: 0 };
            if (table.moving !== undefined) table.moving.buckets += pace;
          },
        });
        assert.deepEqual(wrong(given, keys), NONE, `limit ${limit} at ${pace}`);
      }
    }
  });
}

Deno.test("readPage() leaves what stays in place when keys around it come and go", async () => {
  for (const limit of [1, 2, 5, 30]) {
    const table = new Table();
    const stay = fill(table, "stay ", 100);
    const go = fill(table, "go ", 100);
    const given = await readAll(table, {
      limit,
      remember: false,
      between: (page) => {
        for (const key of go.slice(page * 3, page * 3 + 3)) {
          table.keys.delete(key);
        }
        if (page < 30) fill(table, `new ${page} `, 2);
      },
    });
    assert.deepEqual(wrong(given, stay), NONE, `limit ${limit}`);
    assert.equal(new Set(given).size, given.length, `limit ${limit}`);
  }
});

Deno.test("readPage() ends a page that finds nothing, so that the next can go on", async () => {
  let looked = 0;
  const { keys, next } = await readPage(START, {
    step: (scan, count) => {
      looked += count;
      return Promise.resolve({ keys: [], next: scan + 1 });
    },
    limit: 10,
    given: undefined,
  });
  assert.deepEqual(keys, []);
  assert.ok(next !== undefined && next.scan > 0);
  assert.ok(looked < 110_000, `${looked} keys`);
});
