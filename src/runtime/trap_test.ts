import assert from "node:assert/strict";
import { guestFrames, GuestTrap, trapFrom } from "./trap.ts";

/**
 * ```wat
 * (module
 *   (func $boom unreachable)
 *   (func $deep (param i32)
 *     local.get 0
 *     if local.get 0 i32.const 1 i32.sub call $deep else call $boom end)
 *   (func (export "trap") i32.const 4 call $deep)
 *   (func $forever (export "forever") call $forever))
 * ```
 */
const MODULE =
  "0061736d0100000001080260000060017f00030504000100000712020474726170000207" +
  "666f726576657200030a23040300000b110020000440200041016b10010510000b0b0600" +
  "410410010b040010030b001d046e616d650116030004626f6f6d0104646565700307666f7265766572";

/** What calling an export of it throws. */
function thrownBy(name: "trap" | "forever"): unknown {
  const module = new WebAssembly.Module(Uint8Array.fromHex(MODULE));
  const { exports } = new WebAssembly.Instance(module);
  try {
    (exports[name] as () => void)();
  } catch (error) {
    return error;
  }
}

Deno.test("guestFrames() names functions by the name section, others by their place", () => {
  assert.deepEqual(guestFrames(thrownBy("trap")), [
    "boom",
    "deep (5 times)",
    "byte 0x4a",
  ]);
});

Deno.test("guestFrames() makes one line of a stack that overflowed", () => {
  assert.deepEqual(guestFrames(thrownBy("forever")), [
    "forever (10 times or more)",
  ]);
});

function withStack(...lines: string[]): Error {
  const error = new Error("x");
  error.stack = ["Error: x", ...lines.map((line) => `    at ${line}`)]
    .join("\n");
  return error;
}

const HOST = "ComponentInstance.call (file:///home/someone/x.ts:1:2)";

Deno.test("guestFrames() reads the names of every compiler", () => {
  assert.deepEqual(
    guestFrames(withStack(
      "wasm://wasm/f1d26bae:wasm-function[0]:0x1",
      "<anonymous> (wasm://wasm/f1d26bae:wasm-function[0]:0x2)",
      "core::panicking::panic_fmt::h0123 (wasm://wasm/f1d26bae:wasm-function[0]:0x3)",
      "<alloc::vec::Vec<T> as Drop>::drop (wasm://wasm/f1d26bae:wasm-function[0]:0x4)",
      "std::foo(int, char const*) (wasm://wasm/f1d26bae:wasm-function[0]:0x5)",
      "named (wasm://wasm/module-f1d26bae:wasm-function[12]:0x6)",
      HOST,
    )),
    [
      "byte 0x1",
      "byte 0x2",
      "core::panicking::panic_fmt::h0123",
      "<alloc::vec::Vec<T> as Drop>::drop",
      "std::foo(int, char const*)",
      "named",
    ],
  );
});

Deno.test("guestFrames() leaves out the host's frames between the guest's", () => {
  assert.deepEqual(
    guestFrames(withStack(
      "HandleTable.get (file:///home/someone/handle_table.ts:1:2)",
      "inner (wasm://wasm/f1d26bae:wasm-function[0]:0x1)",
      "file:///home/someone/lowering.ts:1:2",
      "outer (wasm://wasm/f1d26bae:wasm-function[0]:0x2)",
      HOST,
    )),
    ["inner", "outer"],
  );
});

Deno.test("guestFrames() tells twenty frames", () => {
  const frames = Array.from(
    { length: 30 },
    (_, index) => `f${index} (wasm://wasm/f1d26bae:wasm-function[0]:0x1)`,
  );
  const told = guestFrames(withStack(...frames, HOST));
  assert.deepEqual(
    told,
    Array.from({ length: 20 }, (_, index) => `f${index}`),
  );
});

Deno.test("guestFrames() of what has none are none", () => {
  const withoutStack = new Error("x");
  delete withoutStack.stack;
  for (const error of [undefined, "text", withoutStack, new Error("here")]) {
    assert.deepEqual(guestFrames(error), []);
  }
});

const MESSAGES: readonly [string, unknown, string][] = [
  [
    "a trap of the guest",
    new WebAssembly.RuntimeError("unreachable"),
    "The guest trapped: unreachable",
  ],
  [
    "a call stack that is exhausted",
    thrownBy("forever"),
    "The guest trapped: its call stack is exhausted",
  ],
  [
    "an error of a host function",
    new TypeError("1 is no handle of a Pollable"),
    "The guest was stopped: 1 is no handle of a Pollable",
  ],
  [
    "another RangeError",
    new RangeError("too long"),
    "The guest was stopped: too long",
  ],
  ["what is no error", "text", "The guest was stopped: text"],
];

for (const [what, error, message] of MESSAGES) {
  Deno.test(`trapFrom() describes ${what}`, () => {
    const trap = trapFrom(error);
    assert.equal(trap.message, message);
    assert.equal(trap.kind, "trapped");
    assert.equal(trap.status, 500);
    assert.equal(trap.cause, error);
  });
}

Deno.test("trapFrom() leaves a GuestTrap as it is", () => {
  const trap = new GuestTrap("exit", "The guest called exit(ok)");
  assert.equal(trapFrom(trap), trap);
});
