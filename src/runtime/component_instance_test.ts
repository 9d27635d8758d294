import assert from "node:assert/strict";
import {
  TEST_EXPORT,
  testArtifact,
  testContext,
  testFunction,
  testInterface,
} from "./_test_component.ts";
import { GuestState } from "./abi/guest_memory.ts";
import type { Artifact } from "./artifact.ts";
import {
  type ComponentInstance,
  prepareInstances,
} from "./component_instance.ts";
import { type HostInterface, WitError } from "./host_interface.ts";

const LABEL = "test:test/test@0.1.0";
const WAITS = { waits: ["f"] };

interface Made {
  readonly instance: ComponentInstance;
  readonly state: GuestState;
  call(name: string, resource: object): Promise<unknown>;
}

async function make(
  host: HostInterface,
  artifact: Artifact = testArtifact(),
): Promise<Made> {
  const wanted = {
    name: host.name,
    version: host.version,
    label: LABEL,
    functions: {},
    types: {},
  };
  const state = new GuestState();
  const instance = await prepareInstances(artifact, [{
    wanted,
    offered: host,
  }])(testContext(), state);
  return {
    instance,
    state,
    call: (name, resource) =>
      instance.call(`${TEST_EXPORT}#${name}`, testFunction(name), [resource]),
  };
}

class Thing {
  disposed = false;
  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

const THING = {
  types: { thing: "resource" },
  resources: { thing: Thing },
};

Deno.test("call() hands the guest resources as handles", async () => {
  const thing = new Thing();
  let got: unknown;
  const host = testInterface("func(x: borrow<thing>) -> u32", (x) => {
    got = x;
    return 1;
  }, THING);
  const { call, state } = await make(host);
  await call("call", thing);
  assert.equal(got, thing);
  assert.equal(state.handles.size, 1);
});

Deno.test("call() rejects with the trap of the guest", async () => {
  const { call } = await make(testInterface("func(x: u32) -> u32", () => 0));
  await assert.rejects(call("call", {}), WebAssembly.RuntimeError);
});

Deno.test("call() suspends the guest until the host's promise resolves", async () => {
  const answer = Promise.withResolvers<number>();
  const host = testInterface(
    "func(x: u32) -> u32",
    () => answer.promise,
    WAITS,
  );
  const { call } = await make(host);
  let returned = false;
  const running = call("call", {}).then(() => returned = true);
  await Promise.resolve();
  assert.equal(returned, false);
  answer.resolve(1);
  await running;
});

Deno.test("call() goes on at once where a function that may wait does not", async () => {
  const host = testInterface("func(x: u32) -> u32", () => 1, WAITS);
  const { call } = await make(host);
  await call("call", {});
});

Deno.test("call() of two instances suspends each on its own", async () => {
  const answers: PromiseWithResolvers<number>[] = [];
  const host = testInterface("func(x: u32) -> u32", () => {
    const answer = Promise.withResolvers<number>();
    answers.push(answer);
    return answer.promise;
  }, WAITS);
  const [first, second] = [await make(host), await make(host)];
  const [firstCall, secondCall] = [
    first.call("call", {}),
    second.call("call", {}),
  ];
  answers[1]!.resolve(1);
  await secondCall;
  answers[0]!.resolve(1);
  await firstCall;
});

for (
  const [how, refuse, more] of [
    ["thrown", () => {
      throw new WitError(undefined);
    }, {}],
    ["rejected", () => Promise.reject(new WitError(undefined)), WAITS],
  ] as const
) {
  Deno.test(`call() lets the guest go on after a WitError that was ${how}`, async () => {
    // The error arm is 1, and 0 would make the guest trap.
    const { call, state } = await make(
      testInterface("func(x: u32) -> result", refuse, more),
    );
    await call("call", {});
    state.check();
  });
}

for (
  const [how, more] of [["thrown", {}], ["rejected", WAITS]] as const
) {
  const failing = (error: Error, onCall: () => void) =>
    testInterface("func(x: u32) -> u32", () => {
      onCall();
      if (how === "thrown") throw error;
      return Promise.reject(error);
    }, more);

  for (const name of ["call", "ignore", "insist"]) {
    Deno.test(`call() rejects with the error that was ${how}, whatever "${name}" makes of it`, async () => {
      const error = new TypeError("broken");
      let calls = 0;
      const { call } = await make(failing(error, () => calls++));
      await assert.rejects(call(name, {}), (thrown) => thrown === error);
      assert.equal(calls, 1);
    });
  }
}

for (const name of ["call", "ignore", "insist"]) {
  Deno.test(`call() of "${name}" rejects when the instance ends while it waits`, async () => {
    let calls = 0;
    const host = testInterface("func(x: u32) -> u32", () => {
      calls++;
      return new Promise(() => {});
    }, WAITS);
    const { call, state } = await make(host);
    const running = call(name, {});
    state.end(new Error("dropped"));
    await assert.rejects(running, /dropped/);
    assert.equal(calls, 1);
  });
}

Deno.test("call() leaves nothing behind when an ended wait is answered after all", async () => {
  const answer = Promise.withResolvers<number>();
  const host = testInterface(
    "func(x: u32) -> u32",
    () => answer.promise,
    WAITS,
  );
  const { call, state } = await make(host);
  const running = call("insist", {});
  state.end(new Error("dropped"));
  answer.resolve(1);
  await assert.rejects(running, /dropped/);
});

Deno.test("call() refuses an export that is not there", async () => {
  const { instance } = await make(
    testInterface("func(x: u32) -> u32", () => 1),
  );
  await assert.rejects(instance.call("no#such", testFunction("call"), []), {
    name: "TypeError",
    message: 'Cannot find the export "no#such"',
  });
});

Deno.test("a resource that the guest drops is disposed", async () => {
  const artifact = testArtifact({
    kind: "drop",
    label: LABEL,
    resource: "thing",
  });
  const { call, state } = await make(
    testInterface("func()", () => {}, THING),
    artifact,
  );
  const thing = new Thing();
  await call("ignore", thing);
  assert.ok(thing.disposed);
  assert.equal(state.handles.size, 0);
});

Deno.test("a resource that the guest drops twice ends it", async () => {
  const artifact = testArtifact({
    kind: "drop",
    label: LABEL,
    resource: "thing",
  });
  const { call } = await make(
    testInterface("func()", () => {}, THING),
    artifact,
  );
  await assert.rejects(call("insist", new Thing()), {
    message: "1 is no handle of a Thing",
  });
});

Deno.test("a drop of a resource that the guest cannot have ends it", async () => {
  const artifact = testArtifact({ kind: "unreachable", resource: "thing" });
  const host = testInterface("func()", () => {}, THING);
  const { call } = await make(host, artifact);
  await assert.rejects(call("ignore", new Thing()), {
    message: "1 is no handle of a thing",
  });
});

Deno.test("prepareInstances() names what the plan asks for and the host has not", () => {
  const host = testInterface("func()", () => {});
  const wanted = { ...host, label: LABEL };
  const link = [{ wanted, offered: host }];
  const withoutModule = { ...testArtifact(), coreModules: new Map() };
  for (
    const [act, message] of [
      [
        () => prepareInstances(withoutModule, link),
        'Cannot find core module "core.wasm"',
      ],
      [
        () => prepareInstances(testArtifact(), []),
        `Cannot find what satisfies "${LABEL}"`,
      ],
      [
        () =>
          prepareInstances(
            testArtifact({ kind: "drop", label: LABEL, resource: "thing" }),
            link,
          ),
        'test:test/test has no resource "thing"',
      ],
    ] as const
  ) assert.throws(act, { name: "TypeError", message });
});

Deno.test("an instance names the core export that its plan makes up", async () => {
  const artifact = testArtifact({
    kind: "export",
    of: { instance: 3, name: "nothing" },
  });
  await assert.rejects(
    make(testInterface("func()", () => {}), artifact),
    { name: "TypeError", message: 'Cannot find core export "nothing"' },
  );
});

Deno.test("an instance is given imports of its own", async () => {
  let made = 0;
  const host = testInterface("func(x: u32) -> u32", () => 1, {
    imports: () => {
      made++;
      return { f: () => 1 };
    },
  });
  await make(host);
  await make(host);
  assert.equal(made, 2);
});

/**
 * Its start function calls the host, and goes on whatever that throws:
 *
 * ```wat
 * (module (import "host" "f" (func $f (param i32) (result i32)))
 *   (memory (export "memory") 1)
 *   (func $start block $caught
 *     try_table (catch_all $caught) i32.const 1 call $f drop end end)
 *   (start $start))
 * ```
 */
const STARTING =
  "0061736d0100000001090260017f017f600000020a0104686f73740166000003020101" +
  "0503010001070a01066d656d6f727902000801010a1201100002401f40010200410110" +
  "001a0b0b0b001f046e616d65010b0200016601057374617274030b0101010006636175" +
  "676874";

for (const late of [false, true]) {
  Deno.test(`a host function ${late ? "that comes late cannot" : "can"} be called by a start function`, async () => {
    const artifact = testArtifact({
      kind: "lower",
      label: LABEL,
      function: "f",
      ...(late && { memory: { instance: 0, name: "memory" }, late }),
    });
    const module = new WebAssembly.Module(Uint8Array.fromHex(STARTING));
    let calls = 0;
    const host = testInterface("func(x: u32) -> u32", () => ++calls);
    const making = make(host, {
      ...artifact,
      coreModules: new Map([["core.wasm", module]]),
    });
    if (late) await assert.rejects(making, WebAssembly.RuntimeError);
    else await making;
    assert.equal(calls, late ? 0 : 1);
  });
}

Deno.test("a host function that comes late works on the memory that came after it", async () => {
  const artifact = testArtifact({
    kind: "lower",
    label: LABEL,
    function: "f",
    memory: { instance: 0, name: "memory" },
    late: true,
  });
  // Two bytes, written where the argument says.
  const host = testInterface("func() -> tuple<u8, u8>", () => [1, 2]);
  const { call } = await make(host, artifact);
  await call("ignore", {});
  const without = testArtifact({ kind: "lower", label: LABEL, function: "f" });
  await assert.rejects((await make(host, without)).call("ignore", {}), {
    message: "The guest gave no memory",
  });
});
