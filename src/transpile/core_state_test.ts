import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import assert from "node:assert/strict";
import { STATE_EXPORT_PREFIX } from "../runtime/state_names.ts";
import { exposeState } from "./core_state.ts";
import { makeInterruptible } from "./interruptible.ts";
import { COMPONENTS, readGuest } from "./_guests.ts";
import { transpile } from "./transpile.ts";

async function module(wat: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await parse(wat));
}

/** Modules with nothing that is not exposed, and how many memories and globals are. */
const RESTORABLE: readonly [what: string, wat: string, exposed: number][] = [
  ["nothing", `(module)`, 0],
  ["one memory", `(module (memory 1) (func (export "f")))`, 1],
  [
    "two memories and no function",
    `(module (memory 1) (memory 2 3) (data (i32.const 0) "x"))`,
    2,
  ],
  [
    "globals, of which two can change",
    `(module (global (mut i32) (i32.const 1)) (global i64 (i64.const 2))
       (global (mut i64) (i64.const 3)) (global f64 (f64.const 4)))`,
    2,
  ],
  [
    "imports of another instance's",
    `(module (import "a" "m" (memory 0)) (import "a" "g" (global (mut i32)))
       (import "a" "t" (table 1 funcref)) (import "a" "f" (func $f))
       (elem (i32.const 0) $f))`,
    0,
  ],
  [
    "a table that is only read",
    `(module (type $t (func)) (table 2 funcref) (elem (i32.const 0) $f $f)
       (func $f) (func (drop (table.get (i32.const 1))) (drop (table.size)))
       (func (call_indirect (type $t) (i32.const 0))))`,
    0,
  ],
  [
    "memory that grows, is copied and is filled",
    `(module (memory 1) (func (drop (memory.grow (i32.const 1)))
       (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))
       (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))))`,
    1,
  ],
  [
    "vectors and numbers that are cut off",
    `(module (memory 1) (func (v128.store (i32.const 0) (v128.const i64x2 1 2)))
       (func (param f64) (drop (i64.trunc_sat_f64_u (local.get 0)))))`,
    1,
  ],
];

for (const [what, wat, exposed] of RESTORABLE) {
  Deno.test(`exposeState() exports the state of ${what}`, async () => {
    const bytes = exposeState(await module(wat));
    assert.ok(bytes !== undefined);
    const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes))
      .map(({ name }) => name)
      .filter((name) => name.startsWith(STATE_EXPORT_PREFIX));
    assert.equal(names.length, exposed, names.join());
  });
}

const PASSIVE = `(memory 1) (data $d "x")`;
const TABLE = `(table $t 1 funcref) (elem $e func $f) (func $f)`;

const REFUSED: readonly [what: string, wat: string][] = [
  [
    "a start function",
    `(module (func $f) (start $f))`,
  ],
  ["a tag", `(module (tag))`],
  ["a tag that it imports", `(module (import "a" "b" (tag)))`],
  ["a shared memory", `(module (memory 1 1 shared))`],
  [
    "a shared memory that it imports",
    `(module (import "a" "b" (memory 1 1 shared)))`,
  ],
  ["a memory of 64 bits", `(module (memory i64 1))`],
  ["a float that can change", `(module (global (mut f64) (f64.const 1)))`],
  [
    "a vector that can change",
    `(module (global (mut v128) (v128.const i64x2 1 2)))`,
  ],
  [
    "a reference that can change",
    `(module (global (mut funcref) (ref.null func)))`,
  ],
  ["a reference", `(module (global externref (ref.null extern)))`],
  [
    "a reference that it imports",
    `(module (import "a" "b" (global (mut externref))))`,
  ],
  ["a table of what is not its own", `(module (table 1 externref))`],
  [
    "table.set",
    `(module ${TABLE} (func (table.set $t (i32.const 0) (ref.null func))))`,
  ],
  [
    "table.grow",
    `(module ${TABLE} (func (drop (table.grow $t (ref.null func) (i32.const 1)))))`,
  ],
  [
    "table.fill",
    `(module ${TABLE} (func (table.fill $t (i32.const 0) (ref.null func) (i32.const 1))))`,
  ],
  [
    "table.copy",
    `(module ${TABLE} (func (table.copy $t $t (i32.const 0) (i32.const 0) (i32.const 1))))`,
  ],
  [
    "table.init",
    `(module ${TABLE} (func (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1))))`,
  ],
  ["elem.drop", `(module ${TABLE} (func (elem.drop $e)))`],
  [
    "memory.init",
    `(module ${PASSIVE} (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))))`,
  ],
  ["data.drop", `(module ${PASSIVE} (func (data.drop $d)))`],
  [
    "an object",
    `(module (type $s (struct (field (mut i32)))) (func (drop (struct.new $s (i32.const 1)))))`,
  ],
  [
    "an object in a global",
    `(module (type $s (struct (field (mut i32)))) (global (ref $s) (struct.new $s (i32.const 1))))`,
  ],
  [
    "an atomic",
    `(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))`,
  ],
  [
    "an export of the reserved names",
    `(module (memory (export "${STATE_EXPORT_PREFIX}2:0") 1))`,
  ],
];

for (const [what, wat] of REFUSED) {
  Deno.test(`exposeState() refuses ${what}`, async () => {
    const bytes = await module(wat);
    assert.ok(WebAssembly.validate(bytes), "V8 knows it");
    assert.equal(exposeState(bytes), undefined);
  });
}

Deno.test("exposeState() refuses a bulk instruction whose number is longer than it need be", async () => {
  const bytes = await module(
    `(module (memory 1) (func
       (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))`,
  );
  const at = bytes.findLastIndex((byte) => byte === 0xfc);
  // memory.fill's 11 in two bytes: the body and the section are one longer.
  const longer = new Uint8Array([
    ...bytes.subarray(0, at + 1),
    ...[0x8b, 0x00],
    ...bytes.subarray(at + 2),
  ]);
  const code = longer.subarray(0, at).findLastIndex((byte, index) =>
    byte === 10 && longer[index + 2] === 1
  );
  longer[code + 1]!++;
  longer[code + 3]!++;
  assert.ok(WebAssembly.validate(longer));
  assert.ok(exposeState(bytes) !== undefined);
  assert.equal(exposeState(longer), undefined);
});

Deno.test("exposeState() leaves what the module does as it is", async () => {
  const bytes = exposeState(makeInterruptible(
    await module(
      `(module (memory 1) (global $g (mut i32) (i32.const 5))
         (func (export "run") (result i32)
           (loop (global.set $g (i32.add (global.get $g) (i32.const 1)))
             (br_if 0 (i32.lt_u (global.get $g) (i32.const 9))))
           (global.get $g)))`,
    ),
  ));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes!));
  const run = exports["run"] as () => number;
  assert.equal(run(), 9);
  const global = exports[`${STATE_EXPORT_PREFIX}3:0`] as WebAssembly.Global;
  assert.equal(global.value, 9);
  global.value = 5;
  assert.equal(run(), 9);
});

for (const name of COMPONENTS) {
  Deno.test(`all state of ${name} can be put back`, async () => {
    const files = await transpile(await readGuest(name));
    const text = new TextDecoder().decode(files.get("artifact.json"));
    assert.equal(JSON.parse(text).manifest.isRestorable, true);
  });
}
