/**
 * A guest with debug information that traps: what its developer is shown, and what a stranger is.
 *
 * @module
 */

import assert from "node:assert/strict";
import { eachLane } from "./support/each_lane.ts";
import { openGuestApp } from "./support/guest_app.ts";

/** The guest's frames in `tests/guests/src/trap_dwarf/trap_dwarf.c`. */
const FRAMES = [
  ["sum", "src/trap_dwarf/trap_dwarf.c:8"],
  ["add_up", "src/trap_dwarf/trap_dwarf.c:16"],
  [
    "__wasm_export_exports_wasi_http_incoming_handler_handle",
    "src/trap_dwarf/trap_dwarf.c:24",
  ],
] as const;

eachLane.test("a trap is answered with the lines of the guest's source", async (lane) => {
  await using app = await openGuestApp("trap_dwarf", { lane });
  assert.equal(await (await app.fetch("/")).text(), "no trap\n");
  const text = await (await app.fetch("/trap")).text();
  assert.equal(
    text,
    [
      "The guest trapped: unreachable",
      ...FRAMES.map(([name, place]) => `    at ${name} (${place})`),
      "(request 2)\n",
    ].join("\n"),
  );
  const problem = await app.fetch("/trap", {
    headers: { accept: "application/problem+json" },
  });
  assert.deepEqual(
    (await problem.json()).stack,
    FRAMES.map(([name, place]) => ({ function: name, place })),
  );
  const page = await app.fetch("/trap", { headers: { accept: "text/html" } });
  const html = await page.text();
  for (const [name, place] of FRAMES) {
    assert.ok(html.includes(`<code>${name}</code>`));
    assert.ok(html.includes(`>${place}<`));
  }
});

eachLane.test("a trap is answered with nothing where faults are hidden", async (lane) => {
  await using app = await openGuestApp("trap_dwarf", {
    lane,
    faults: "hidden",
  });
  for (const accept of ["*/*", "text/html", "application/json"]) {
    const response = await app.fetch("/trap", { headers: { accept } });
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /sum|trap|\.c\b|unreachable/);
  }
});

eachLane.test("a guest that exits is told by its kind and its frames", async (lane) => {
  await using app = await openGuestApp("misbehave", { lane });
  const response = await app.fetch("/exit?code=3", {
    headers: { accept: "application/json" },
  });
  const { kind, detail, stack } = await response.json();
  assert.equal(kind, "exit");
  assert.equal(detail, "The guest called exit-with-code(3)");
  assert.ok(stack.length > 0);
});
