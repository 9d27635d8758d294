import assert from "node:assert/strict";
import { limitMemory, MemoryLimitError } from "./memory_limit.ts";

const MIB = 2 ** 20;
const HEADER = "0061736d01000000";

/** A module with one memory, exported as `m`, and a custom section behind. */
function withMemory(limits: string): Uint8Array<ArrayBuffer> {
  const size = (1 + limits.length / 2).toString(16).padStart(2, "0");
  const exported = "0705" + "01016d0200";
  const custom = "0003" + "017800";
  return Uint8Array.fromHex(
    `${HEADER}05${size}01${limits}${exported}${custom}`,
  );
}

function memoryOf(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Memory {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return exports["m"] as WebAssembly.Memory;
}

const ROWS: readonly [what: string, limits: string, pages: number][] = [
  ["without a maximum", "0001", 32],
  ["with a higher maximum", "0101808004", 32],
  ["with a lower maximum", "010103", 3],
];

for (const [what, limits, pages] of ROWS) {
  Deno.test(`limitMemory() lets a memory ${what} grow to ${pages} pages`, () => {
    const memory = memoryOf(limitMemory(withMemory(limits), 2 * MIB));
    memory.grow(pages - 1);
    assert.equal(memory.buffer.byteLength, pages * 65536);
    assert.throws(() => memory.grow(1), RangeError);
  });
}

Deno.test("limitMemory() keeps all other sections", () => {
  const module = new WebAssembly.Module(
    limitMemory(withMemory("0001"), 2 * MIB),
  );
  assert.deepEqual(WebAssembly.Module.exports(module), [
    { name: "m", kind: "memory" },
  ]);
  const [custom] = WebAssembly.Module.customSections(module, "x");
  assert.deepEqual(new Uint8Array(custom!), new Uint8Array([0]));
});

Deno.test("limitMemory() leaves a module without a memory as it is", () => {
  const module = Uint8Array.fromHex(HEADER);
  assert.equal(limitMemory(module, MIB), module);
});

Deno.test("limitMemory() refuses a module that begins with more", () => {
  assert.throws(() => limitMemory(withMemory("0021"), 2 * MIB), {
    name: "MemoryLimitError",
    message: "it begins with 3 MiB of memory, dev.memory_limit_mb is 2",
  });
  assert.throws(() => limitMemory(withMemory("0021"), MIB), MemoryLimitError);
});
