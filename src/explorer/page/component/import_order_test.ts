import assert from "node:assert/strict";
import { sortImports } from "./import_order.ts";

Deno.test("sortImports() puts what nothing satisfies in front, then siblings", () => {
  const sorted = sortImports([
    { name: "wasi:io/poll@0.2.0", by: "wharf" },
    { name: "shop:stock/stock", by: "component", detail: "stock" },
    { name: "wasi:keyvalue/store@0.2.0-draft", label: "b", by: "wharf" },
    { name: "wasi:keyvalue/store@0.2.0-draft", label: "a", by: "wharf" },
    { name: "wasi:nn/graph", by: "nothing" },
    { name: "wasi:cli/environment@0.2.0", by: "wharf" },
  ]);
  assert.deepEqual(sorted.map(({ name, label }) => label ?? name), [
    "wasi:nn/graph",
    "shop:stock/stock",
    "wasi:cli/environment@0.2.0",
    "wasi:io/poll@0.2.0",
    "a",
    "b",
  ]);
});
