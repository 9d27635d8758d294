import { ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Usage } from "./support/swapping_child.ts";

const CHILD = fileURLToPath(
  new URL("support/swapping_child.ts", import.meta.url),
);

const SWAPS = 50;

/** MiB that garbage may take which nobody has collected yet. */
const GARBAGE = 100;

Deno.test({
  name: "fifty swaps leave no Worker, no open file and no memory behind",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      { args: ["run", "--allow-all", "--no-check", CHILD, String(SWAPS)] },
    ).output();
    strictEqual(success, true, new TextDecoder().decode(stderr));
    const text = new TextDecoder().decode(stdout);
    const [before, after]: Usage[] = JSON.parse(text);
    // One Worker serves, one is ready and one transpiles; the one before may be at its end.
    ok(before!.workers > 0 && after!.workers <= before!.workers + 1, text);
    ok(after!.files <= before!.files + 15, text);
    ok(after!.memory <= before!.memory + GARBAGE, text);
  },
});
