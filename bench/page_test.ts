import assert from "node:assert/strict";
import { keepNotes } from "./page.ts";

Deno.test("keepNotes() keeps what people wrote, once, however often it is run", () => {
  const notes = "\n## What it says\n\nA bend at 64.\n";
  const first = keepNotes(
    ["# New", "", "| 2 |", ""],
    `# Old\n\n| 1 |\n${notes}`,
  );
  assert.equal(first, `# New\n\n| 2 |\n${notes}`);
  assert.equal(keepNotes(["# New", "", "| 2 |"], first), first);
});

Deno.test("keepNotes() needs no old page", () => {
  assert.equal(keepNotes(["# New", ""], ""), "# New\n");
});
