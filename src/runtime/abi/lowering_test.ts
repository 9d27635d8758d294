import assert from "node:assert/strict";
import { type HostInterface, WitError } from "../host_interface.ts";
import { interfaceOf, makeTestGuest, type TestGuest } from "./_test_guest.ts";
import { lowerFunction } from "./lowering.ts";

type Core = (...values: (number | bigint)[]) => unknown;

/** A host function as core function of one guest. */
function lowered(
  type: string,
  f: (...args: never[]) => unknown,
  more: Partial<HostInterface> & { readonly guest?: TestGuest } = {},
): { readonly core: Core; readonly guest: TestGuest } {
  const { guest = makeTestGuest(), ...rest } = more;
  const host = interfaceOf(type, f, rest);
  const [name] = Object.keys(host.functions);
  const imports = host.imports({
    requestId: undefined,
    output: { line() {}, message() {} },
    onDrop() {},
  });
  const core = lowerFunction(host, name!).bind(imports, guest.memory) as Core;
  return { core, guest };
}

for (
  const [type, value, core] of [
    ["bool", true, 1],
    ["bool", false, 0],
    ["u8", 200, 200],
    ["u64", 7n, 7n],
    ["f64", 0.5, 0.5],
    ["char", "a", 97],
    ["enum { a, b }", "b", 1],
    ["flags { a, b }", { b: true }, 2],
    ["result", undefined, 0],
    ["tuple<u8>", [3], 3],
  ] as const
) {
  Deno.test(`lowerFunction() answers ${type} as a core value`, () => {
    assert.equal(lowered(`func() -> ${type}`, () => value).core(), core);
  });
}

Deno.test("lowerFunction() answers nothing where the type says so", () => {
  assert.equal(lowered("func()", () => 5).core(), undefined);
});

Deno.test("lowerFunction() writes larger answers where the guest wants them", () => {
  const { core, guest } = lowered(
    "func(a: u8) -> tuple<u8, u16>",
    (a: number) => [a, 515],
  );
  assert.equal(core(9, 64), undefined);
  assert.equal(guest.bytes().slice(64, 68).toHex(), "09000302");
});

for (
  const [what, place, message] of [
    ["misaligned", 66, "66 is no place for what is aligned to 4"],
    [
      "outside of the memory",
      65532,
      "8 bytes at 65532 are outside of the guest's memory",
    ],
    [
      "a negative i32",
      -8,
      "8 bytes at 4294967288 are outside of the guest's memory",
    ],
  ] as const
) {
  Deno.test(`lowerFunction() traps where the answer's place is ${what}`, () => {
    const { core, guest } = lowered("func() -> option<u32>", () => 1);
    assert.throws(() => core(place), { name: "RangeError", message });
    assert.throws(() => guest.state.check(), { message });
  });
}

/** As many parameters as there are numbers. */
const parameters = (count: number) =>
  Array.from({ length: count }, (_, index) => `p${index}: u32`).join(", ");
const numbers = (count: number) =>
  Array.from({ length: count }, (_, index) => index + 1);

Deno.test("lowerFunction() takes 16 core values one by one", () => {
  const { core } = lowered(
    `func(${parameters(16)}) -> u32`,
    (...all: number[]) => {
      assert.deepEqual(all, numbers(16));
      return 7;
    },
  );
  assert.equal(core(...numbers(16)), 7);
});

Deno.test("lowerFunction() reads more than 16 core values from memory", () => {
  const { core, guest } = lowered(
    `func(a: string, b: u64, ${parameters(14)}) -> tuple<u32, u32>`,
    (a: string, b: bigint, ...rest: number[]) => {
      assert.deepEqual([a, b, rest], ["hi", 2n ** 40n, numbers(14)]);
      return [1, 2];
    },
  );
  guest.bytes().set([104, 105], 512);
  const { view } = guest.memory;
  view.setUint32(64, 512, true);
  view.setUint32(68, 2, true);
  view.setBigUint64(72, 2n ** 40n, true);
  for (const [index, value] of numbers(14).entries()) {
    view.setUint32(80 + index * 4, value, true);
  }
  core(64, 256);
  assert.equal(guest.bytes().slice(256, 264).toHex(), "0100000002000000");
});

Deno.test("lowerFunction() checks where the parameters in memory are", () => {
  for (const place of [66, 65536 - 64, -4]) {
    const { core, guest } = lowered(`func(${parameters(17)})`, () => {});
    assert.throws(() => core(place), RangeError);
    assert.throws(() => guest.state.check(), RangeError);
  }
});

Deno.test("lowerFunction() counts core values, not parameters", () => {
  const { core, guest } = lowered(
    `func(${
      Array.from({ length: 9 }, (_, index) => `p${index}: string`).join(", ")
    }) -> u32`,
    (...all: string[]) => all.length,
  );
  guest.bytes().fill(0, 64, 64 + 72);
  assert.equal(core(64), 9);
});

class Thing {
  constructor(readonly size: number) {}
  static madeOf(size: number): Thing {
    return new Thing(size * 2);
  }
  plus(other: Thing): Thing {
    return new Thing(this.size + other.size);
  }
}

function thingInterface(type: string, name: string): Partial<HostInterface> {
  return {
    functions: { [name]: type },
    types: { thing: "resource" },
    resources: { thing: Thing },
  };
}

Deno.test("lowerFunction() constructs resources, and calls their methods and statics", () => {
  const guest = makeTestGuest();
  const call = (name: string, type: string) =>
    lowered(type, () => {}, { guest, ...thingInterface(type, name) }).core;
  const construct = call("[constructor]thing", "func(size: u32) -> thing");
  const madeOf = call("[static]thing.made-of", "func(size: u32) -> thing");
  const plus = call(
    "[method]thing.plus",
    "func(self: borrow<thing>, other: thing) -> thing",
  );
  const sum = plus(construct(3) as number, madeOf(5) as number) as number;
  assert.equal((guest.state.handles.get(sum, Thing) as Thing).size, 13);
  assert.equal(guest.state.handles.size, 2); // the second operand was handed over
});

Deno.test("lowerFunction() holds no handle back over any number of calls", () => {
  const guest = makeTestGuest();
  const type = "func(self: borrow<thing>, other: thing) -> thing";
  const { core } = lowered(type, () => {}, {
    guest,
    ...thingInterface(type, "[method]thing.plus"),
  });
  const self = guest.state.handles.add(new Thing(1));
  let other = guest.state.handles.add(new Thing(1));
  for (let call = 0; call < 200_000; call++) {
    other = core(self, other) as number;
    if (other > 2) assert.fail("a handle's number was not used again");
  }
  assert.equal(guest.state.handles.size, 2);
  assert.equal(
    (guest.state.handles.get(other, Thing) as Thing).size,
    200_001,
  );
});

Deno.test("lowerFunction() refuses what the interface has no function for", () => {
  const missing = interfaceOf("func()", () => {}, { imports: () => ({}) });
  const { memory } = makeTestGuest();
  assert.throws(() => lowerFunction(missing, "f").bind({}, memory), {
    name: "TypeError",
    message: 'There is no function for "f"',
  });
  assert.throws(
    () =>
      lowered("func(x: borrow<thing>)", () => {}, {
        types: { thing: "resource" },
      }),
    { message: 'test:test/test has no class for the resource "thing"' },
  );
});

const REFUSES = "func() -> result<u8, string>";

Deno.test("lowerFunction() answers a WitError with the error arm", () => {
  const { core, guest } = lowered(REFUSES, () => {
    throw new WitError("no");
  });
  core(64);
  assert.equal(guest.bytes().slice(64, 76).toHex(), "010000000004000002000000");
  guest.state.check();
});

Deno.test("lowerFunction() answers a WitError as a core value where the result is one", () => {
  const { core } = lowered("func() -> result", () => {
    throw new WitError(undefined);
  });
  assert.equal(core(), 1);
});

Deno.test("lowerFunction() remembers any other error as the instance's end", () => {
  const error = new TypeError("broken");
  let calls = 0;
  const { core, guest } = lowered(REFUSES, () => {
    calls++;
    throw error;
  });
  for (let turn = 0; turn < 2; turn++) {
    assert.throws(() => core(64), (thrown) => thrown === error);
  }
  assert.equal(calls, 1);
  assert.throws(() => guest.state.check(), (thrown) => thrown === error);
});

Deno.test("lowerFunction() after a fault does not even read its arguments", () => {
  const guest = makeTestGuest();
  const type = "func(other: thing)";
  const { core } = lowered(type, () => assert.fail("called"), {
    guest,
    ...thingInterface(type, "f"),
  });
  const handle = guest.state.handles.add(new Thing(1));
  guest.state.fault(new Error("over"));
  assert.throws(() => core(handle), /over/);
  assert.equal(guest.state.handles.size, 1);
});

Deno.test("lowerFunction() makes a fault of a WitError that has nowhere to go", () => {
  for (const type of ["func()", "func() -> u32"]) {
    const { core, guest } = lowered(type, () => {
      throw new WitError("no");
    });
    assert.throws(() => core(), TypeError);
    assert.throws(() => guest.state.check(), TypeError);
  }
});

Deno.test("lowerFunction() makes a fault of an answer that cannot be written", () => {
  for (
    const f of [() => Uint8Array.of(1), () => {
      throw new WitError("no");
    }]
  ) {
    const guest = makeTestGuest({ realloc: () => () => 66_000 });
    const type = "func() -> result<list<u8>, string>";
    const { core } = lowered(type, f, { guest });
    assert.throws(() => core(64));
    assert.throws(() => guest.state.check());
  }
});

Deno.test("lowerFunction() makes a fault of a guest that traps in its realloc", () => {
  const trap = new WebAssembly.RuntimeError("unreachable");
  const guest = makeTestGuest({
    realloc: () => () => {
      throw trap;
    },
  });
  const { core } = lowered("func() -> string", () => "text", { guest });
  assert.throws(() => core(64), (thrown) => thrown === trap);
  assert.throws(() => guest.state.check(), (thrown) => thrown === trap);
});

Deno.test("lowerFunction() makes a fault of arguments that are none", () => {
  const { core, guest } = lowered("func(key: string)", () => {});
  assert.throws(() => core(65_000, 1000), RangeError);
  assert.throws(() => guest.state.check(), RangeError);
});
