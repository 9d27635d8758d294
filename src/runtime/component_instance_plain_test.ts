/** Calls of an instance that cannot be suspended, and the functions that may wait. */

import assert from "node:assert/strict";
import {
  TEST_EXPORT,
  testArtifact,
  testContext,
  testFunction,
  testInterface,
} from "./_test_component.ts";
import { GuestState } from "./abi/guest_memory.ts";
import { guestResourceClass } from "./abi/guest_resource.ts";
import { prepareInstances } from "./component_instance.ts";

const LABEL = "test:test/test@0.1.0";

/**
 * What a guest calls that cannot be suspended, and catches:
 *
 * ```wat
 * (module
 *   (import "host" "f" (func $f (param i32)))
 *   (memory (export "memory") 1)
 *   (func (export "call") (param i32) local.get 0 call $f)
 *   (func (export "ignore") (param i32)
 *     try local.get 0 call $f catch_all end)
 *   (func (export "insist") (param i32)))
 * ```
 */
const GIVING_NOTHING =
  "0061736d0100000001050160017f00020a0104686f737401660000030403000000050301" +
  "0001072304066d656d6f727902000463616c6c00010669676e6f7265000206696e736973" +
  "7400030a16030600200010000b0a00064020001000190b0b02000b";

/** The same with `f` of type `(param i32) (result f64)`; `call` traps where it gives no 0.5. */
const GIVING_A_NUMBER =
  "0061736d01000000010a0260017f017c60017f00020a0104686f73740166000003040301" +
  "01010503010001072304066d656d6f727902000463616c6c00010669676e6f7265000206" +
  "696e7369737400030a250314002000100044000000000000e03f620440000b0b0b000640" +
  "200010001a190b0b02000b";

/** An instance of such a module, whose `f` drops a resource of its own or is the host's. */
function makeWaiting(gives: "nothing" | "a number") {
  let calls = 0;
  const Own = guestResourceClass("thing");
  const host = testInterface("func(x: thing) -> f64", () => {
    calls++;
    return Promise.resolve(0.5);
  }, { types: { thing: "resource" }, resources: { thing: Own }, waits: ["f"] });
  const plan = gives === "nothing"
    ? { kind: "own", act: "drop", label: LABEL, resource: "thing" } as const
    : undefined;
  const module = gives === "nothing" ? GIVING_NOTHING : GIVING_A_NUMBER;
  const artifact = {
    ...testArtifact(plan),
    coreModules: new Map([
      ["core.wasm", new WebAssembly.Module(Uint8Array.fromHex(module))],
    ]),
  };
  const state = new GuestState();
  const make = prepareInstances(artifact, [{
    wanted: { ...host, label: LABEL },
    offered: host,
  }], { own: () => Own });
  const thing = new Own(state, 7, () => {
    calls++;
  });
  return {
    calls: () => calls,
    thing,
    making: make(testContext(), state),
    state,
  };
}

for (const gives of ["nothing", "a number"] as const) {
  Deno.test(`call() is not plain where what gives ${gives} may wait`, async () => {
    const { making, thing, calls } = makeWaiting(gives);
    const instance = await making;
    const name = `${TEST_EXPORT}#call`;
    await instance.call(name, testFunction("call"), [thing]);
    assert.equal(calls(), 1);
    assert.equal(instance.wasPlain, false);
  });

  Deno.test(`callPlainly() ends before what gives ${gives} and may wait, also where the guest catches that`, async () => {
    const { making, thing, calls, state } = makeWaiting(gives);
    const instance = await making;
    const name = `${TEST_EXPORT}#ignore`;
    assert.throws(
      () => instance.callPlainly(name, testFunction("ignore"), [thing]),
      /not plain/,
    );
    assert.throws(() => state.check(), /not plain/);
    assert.equal(calls(), 0);
  });
}
