import { strictEqual } from "node:assert/strict";
import { editDistance, nearest } from "./nearest.ts";

Deno.test("editDistance() counts letters added, dropped, replaced and swapped", () => {
  const rows = [
    ["", "", 0],
    ["abc", "abc", 0],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["url", "ulr", 1],
    ["adress", "address", 1],
    ["a".repeat(100), "a".repeat(64), 36],
  ] as const;
  for (const [from, to, distance] of rows) {
    strictEqual(editDistance(from, to), distance, `${from} ${to}`);
    strictEqual(editDistance(to, from), distance, `${to} ${from}`);
  }
});

Deno.test("nearest() finds a misspelling and another style, and nothing far off", () => {
  const known = ["wasi_keyvalue_path", "address", "env", "command"];
  strictEqual(nearest("adress", known), "address");
  strictEqual(nearest("wasiKeyvaluePath", known), "wasi_keyvalue_path");
  strictEqual(nearest("WASI-KEYVALUE-PATH", known), "wasi_keyvalue_path");
  strictEqual(nearest("enc", known), "env");
  strictEqual(nearest("zzz", known), undefined);
  strictEqual(nearest("volumes", known), undefined);
  strictEqual(nearest("x", []), undefined);
});

Deno.test("nearest() finds the command that was meant, and no other", () => {
  const commands = ["dev", "inspect", "build"];
  const rows = [
    ["dev", "dev"],
    ["dve", "dev"],
    ["inspct", "inspect"],
    ["run", undefined],
    ["x", undefined],
    ["", undefined],
    ["d".repeat(100_000), undefined],
  ] as const;
  for (const [given, meant] of rows) {
    strictEqual(nearest(given, commands), meant);
  }
});
