/**
 * `kv list`: the keys of a bucket.
 *
 * @module
 */

import { quote } from "../../keyvalue/key_encoding.ts";
import { pagesOf } from "../../keyvalue/pages_of.ts";
import { printable } from "../../log.ts";
import { UsageError } from "../command.ts";
import { KvFault } from "./fault.ts";
import { flagCount, flagText, type Subcommand } from "./subcommand.ts";
import { BUCKET_FLAGS, openExisting, placeOf } from "./target.ts";

/** Lists keys, a page at a time. */
export const list: Subcommand = {
  usage: "list",
  does: "List the keys of a bucket",
  flags: [
    ...BUCKET_FLAGS,
    { name: "prefix", value: "TEXT", doc: "Only keys that start with it" },
    { name: "limit", value: "N", doc: "Stop after so many keys" },
    {
      name: "null",
      short: "0",
      doc: "End each key with a zero byte, and write it as it is: for xargs -0",
    },
  ],
  notes: "Keys are in no order that could be relied on. In text, what a " +
    "terminal would obey is written out; with --format json each line is " +
    '{"key": ...}.',
  takes: { least: 0, most: 0 },
  async run(call) {
    const { json, output } = call;
    const limit = flagCount(call, "limit");
    const zero = call.flags["null"] === true;
    if (zero && json) {
      throw new UsageError(
        "Cannot use --null with --format json: choose one of them",
      );
    }
    const prefix = flagText(call, "prefix");
    const bucket = await openExisting(await placeOf(call));
    if (bucket === undefined) return 0;
    for await (const keys of pagesOf(bucket, { prefix, limit })) {
      if (zero) await output.text(keys.map(zeroEnded).join(""));
      else await output.text(keys.map((key) => lineOf(key, json)).join(""));
    }
    return 0;
  },
};

/** What a script would take for two keys is no answer. */
function zeroEnded(key: string): string {
  if (!key.includes("\0")) return key + "\0";
  throw new KvFault(
    "unsupported",
    `Cannot end ${
      quote(key)
    } with a zero byte: it holds one; use --format json`,
  );
}

function lineOf(key: string, json: boolean): string {
  return (json ? JSON.stringify({ key }) : printable(key)) + "\n";
}
