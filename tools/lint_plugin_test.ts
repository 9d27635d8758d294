import assert from "node:assert/strict";
import plugin, { importProblem, placeOf } from "./lint_plugin.ts";

Deno.test("placeOf() finds the room of a file", () => {
  assert.deepEqual(placeOf("/x/src/wasi/io/poll.ts"), {
    room: "wasi",
    file: "io/poll.ts",
  });
  assert.deepEqual(placeOf("/x/src/assemble.ts"), {
    room: "assemble",
    file: "assemble.ts",
  });
  assert.deepEqual(placeOf("/x/main.ts"), { room: "main", file: "main.ts" });
  assert.equal(placeOf("/x/tests/guest_test.ts"), undefined);
});

const CASES: readonly [
  importer: string,
  specifier: string,
  problem: string | undefined,
][] = [
  ["/x/src/wasi/io/poll.ts", "../../runtime/host_interface.ts", undefined],
  ["/x/src/wasi/keyvalue/store.ts", "../../keyvalue/store.ts", undefined],
  ["/x/src/wasi/io/poll.ts", "./error.ts", undefined],
  ["/x/src/runtime/app.ts", "../log.ts", undefined],
  ["/x/src/runtime/app.ts", "npm:yaml", undefined],
  ["/x/src/runtime/app_test.ts", "../wasi/mod.ts", undefined],
  [
    "/x/src/wasi/keyvalue/store.ts",
    "../../keyvalue/in_memory.ts",
    'The room "wasi" may import of "keyvalue" only store.ts',
  ],
  [
    "/x/src/runtime/app.ts",
    "../wasi/mod.ts",
    'The room "runtime" may not import the room "wasi"',
  ],
  [
    "/x/src/config/load.ts",
    "../keyvalue/store.ts",
    'The room "config" may not import the room "keyvalue"',
  ],
  [
    "/x/main.ts",
    "./src/dev/dev_server.ts",
    'The room "main" may not import the room "dev"',
  ],
];

for (const [importer, specifier, problem] of CASES) {
  Deno.test(`importProblem() of ${specifier} in ${importer}: ${problem ?? "none"}`, () => {
    assert.equal(importProblem(importer, specifier), problem);
  });
}

Deno.test("the rule reports imports, re-exports and dynamic imports", () => {
  const source = [
    'import { a } from "../wasi/mod.ts";',
    'export { b } from "../wasi/mod.ts";',
    'export * from "../wasi/mod.ts";',
    'await import("../wasi/mod.ts");',
    'import type { c } from "../wasi/mod.ts";',
  ].join("\n");
  const found = Deno.lint.runPlugin(plugin, "/x/src/runtime/app.ts", source);
  assert.equal(found.length, 5);
});
