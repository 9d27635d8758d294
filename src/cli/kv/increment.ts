/**
 * `kv increment`: count.
 *
 * @module
 */

import { UsageError } from "../command.ts";
import type { Subcommand } from "./subcommand.ts";
import { BUCKET_FLAGS, openBucket } from "./target.ts";

/** Adds to a counter. */
export const increment: Subcommand = {
  usage: "increment KEY [DELTA]",
  does: "Add to a counter, and print the sum",
  flags: BUCKET_FLAGS,
  notes: "DELTA is 1 unless it is given; -5 takes away.",
  takes: { least: 1, most: 2 },
  async run(call) {
    const [key = "", delta = "1"] = call.positionals;
    if (!/^[+-]?\d{1,30}$/.test(delta)) {
      throw new UsageError(
        `Cannot add "${delta}": it is no whole number such as 1 or -5`,
      );
    }
    const bucket = await openBucket(call);
    const sum = await bucket.increment(key, BigInt(delta.replace("+", "")));
    // A number of JSON would lose digits beyond 2^53.
    const shown = JSON.stringify({ key, value: String(sum) });
    await call.output.line(call.json ? shown : String(sum));
    return 0;
  },
};
