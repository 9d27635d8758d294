import assert from "node:assert/strict";
import { formatByteSize } from "./byte_size.ts";

Deno.test("formatByteSize() takes the unit that people would", () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [102_399, "100.0 KiB"],
    [1_048_575, "1.0 MiB"],
    [5 * 1024 ** 3, "5.0 GiB"],
    [2 * 1024 ** 5, "2048 TiB"],
  ];
  for (const [bytes, text] of sizes) assert.equal(formatByteSize(bytes), text);
});
