import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import assert from "node:assert/strict";
import {
  ENDED_FUEL,
  FUEL_PORTION,
  INTERRUPT_EXPORTS,
} from "../runtime/interrupt_names.ts";
import { isInterruptible } from "../runtime/interrupts.ts";
import { makeInterruptible } from "./interruptible.ts";
import { readGuest } from "./_guests.ts";
import { transpile } from "./transpile.ts";

const { fuel, mode, refused, ticks } = INTERRUPT_EXPORTS;

async function module(wat: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await parse(wat));
}

/** A tick as an exported function, which alone can stand in a table. */
async function tickFunction(
  tick: () => void,
): Promise<() => void> {
  const bytes = await module(
    `(module (import "host" "tick" (func $tick)) (func (export "tick") call $tick))`,
  );
  const { instance } = await WebAssembly.instantiate(bytes, { host: { tick } });
  return instance.exports["tick"] as () => void;
}

/** An interruptible instance, and what it asks. */
async function interruptible(wat: string, tick: () => void) {
  const { instance } = await WebAssembly.instantiate(
    makeInterruptible(await module(wat)),
  );
  const exports = instance.exports as {
    [fuel]: WebAssembly.Global;
    [mode]: WebAssembly.Global;
    [refused]: WebAssembly.Global;
    [ticks]: WebAssembly.Table;
    run(argument?: number): number;
  };
  exports[ticks].set(0, await tickFunction(tick));
  exports[fuel].value = FUEL_PORTION;
  return exports;
}

const ENDLESS: Readonly<Record<string, string>> = {
  "a loop": `(func (export "run") (result i32) (loop br 0) i32.const 0)`,
  "a loop with a parameter":
    `(func (export "run") (result i32) i32.const 1 (loop (param i32) (result i32) br 0))`,
  "a call of itself twice": `(func $f (param i32) (if (local.get 0) (then
       (call $f (i32.sub (local.get 0) (i32.const 1)))
       (call $f (i32.sub (local.get 0) (i32.const 1))))))
     (func (export "run") (result i32) (call $f (i32.const 60)) i32.const 0)`,
  "a tail call": `(func $f return_call $f)
     (func (export "run") (result i32) call $f i32.const 0)`,
  "an indirect tail call":
    `(type $t (func)) (table 1 funcref) (elem (i32.const 0) $f)
     (func $f i32.const 0 return_call_indirect (type $t))
     (func (export "run") (result i32) call $f i32.const 0)`,
};

for (const [name, functions] of Object.entries(ENDLESS)) {
  Deno.test(`makeInterruptible() lets the host end ${name}`, async () => {
    let asked = 0;
    const exports = await interruptible(`(module ${functions})`, () => {
      if (++asked === 3) exports[fuel].value = ENDED_FUEL - 1;
    });
    assert.throws(() => exports.run(), WebAssembly.RuntimeError);
    assert.equal(asked, 3);
    assert.throws(() => exports.run(), WebAssembly.RuntimeError);
    assert.equal(asked, 3, "an ended instance asks no more");
  });
}

Deno.test("makeInterruptible() asks the function that the mode names", async () => {
  const asked: string[] = [];
  const exports = await interruptible(
    `(module (func (export "run") (result i32) (local i32)
      (loop (br_if 0 (i32.lt_u
        (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 300000))))
      local.get 0))`,
    () => asked.push("first"),
  );
  exports[ticks].set(1, await tickFunction(() => asked.push("second")));
  assert.equal(exports.run(), 300_000);
  exports[mode].value = 1;
  assert.equal(exports.run(), 300_000);
  assert.deepEqual([...new Set(asked)], ["first", "second"]);
});

Deno.test("makeInterruptible() tells which growth was refused", async () => {
  const exports = await interruptible(
    `(module (memory 1 3) (func (export "run") (param i32) (result i32)
      (memory.grow (local.get 0))))`,
    () => {},
  );
  assert.equal(exports.run(2), 1);
  assert.equal(exports[refused].value, 0);
  assert.equal(exports.run(5), -1);
  assert.equal(exports[refused].value, 5);
});

Deno.test("makeInterruptible() leaves alone what cannot run for long", async () => {
  const bytes = await module(
    `(module (type $t (func)) (table (export "t") 1 funcref)
      (func (export "shim") i32.const 0 call_indirect (type $t))
      (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1))))`,
  );
  assert.equal(makeInterruptible(bytes), bytes);
});

/** One function for each family of instructions; `loop` makes each of them a place. */
const FAMILIES: Readonly<Record<string, string>> = {
  numbers: `(local i64 f32 f64) (loop
    (local.set 0 (i64.const -9223372036854775808))
    (local.set 1 (f32.const 1.5)) (local.set 2 (f64.const -0x1p-1022)))
    (i32.add (i32.trunc_sat_f64_s (f64.const 40.7)) (i32.extend8_s (i32.const 2)))`,
  branches: `(loop (block (block (block
    (br_table 0 1 2 (i32.const 1))))))
    (select (result i32) (i32.const 42) (i32.const 0) (i32.const 1))`,
  memory: `(loop
    (i64.store32 offset=8 align=1 (i32.const 70000) (i64.const 42))
    (memory.copy (i32.const 0) (i32.const 70008) (i32.const 4))
    (memory.fill (i32.const 4) (i32.const 1) (i32.const 4))
    (memory.init $d (i32.const 16) (i32.const 0) (i32.const 1)) (data.drop $d)
    (drop (memory.size)))
    (i32.load (i32.const 0))`,
  tables: `(loop
    (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e)
    (table.copy (i32.const 1) (i32.const 0) (i32.const 1))
    (drop (table.grow (ref.null func) (i32.const 1)))
    (table.fill (i32.const 2) (ref.func $self) (i32.const 1))
    (table.set (i32.const 3) (table.get (i32.const 1)))
    (drop (ref.is_null (ref.null extern))))
    (i32.add (table.size) (i32.const 37))`,
  vectors: `(local v128) (loop
    (local.set 0 (v128.const i32x4 42 0 0 0))
    (local.set 0 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 0) (local.get 0)))
    (local.set 0 (i32x4.replace_lane 3 (local.get 0) (i32.const 7)))
    (v128.store offset=4 (i32.const 0) (local.get 0))
    (v128.store8_lane 0 (i32.const 64) (local.get 0))
    (local.set 0 (v128.load32_lane 1 (i32.const 4) (local.get 0)))
    (local.set 0 (v128.or (local.get 0) (v128.load32_zero (i32.const 4))))
    (local.set 0 (i32x4.relaxed_trunc_f32x4_s (f32x4.splat (f32.const 42)))))
    (i32x4.extract_lane 0 (local.get 0))`,
  atomics:
    `(loop (drop (i32.atomic.rmw.add offset=32 (i32.const 0) (i32.const 42)))
      (atomic.fence)) (i32.atomic.load offset=32 (i32.const 0))`,
  exceptions: `(block $all
      (return (block $caught (result i32)
        (try_table (catch $tag $caught) (catch_all $all)
          (loop (throw $tag (i32.const 42))))
        (i32.const 1))))
    (i32.const 2)`,
  references: `(local (ref null $point)) (loop
      (local.set 0 (struct.new $point (i32.const 40) (i32.const 0)))
      (struct.set $point 1 (local.get 0) (i32.const 2))
      (drop (array.len (array.new_fixed $bytes 2 (i32.const 1) (i32.const 2))))
      (drop (block $is (result (ref $point))
        (br_on_cast $is (ref null $point) (ref $point) (local.get 0)) unreachable))
      (drop (ref.test (ref i31) (ref.i31 (i32.const 1)))))
    (i32.add (struct.get $point 0 (local.get 0)) (struct.get $point 1 (local.get 0)))`,
};

for (const [name, body] of Object.entries(FAMILIES)) {
  Deno.test(`makeInterruptible() keeps what ${name} do`, async () => {
    const wat = `(module
      (rec (type $point (struct (field (mut i32)) (field (mut i32)))) (type $bytes (array (mut i8))))
      (memory 2) (table $t 4 10 funcref) (tag $tag (param i32))
      (data $d "x") (elem $e func $self)
      (func $self (export "run") (result i32) ${body}))`;
    const exports = await interruptible(wat, () => {});
    assert.equal(exports.run(), 42);
  });
}

for (const name of ["every_import", "rust_wstd", "misbehave", "echo"]) {
  Deno.test(`transpile() makes ${name} interruptible, and not the modules that join it`, async () => {
    const interruptible: string[] = [];
    for (const [file, bytes] of await transpile(await readGuest(name))) {
      if (!file.endsWith(".wasm")) continue;
      if (isInterruptible(await WebAssembly.compile(bytes))) {
        interruptible.push(file);
      }
    }
    assert.deepEqual(interruptible, ["component.core.wasm"]);
  });
}

Deno.test("makeInterruptible() refuses an instruction that it does not know", async () => {
  const bytes = await module(
    `(module (func (export "run") (loop nop nop nop)))`,
  );
  const at = bytes.indexOf(0x01, bytes.length - 6);
  bytes[at] = 0xff;
  assert.throws(() => makeInterruptible(bytes), TypeError);
});

Deno.test("makeInterruptible() refuses a module that is cut short", async () => {
  const bytes = await module(`(module (func (export "run") (loop nop)))`);
  assert.throws(() => makeInterruptible(bytes.slice(0, -2)), RangeError);
});
