/**
 * `kv delete` and `kv purge`: remove keys.
 *
 * @module
 */

import { quote } from "../../keyvalue/key_encoding.ts";
import { printable } from "../../log.ts";
import type { Call, Subcommand } from "./subcommand.ts";
import { BUCKET_FLAGS, cannot, openExisting, placeOf } from "./target.ts";

/** Removes keys. */
export const remove: Subcommand = {
  usage: "delete KEY...",
  does: "Remove keys; one that is absent is no error",
  flags: BUCKET_FLAGS,
  takes: { least: 1, most: Infinity },
  async run(call) {
    const bucket = await openExisting(await placeOf(call));
    await bucket?.deleteMany(call.positionals);
    return await tell(call, "deleted");
  },
};

/** Removes a key and what it was. */
export const purge: Subcommand = {
  usage: "purge KEY",
  does: "Remove a key and all its history",
  flags: BUCKET_FLAGS,
  takes: { least: 1, most: 1 },
  async run(call) {
    const key = call.positionals[0]!;
    const place = await placeOf(call);
    const bucket = await openExisting(place);
    if (bucket !== undefined) {
      if (bucket.purge === undefined) {
        throw cannot(
          "purge a key of",
          place,
          'keeps no history to remove; use "kv delete"',
        );
      }
      await bucket.purge(key);
    }
    return await tell(call, "purged");
  },
};

async function tell(
  { json, output, positionals }: Call,
  done: "deleted" | "purged",
): Promise<number> {
  if (json) {
    await output.line(JSON.stringify({ [done]: positionals }));
    return 0;
  }
  const verb = done === "deleted" ? "Deleted" : "Purged";
  for (const key of positionals) {
    await output.line(printable(`${verb} ${quote(key)}`));
  }
  return 0;
}
