import { strictEqual } from "node:assert/strict";
import { formatKey, quoted } from "./key_path.ts";

Deno.test("formatKey() writes keys, items and names that need quotes", () => {
  const rows = [
    [[], ""],
    [["dev", "address"], "dev.address"],
    [["dev", "components", 0, "name"], "dev.components[0].name"],
    [["build", "env", "a b"], 'build.env."a b"'],
    [["build", "env", ""], 'build.env.""'],
    [["__proto__"], "__proto__"],
    [["a\u001b[31m"], '"a\\u001b[31m"'],
  ] as const;
  for (const [path, text] of rows) strictEqual(formatKey(path), text);
});

Deno.test("quoted() shortens, and escapes what a terminal would obey", () => {
  strictEqual(quoted('say "x"'), '"say \\"x\\""');
  strictEqual(
    quoted("\u001b[2J\u009b1m\u202e"),
    '"\\u001b[2J\\u009b1m\\u202e"',
  );
  strictEqual(quoted("x".repeat(61)), `"${"x".repeat(60)}…"`);
});
