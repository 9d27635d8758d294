import assert from "node:assert/strict";
import { modulesLoadedBy } from "../../tests/support/module_graph.ts";

Deno.test("mod.ts loads nothing but itself and the journal before it is asked for something", async () => {
  const loaded = await modulesLoadedBy("src/explorer/mod.ts");
  const files = loaded.filter((each) => each.includes("/src/explorer/"))
    .map((each) => each.split("/").at(-1)).sort();
  assert.deepEqual(files, [
    "api.ts",
    "body_capture.ts",
    "explorer_path.ts",
    "journal.ts",
    "journal_entry.ts",
    "mod.ts",
  ]);
});
