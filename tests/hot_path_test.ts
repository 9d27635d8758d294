/**
 * What a request costs, without a clock: a change that makes the hot path dearer is found here,
 * on whatever machine. `bench/hot_path.ts` counts.
 */

import assert from "node:assert/strict";
import { HOT_PATH_FLAGS, type HotPathCost } from "../bench/hot_path.ts";

/**
 * What was counted when this was written. Whoever makes it cheaper writes the new figures here;
 * whoever makes it dearer for a reason does too, and gives the reason in the commit.
 */
const COSTS: Readonly<Record<string, HotPathCost>> = {
  "hello reused GET": { calls: 298, bytes: 7632 },
  "hello fresh GET": { calls: 332, bytes: 13832 },
  "kv_get reused GET": { calls: 387, bytes: 8860 },
  "kv_get fresh GET": { calls: 423, bytes: 15259 },
  "kv_get reused POST": { calls: 392, bytes: 11034 },
  "kv_get fresh POST": { calls: 428, bytes: 17439 },
};

/** How much more is let pass. */
const TOLERANCE = 1.2;

for (const [scenario, cost] of Object.entries(COSTS)) {
  Deno.test(`a request costs no more than it did: ${scenario}`, async () => {
    const [guest, life, method] = scenario.split(" ");
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "run",
          "-A",
          "--unstable-kv",
          `--v8-flags=${HOT_PATH_FLAGS}`,
          "bench/hot_path.ts",
          `tests/guests/${guest}.wasm`,
          life === "fresh" ? "1" : "1000000",
          method!,
        ],
      },
    ).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const now: HotPathCost = JSON.parse(new TextDecoder().decode(stdout));
    for (const what of ["calls", "bytes"] as const) {
      assert.ok(
        now[what] <= cost[what] * TOLERANCE,
        `${now[what]} ${what} a request, where it was ${cost[what]}; ` +
          "see deno task profile",
      );
    }
  });
}
