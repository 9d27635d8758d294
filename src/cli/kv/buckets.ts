/**
 * `kv buckets`: which buckets there are, and where.
 *
 * @module
 */

import { quote } from "../../keyvalue/key_encoding.ts";
import type { BucketListing } from "../../keyvalue/buckets.ts";
import { KeyValueError } from "../../keyvalue/store.ts";
import { nearest } from "../../nearest.ts";
import { printable } from "../../log.ts";
import { UsageError } from "../command.ts";
import { confirm } from "./confirm.ts";
import { KvFault } from "./fault.ts";
import { isMemory, type Place } from "./places.ts";
import { type Call, flagText, type Subcommand } from "./subcommand.ts";
import { cannot } from "./target.ts";

type Act = (call: Call, name: string) => Promise<number>;

const ACTS: Readonly<Record<string, Act>> = {
  info: tellInfo,
  create,
  delete: drop,
};

/** Lists, describes, makes and removes buckets. */
export const buckets: Subcommand = {
  usage: "buckets [NAME | info NAME | create NAME | delete NAME]",
  does: "Tell which buckets there are, make one or remove one",
  flags: [
    {
      name: "store",
      value: "STORE",
      doc: "The buckets of this store by their names there, past the rules",
    },
    { name: "yes", short: "y", doc: "Delete without asking" },
  ],
  notes: "A bucket that is called info, create or delete is told of by " +
    "buckets info NAME.",
  takes: { least: 0, most: 2 },
  async run(call) {
    const [first, second] = call.positionals;
    const act = first !== undefined && Object.hasOwn(ACTS, first)
      ? ACTS[first]
      : undefined;
    if (act !== undefined) {
      if (second !== undefined) return await act(call, second);
      throw new UsageError(
        `Cannot tell which bucket is meant: write "buckets ${first} NAME"`,
      );
    }
    if (first === undefined) return await tellAll(call);
    if (second === undefined) return await tellInfo(call, first);
    const meant = nearest(first, Object.keys(ACTS));
    throw new UsageError(
      `Cannot run "buckets ${first}": there is no such subcommand; ${
        meant === undefined
          ? `it is one of ${Object.keys(ACTS).join(", ")}`
          : `did you mean "${meant}"?`
      }`,
    );
  },
};

async function tellAll(call: Call): Promise<number> {
  const store = flagText(call, "store");
  return store === undefined
    ? await tellLogical(call)
    : await tellPhysical(call, store);
}

/** A bucket of the configuration, as `--format json` has it. */
interface LogicalBucket {
  /** `null` stands for every name that has no line of its own. */
  readonly name: string | null;
  readonly store: string;
  readonly location: string;
  readonly bucket?: string;
  readonly durable: boolean;
  readonly keys?: number;
  /** Why its keys are not known: the store is away. */
  readonly unavailable?: string;
}

async function tellLogical(call: Call): Promise<number> {
  const { places, json, output } = call;
  const found = await Promise.all(
    places.list().map((listing) => logical(call, listing)),
  );
  if (json) {
    await output.line(JSON.stringify(found));
    return 0;
  }
  const rows = found.map((each) => [
    each.name ?? "any other name",
    each.store,
    each.bucket === undefined
      ? each.location
      : `${each.location}, as ${quote(each.bucket)}`,
    each.unavailable === undefined ? String(each.keys ?? "") : "not available",
  ]);
  await output.line(table([["Bucket", "Store", "Stored in", "Keys"], ...rows]));
  return 0;
}

async function logical(
  { places }: Call,
  listing: BucketListing,
): Promise<LogicalBucket> {
  const { name, backend: store, location, durable, bucket } = listing;
  const known = {
    name: name ?? null,
    store,
    location,
    ...(bucket === undefined ? {} : { bucket }),
    durable,
  };
  if (name === undefined) return known;
  try {
    const place = await places.locate({ name });
    const info = await place.backend.info(place.bucket);
    return info?.keys === undefined ? known : { ...known, keys: info.keys };
  } catch (error) {
    // Without a server there is nothing in its memory.
    if (error instanceof KvFault && isMemory(listing)) return known;
    if (!(error instanceof KeyValueError)) throw error;
    return { ...known, unavailable: error.message };
  }
}

async function tellPhysical(call: Call, store: string): Promise<number> {
  const { places, json, output } = call;
  const { name, backend } = await places.store(store);
  if (backend.list === undefined) {
    throw new KvFault(
      "unsupported",
      `Cannot list the buckets of ${
        quote(name)
      }: the store cannot tell which it has`,
    );
  }
  for await (const bucket of backend.list()) {
    await output.line(
      json ? JSON.stringify({ bucket, store: name }) : printable(bucket),
    );
  }
  return 0;
}

async function tellInfo(call: Call, name: string): Promise<number> {
  const { json, output } = call;
  const place = await located(call, name);
  const { store, location, bucket, backend } = place;
  const info = await backend.info(bucket);
  if (info === undefined) {
    throw new KvFault(
      "no-such-bucket",
      `Cannot tell of bucket ${quote(name)}: there is none in ${location} yet`,
    );
  }
  if (json) {
    const { keys, bytes, settings } = info;
    await output.line(
      JSON.stringify({
        name,
        store,
        location,
        bucket,
        durable: backend.summary.durable,
        ...(keys === undefined ? {} : { keys }),
        ...(bytes === undefined ? {} : { bytes }),
        ...(settings === undefined ? {} : { settings }),
      }),
    );
    return 0;
  }
  const rows: (readonly [string, string])[] = [
    ["bucket", name],
    ["store", store],
    ["stored in", location],
    ["as", bucket],
    ["data", backend.summary.durable ? "kept" : "lost when the server stops"],
    ["keys", String(info.keys ?? "not counted")],
    ...(info.bytes === undefined
      ? []
      : [["bytes", String(info.bytes)] as const]),
    ...Object.entries(info.settings ?? {}).map(([setting, value]) =>
      [setting, String(value)] as const
    ),
  ];
  await output.line(table(rows));
  return 0;
}

async function create(call: Call, name: string): Promise<number> {
  const place = await located(call, name);
  if (place.backend.create === undefined) {
    throw cannot(
      "create bucket",
      place,
      'has a bucket as soon as it has a key; use "kv put"',
    );
  }
  if (!await place.backend.create(place.bucket)) {
    throw new KvFault(
      "conflict",
      `Cannot create bucket ${quote(name)}: it is in ${place.location} already`,
    );
  }
  return await tellDone(call, place, "created");
}

async function drop(call: Call, name: string): Promise<number> {
  const place = await located(call, name);
  const { backend, bucket, location } = place;
  if (call.flags["yes"] !== true) {
    await confirm(call, {
      question: `Delete bucket ${
        quote(bucket)
      } in ${location} with all its keys?`,
      act: `delete bucket ${quote(name)}`,
    });
  }
  if (!await backend.drop(bucket)) {
    throw new KvFault(
      "no-such-bucket",
      `Cannot delete bucket ${quote(name)}: there is none in ${location}`,
    );
  }
  return await tellDone(call, place, "deleted");
}

async function located(call: Call, name: string): Promise<Place> {
  return await call.places.locate({ name, store: flagText(call, "store") });
}

async function tellDone(
  { json, output }: Call,
  { name, store, location, bucket }: Place,
  done: "created" | "deleted",
): Promise<number> {
  const verb = done === "created" ? "Created" : "Deleted";
  await output.line(
    json
      ? JSON.stringify({ [done]: name, store, location, bucket })
      : printable(`${verb} bucket ${quote(bucket)} in ${location}`),
  );
  return 0;
}

function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = cells[0]!.map((_, column) =>
    Math.max(...cells.map((row) => row[column]!.length))
  );
  return cells.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  ).join("\n");
}
