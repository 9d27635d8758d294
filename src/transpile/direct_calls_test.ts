import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import assert from "node:assert/strict";
import type { CoreImportPlan, LinkPlan } from "../runtime/link_plan.ts";
import { callDirectly } from "./direct_calls.ts";

const HOST = "test:test/host@0.1.0";

function lowered(name: string): CoreImportPlan {
  const memory = { instance: 1, name: "memory" };
  return { kind: "lower", label: HOST, function: name, memory };
}

function exported(instance: number, name: string): CoreImportPlan {
  return { kind: "export", of: { instance, name } };
}

/** What wit-component makes of a core module that imports two functions of the host. */
const PLAN: LinkPlan = {
  instances: [
    { module: "shim", imports: {} },
    {
      module: "main",
      imports: { host: { a: exported(0, "0"), b: exported(0, "1") } },
    },
    {
      module: "fill",
      imports: {
        "": {
          "0": lowered("a"),
          "1": lowered("b"),
          "$imports": exported(0, "$imports"),
        },
      },
    },
  ],
  exports: { run: { instance: 1, name: "run" } },
};

const SHIM = `(module
  (type $a (func (param i32))) (type $b (func (param i32 i64) (result i32)))
  (table 2 2 funcref)
  (export "0" (func 0)) (export "1" (func 1)) (export "$imports" (table 0))
  (func (type $a) local.get 0 i32.const 0 call_indirect (type $a))
  (func (type $b) local.get 0 local.get 1 i32.const 1 call_indirect (type $b)))`;

const FILL = `(module
  (type $a (func (param i32))) (type $b (func (param i32 i64) (result i32)))
  (import "" "0" (func (type $a))) (import "" "1" (func (type $b)))
  (import "" "$imports" (table 2 2 funcref))
  (elem (i32.const 0) func 0 1))`;

async function direct(
  { plan = PLAN, shim = SHIM, fill = FILL } = {},
): Promise<LinkPlan> {
  const bytes = async (wat: string) => {
    const binary = new Uint8Array(await parse(wat));
    assert.ok(WebAssembly.validate(binary));
    return binary;
  };
  return callDirectly(
    plan,
    new Map([["shim", await bytes(shim)], ["fill", await bytes(fill)]]),
  );
}

function late(name: string): CoreImportPlan {
  const memory = { instance: 0, name: "memory" };
  return { kind: "lower", label: HOST, function: name, memory, late: true };
}

Deno.test("callDirectly() gives a module the functions behind the table", async () => {
  assert.deepEqual(await direct(), {
    instances: [{
      module: "main",
      imports: { host: { a: late("a"), b: late("b") } },
    }],
    exports: { run: { instance: 0, name: "run" } },
  });
});

Deno.test("callDirectly() goes by the places in the table", async () => {
  const crossed = FILL.replace("func 0 1)", "func 1 0)");
  const same = (text: string) =>
    text.replaceAll("(param i32 i64) (result i32)", "(param i32)")
      .replace("local.get 0 local.get 1", "local.get 0");
  const plan = await direct({ shim: same(SHIM), fill: same(crossed) });
  assert.deepEqual(plan.instances[0]!.imports, {
    host: { a: late("b"), b: late("a") },
  });
});

Deno.test("callDirectly() leaves the table where another instance's function is in it", async () => {
  const [shim, main, fill] = PLAN.instances;
  const imports = { ...fill!.imports[""]!, "1": exported(1, "b") };
  const plan = {
    ...PLAN,
    instances: [shim!, main!, { ...fill!, imports: { "": imports } }],
  };
  const memory = { instance: 1, name: "memory" };
  const a = { ...lowered("a"), memory, late: true } as const;
  assert.deepEqual(await direct({ plan }), {
    ...plan,
    instances: [
      shim,
      { ...main, imports: { host: { a, b: exported(0, "1") } } },
      plan.instances[2],
    ],
  });
});

/** The second function stays where it is: the host's would trap, or get other values. */
Deno.test("callDirectly() leaves a function of another type than its place in the table", async () => {
  const plan = await direct({
    fill: FILL.replace("(result i32)", "(result i64)"),
  });
  assert.equal(plan.instances.length, 3);
  const { a, b } = plan.instances[1]!.imports["host"]!;
  assert.equal(a!.kind, "lower");
  assert.deepEqual(b, exported(0, "1"));
});

const OTHER_SHIMS: Readonly<Record<string, string>> = {
  "a start function": SHIM.replace(/\)$/, " (func $s) (start $s))"),
  "a memory": SHIM.replace("(table", "(memory 1) (table"),
  "a global": SHIM.replace("(table", "(global i32 (i32.const 0)) (table"),
  "a second table": SHIM.replace("(table", "(table 1 funcref) (table"),
  "an element segment": SHIM.replace(/\)$/, " (elem (i32.const 0) func 0))"),
  "an import": SHIM.replace("(table", `(import "a" "b" (global i32)) (table`),
  "another export of the table": SHIM.replace(
    "(export",
    `(export "t" (table 0)) (export`,
  ),
  "a local": SHIM.replace(
    "(func (type $a) local.get 0",
    "(func (type $a) (local i32) local.get 0",
  ),
  "more to do before": SHIM.replace(
    "(func (type $a) local.get 0",
    "(func (type $a) nop local.get 0",
  ),
  "more to do after": SHIM.replace(
    "call_indirect (type $a))",
    "call_indirect (type $a) nop)",
  ),
  "other values to pass": SHIM.replace(
    "(func (type $a) local.get 0",
    "(func (type $a) i32.const 7",
  ),
  "parameters that change places": SHIM.replaceAll("i64", "i32").replace(
    "local.get 0 local.get 1",
    "local.get 1 local.get 0",
  ),
  "a place that is computed": SHIM.replace(
    "local.get 0 i32.const 0 call",
    "local.get 0 local.get 0 call",
  ),
  "references to pass": SHIM.replaceAll("i64", "externref"),
};

for (const [what, shim] of Object.entries(OTHER_SHIMS)) {
  Deno.test(`callDirectly() leaves a table whose module has ${what}`, async () => {
    assert.notEqual(shim, SHIM);
    assert.equal(await direct({ shim }), PLAN);
  });
}

const OTHER_FILLERS: Readonly<Record<string, string>> = {
  "a start function": FILL.replace(/\)$/, " (func $s) (start $s))"),
  "two segments": FILL.replace("func 0 1)", "func 0) (elem (i32.const 1) 1)"),
  "a passive segment": FILL.replace("(elem (i32.const 0)", "(elem"),
  "a place that is imported": FILL.replace(
    "(elem (i32.const 0)",
    `(import "" "g" (global i32)) (elem (global.get 0)`,
  ),
  "a memory": FILL.replace("(elem", "(memory 1) (elem"),
};

for (const [what, fill] of Object.entries(OTHER_FILLERS)) {
  Deno.test(`callDirectly() leaves a table that is filled by a module with ${what}`, async () => {
    assert.notEqual(fill, FILL);
    assert.equal(await direct({ fill }), PLAN);
  });
}

const [shim, main, fill] = PLAN.instances;
const OTHER_PLANS: Readonly<Record<string, LinkPlan>> = {
  "another instance has too": {
    ...PLAN,
    instances: [
      shim!,
      {
        ...main!,
        imports: { ...main!.imports, t: { t: exported(0, "$imports") } },
      },
      fill!,
    ],
  },
  "the component exports a function of": {
    ...PLAN,
    exports: { ...PLAN.exports, again: { instance: 0, name: "0" } },
  },
  "something comes after": {
    ...PLAN,
    instances: [shim!, main!, fill!, main!],
  },
};

for (const [what, plan] of Object.entries(OTHER_PLANS)) {
  Deno.test(`callDirectly() leaves a table that ${what}`, async () => {
    assert.equal(await direct({ plan }), plan);
  });
}
