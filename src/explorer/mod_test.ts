import assert from "node:assert/strict";
import { modulesLoadedBy } from "../../tests/support/module_graph.ts";

Deno.test("mod.ts loads nothing but itself before it is asked for something", async () => {
  const loaded = await modulesLoadedBy("src/explorer/mod.ts");
  const files = loaded.map((each) => each.split("/").at(-1)).sort();
  assert.deepEqual(files, ["explorer_path.ts", "mod.ts"]);
});
