/**
 * `kv export`: a bucket as lines of JSON.
 *
 * @module
 */

import { resolve } from "node:path";
import { quote } from "../../keyvalue/key_encoding.ts";
import { eachOf } from "../../keyvalue/batch.ts";
import type { Bucket } from "../../keyvalue/store.ts";
import { printable } from "../../log.ts";
import {
  type DumpedKey,
  formatEnd,
  formatHeader,
  formatKey,
} from "./dump_format.ts";
import { pagesOf } from "./list.ts";
import { Output } from "./output.ts";
import { Progress, size } from "./progress.ts";
import { type Call, flagText, type Subcommand } from "./subcommand.ts";
import { BUCKET_FLAGS, openExisting, placeOf } from "./target.ts";
import { fileFault } from "./value.ts";

/** How many bytes of values are fetched at once, as far as the last ones tell. */
const AIM = 4 * 1024 * 1024;

/**
 * How many values are fetched at once. Their sizes are not known before: where small values
 * are followed by the largest, this many of those are held.
 */
const MOST_VALUES = 32;

/** Writes all of a bucket. */
export const exportKeys: Subcommand = {
  usage: "export",
  does: "Write a bucket as lines of JSON, for import",
  flags: [
    ...BUCKET_FLAGS,
    {
      name: "file",
      short: "f",
      value: "FILE",
      doc: "Write to a file in place of stdout",
    },
    { name: "prefix", value: "TEXT", doc: "Only keys that start with it" },
  ],
  notes: "A key that is written meanwhile is exported as it was before or " +
    "after. History is not exported.",
  takes: { least: 0, most: 0 },
  async run(call) {
    const { context, json } = call;
    const place = await placeOf(call);
    const bucket = await openExisting(place);
    const prefix = flagText(call, "prefix");
    const total = prefix === undefined
      ? (await place.backend.info(place.bucket))?.keys
      : undefined;
    const sink = await openSink(call);
    let keys: number;
    let bytes: number;
    {
      await using progress = new Progress(context, {
        verb: "Exported",
        total,
        silent: sink.isTerminal,
      });
      const { output } = sink;
      const { name, store } = place;
      await output.line(formatHeader({ bucket: name, store, counted: true }));
      if (bucket !== undefined) {
        for await (const entry of entriesOf(bucket, prefix)) {
          await output.line(formatKey(entry));
          await progress.add(1, entry.value.length);
        }
      }
      ({ keys, bytes } = progress);
      await output.line(formatEnd(keys));
      await output.flush();
    }
    await sink.close();
    const none = bucket === undefined ? "; there is no such bucket" : "";
    context.printError(
      json ? JSON.stringify({ exported: keys, bytes }) : printable(
        `Exported ${keys} keys, ${size(bytes)}, of bucket ${
          quote(place.name)
        } in ${place.location}${none}`,
      ),
    );
    return 0;
  },
};

interface Sink {
  /** Whether its lines would run into those of the progress. */
  readonly isTerminal: boolean;
  readonly output: Output;
  close(): Promise<void>;
}

async function openSink(call: Call): Promise<Sink> {
  const file = flagText(call, "file");
  if (file === undefined || file === "-") {
    return {
      output: call.output,
      isTerminal: call.context.streams.terminals.stdout,
      close: () => Promise.resolve(),
    };
  }
  try {
    const path = resolve(call.context.cwd, file);
    const { writable } = await Deno.open(path, {
      write: true,
      create: true,
      truncate: true,
    });
    return {
      output: new Output(writable),
      isTerminal: false,
      close: () => writable.close(),
    };
  } catch (cause) {
    throw fileFault("write", file, cause);
  }
}

/** Every key with its value, a bounded number of bytes at a time. */
async function* entriesOf(
  bucket: Bucket,
  prefix: string | undefined,
): AsyncGenerator<DumpedKey> {
  let width = 1;
  for await (const page of pagesOf(bucket, { prefix })) {
    for (let start = 0; start < page.length;) {
      const keys = page.slice(start, start + width);
      const entries = await bucket.getMany(keys);
      const expiries = await expiriesOf(bucket, keys);
      let bytes = 0;
      for (const [index, key] of keys.entries()) {
        const value = entries[index]?.value;
        // It was deleted since it was listed.
        if (value === undefined) continue;
        bytes += value.length;
        yield { key, value, expires: expiries[index] };
      }
      start += keys.length;
      const mean = Math.max(1, bytes / keys.length);
      width = Math.max(
        1,
        Math.min(MOST_VALUES, width * 2, Math.floor(AIM / mean)),
      );
    }
  }
}

async function expiriesOf(
  bucket: Bucket,
  keys: readonly string[],
): Promise<readonly (Date | undefined)[]> {
  const expiries = new Array<Date | undefined>(keys.length);
  await eachOf(keys, async (key, index) => {
    expiries[index] = await bucket.expiry(key);
  });
  return expiries;
}
