import assert from "node:assert/strict";
import { BUNDLE_FILE, bundlePage } from "./explorer_page.ts";

Deno.test("explorer.js is what the page's sources give; deno task explorer mends it", async () => {
  const committed = await Deno.readTextFile(BUNDLE_FILE);
  const bundled = new TextDecoder().decode(await bundlePage());
  // Compared as one value: a difference of minified scripts says nothing.
  assert.ok(committed === bundled, "the committed bundle is an older one");
});

Deno.test("explorer.js loads nothing from elsewhere", async () => {
  const script = await Deno.readTextFile(BUNDLE_FILE);
  assert.doesNotMatch(
    script,
    /\bimport\s*\(|^import\b|\beval\(|new Function\b/m,
  );
});
