/**
 * `kv import`: what `kv export` wrote, back into a bucket.
 *
 * @module
 */

import { resolve } from "node:path";
import { DumpError } from "../../keyvalue/dump/dump_error.ts";
import { noneRestored, restore } from "../../keyvalue/dump/restore.ts";
import { quote } from "../../keyvalue/key_encoding.ts";
import { printable } from "../../log.ts";
import { KvFault } from "./fault.ts";
import { Progress, size } from "./progress.ts";
import { type Call, flagText, type Subcommand } from "./subcommand.ts";
import { BUCKET_FLAGS, placeOf } from "./target.ts";
import { fileFault } from "./value.ts";

/** Reads a dump into a bucket. */
export const importKeys: Subcommand = {
  usage: "import",
  does: "Read what export wrote into a bucket",
  flags: [
    ...BUCKET_FLAGS,
    {
      name: "file",
      short: "f",
      value: "FILE",
      doc: "Read from a file in place of stdin",
    },
    { name: "if-absent", doc: "Leave keys alone that are there" },
  ],
  notes: "It stops at the first line that is wrong; the lines before it are " +
    "stored then. Keys whose time has come are left out.",
  takes: { least: 0, most: 0 },
  async run(call) {
    const { context, json } = call;
    const chunks = await openSource(call);
    const place = await placeOf(call);
    const bucket = await place.open();
    const counts = noneRestored();
    try {
      await using progress = new Progress(context, { verb: "Imported" });
      await restore(bucket, chunks, {
        ifAbsent: call.flags["if-absent"] === true,
        counts,
        written: (bytes) => progress.add(1, bytes),
      });
    } catch (error) {
      if (!(error instanceof DumpError)) throw error;
      throw new KvFault("input", error.message, { cause: error });
    } finally {
      const { imported, present, expired, bytes } = counts;
      const left = [
        ...(present > 0 ? [`${present} were there`] : []),
        ...(expired > 0 ? [`${expired} had expired`] : []),
      ];
      context.printError(
        json ? JSON.stringify(counts) : printable(
          `Imported ${imported} keys, ${size(bytes)}, into bucket ${
            quote(place.name)
          } in ${place.location}${left.map((text) => `; ${text}`).join("")}`,
        ),
      );
    }
    return 0;
  },
};

async function openSource(call: Call): Promise<AsyncIterable<Uint8Array>> {
  const file = flagText(call, "file");
  if (file === undefined || file === "-") {
    const { streams, printError } = call.context;
    if (streams.terminals.stdin) {
      printError("Reading an export from the terminal; --file reads a file");
    }
    return streams.stdin;
  }
  try {
    const path = resolve(call.context.cwd, file);
    return (await Deno.open(path, { read: true })).readable;
  } catch (cause) {
    throw fileFault("read", file, cause);
  }
}
