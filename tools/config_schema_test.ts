import assert from "node:assert/strict";
import { README_FILE, withKeyTable } from "./config_schema.ts";

Deno.test("the README's table of keys is up to date", async () => {
  const readme = await Deno.readTextFile(README_FILE);
  assert.equal(readme, withKeyTable(readme), "run: deno task schema");
});

Deno.test("withKeyTable() refuses a README that has lost the place", () => {
  assert.throws(() => withKeyTable("# Wharf\n"), {
    name: "TypeError",
    message: /Cannot place the table of keys/,
  });
});
