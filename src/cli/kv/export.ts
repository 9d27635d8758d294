/**
 * `kv export`: a bucket as lines of JSON.
 *
 * @module
 */

import { resolve } from "node:path";
import {
  formatEnd,
  formatHeader,
  formatKey,
} from "../../keyvalue/dump/dump_format.ts";
import { entriesOf } from "../../keyvalue/dump/entries_of.ts";
import { quote } from "../../keyvalue/key_encoding.ts";
import { printable } from "../../log.ts";
import { Output } from "./output.ts";
import { Progress, size } from "./progress.ts";
import { type Call, flagText, type Subcommand } from "./subcommand.ts";
import { BUCKET_FLAGS, openExisting, placeOf } from "./target.ts";
import { fileFault } from "./value.ts";

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
