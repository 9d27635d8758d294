import assert from "node:assert/strict";
import { componentWit } from "@bytecodealliance/jco-transpile/wasm-tools";
import { importedFunctions } from "../../tests/guests/toolchains/every_import.ts";
import {
  componentLabel,
  COMPONENTS,
  readGuest,
  seededRandom,
} from "./_guests.ts";
import { readComponent, wasmKind } from "./component.ts";

for (
  const [name, kind] of [
    ["hello", "component"],
    ["rust_wstd", "component"],
    ["core_module", "core module"],
    ["module_without_types", "core module"],
    ["not_wasm", "not WebAssembly"],
    ["empty", "not WebAssembly"],
  ] as const
) {
  Deno.test(`wasmKind() of ${name} is ${kind}`, async () => {
    assert.equal(wasmKind(await readGuest(name)), kind);
  });
}

Deno.test("wasmKind() of a file that ends in its head is not WebAssembly", async () => {
  const bytes = await readGuest("hello");
  for (let length = 0; length < 8; length++) {
    assert.equal(wasmKind(bytes.subarray(0, length)), "not WebAssembly");
  }
  assert.equal(wasmKind(bytes.subarray(0, 8)), "component");
});

Deno.test("readComponent() reads the interfaces, functions and types of kv_get", async () => {
  const { imports, exports } = readComponent(await readGuest("kv_get"));
  assert.deepEqual(exports, ["wasi:http/incoming-handler@0.2.12"]);
  assert.deepEqual(imports.map(({ label }) => label), [
    "wasi:keyvalue/store@0.2.0-draft",
    "wasi:io/error@0.2.12",
    "wasi:io/streams@0.2.12",
    "wasi:http/types@0.2.12",
  ]);
  assert.deepEqual(imports[0], {
    name: "wasi:keyvalue/store",
    version: "0.2.0-draft",
    label: "wasi:keyvalue/store@0.2.0-draft",
    functions: {
      "open": "func(identifier: string) -> result<bucket, error>",
      "[method]bucket.get":
        "func(self: borrow<bucket>, key: string) -> result<option<list<u8>>, error>",
    },
    types: {
      bucket: "resource",
      error: "variant { no-such-store, access-denied, other(string) }",
    },
  });
  const types = imports[3]!;
  assert.equal(
    types.functions["[static]response-outparam.set"],
    "func(param: response-outparam, response: result<outgoing-response, error-code>)",
  );
  assert.equal(
    types.types["field-size-payload"],
    "record { field-name: option<string>, field-size: option<u32> }",
  );
});

Deno.test("readComponent() keeps two versions of one interface apart", async () => {
  const { imports } = readComponent(await readGuest("wasi_two_versions"));
  assert.deepEqual(
    imports.filter(({ name }) => name === "wasi:io/streams")
      .map(({ version }) => version),
    ["0.2.6", "0.2.0"],
  );
});

Deno.test("readComponent() tells an import's label from the interface it implements", async () => {
  const { imports } = readComponent(await readGuest("kv_labels"));
  const [plain, ...labelled] = imports.filter(({ name }) =>
    name === "wasi:keyvalue/store"
  );
  assert.equal(plain?.label, "wasi:keyvalue/store@0.2.0-draft");
  assert.equal("labelled" in plain, false);
  assert.deepEqual(
    labelled.map(({ version, label, labelled }) => [version, label, labelled]),
    [["0.2.0-draft", "cache", true], ["0.2.0-draft", "user-sessions", true]],
  );
  assert.deepEqual(labelled[0]?.functions, labelled[1]?.functions);
});

/** A component whose only import has these options: `x`, an instance without exports. */
function withOptions(...options: number[]): Uint8Array {
  const head = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
  const types = [7, 3, 1, 0x42, 0];
  const section = [1, 0x02, 1, 0x78, ...options, 0x05, 0];
  return Uint8Array.of(...head, ...types, 10, section.length, ...section);
}

/** `a:b/c` with its length before it. */
const A_B_C = [5, 0x61, 0x3a, 0x62, 0x2f, 0x63];

Deno.test("readComponent() reads the options of a name, and refuses one it does not know", () => {
  const imported = (...options: number[]) =>
    readComponent(withOptions(...options)).imports.map((
      { name, label, labelled },
    ) => [name, label, labelled ?? false]);
  assert.deepEqual(imported(0), [["x", "x", false]]);
  assert.deepEqual(imported(1, 0x00, ...A_B_C), [["a:b/c", "x", true]]);
  // An id that the component has for its own use changes nothing.
  assert.deepEqual(imported(2, 0x02, 1, 0x69, 0x00, ...A_B_C), [
    ["a:b/c", "x", true],
  ]);
  assert.throws(() => imported(1, 0x07, 1, 0x69), TypeError);
});

Deno.test("readComponent() reads a component that imports nothing", async () => {
  assert.deepEqual(readComponent(await readGuest("component_without_http")), {
    imports: [],
    exports: ["acme:stuff/thing@1.0.0"],
  });
});

Deno.test("readComponent() reads the versions of each guest", async () => {
  for (const patch of ["0.2.0", "0.2.3", "0.2.6"]) {
    const name = `wasi_${patch.replaceAll(".", "_")}`;
    const { imports } = readComponent(await readGuest(name));
    const versions = imports.filter(({ name }) => !name.includes("keyvalue"))
      .map(({ version }) => version);
    assert.deepEqual(new Set(versions), new Set([patch]));
  }
});

for (const name of COMPONENTS) {
  Deno.test(`readComponent() finds in ${name} the functions that wasm-tools finds`, async () => {
    const bytes = await readGuest(name);
    const { imports, exports } = readComponent(bytes);
    const found = imports.flatMap(({ label, functions }) =>
      Object.keys(functions).map((name) => `${label}#${name}`)
    );
    const labels = imports.map(({ label }) => label);
    const called = (await importedFunctions(bytes)).map((text) => {
      const [label, name] = text.split("#") as [string, string];
      return `${componentLabel(labels, label)}#${name}`;
    });
    const wit = await componentWit(bytes);
    assert.deepEqual(found.sort(), [...new Set(called)].sort());
    assert.deepEqual(
      exports,
      [...wit.matchAll(/^ {2}export (\S+);$/gm)].map(([, label]) => label),
    );
    // Every type that a function names is a word of WIT, or defined beside it.
    for (const { functions, types } of imports) {
      for (const text of Object.values(functions)) {
        assert.doesNotMatch(text, /undefined|func\(\?\)/);
        const named = text.match(/(?<=borrow<)[\w-]+/g) ?? [];
        for (const type of named) assert.equal(types[type], "resource");
      }
    }
  });
}

/** Reads damaged bytes; they may be read, or refused by an error that says why. */
function readDamaged(bytes: Uint8Array, what: string): void {
  try {
    readComponent(bytes);
  } catch (error) {
    assert.ok(
      error instanceof RangeError || error instanceof TypeError,
      `${what} gave ${error}`,
    );
    // What the reader itself says, or the decoder of names; no slip of its code.
    assert.doesNotMatch(error.message, /of undefined|of null|not a function/);
  }
}

Deno.test("readComponent() refuses a file that is cut anywhere, or reads its whole sections", async () => {
  const bytes = await readGuest("hello");
  for (let length = 8; length < bytes.length; length++) {
    readDamaged(bytes.subarray(0, length), `hello cut at ${length}`);
  }
});

for (const name of ["hello", "kv_labels", "wasi_mixed", "wants_other_types"]) {
  Deno.test(`readComponent() refuses flipped bits in ${name}, or reads what they mean`, async () => {
    const bytes = await readGuest(name);
    const random = seededRandom(0x5eed);
    for (let turn = 0; turn < 3000; turn++) {
      const damaged = bytes.slice();
      const flips = 1 + Math.floor(random() * 4);
      for (let flip = 0; flip < flips; flip++) {
        damaged[8 + Math.floor(random() * (bytes.length - 8))]! ^= 1 <<
          Math.floor(random() * 8);
      }
      readDamaged(damaged, `${name}, turn ${turn}`);
    }
  });
}

Deno.test("readComponent() refuses random sections", () => {
  const random = seededRandom(0xbad);
  const ids = [5, 6, 7, 10, 11];
  for (let turn = 0; turn < 5000; turn++) {
    const length = Math.floor(random() * 60);
    const section = Uint8Array.from(
      { length },
      () => Math.floor(random() * 256),
    );
    const head = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ids[turn % 5]!, length];
    readDamaged(Uint8Array.of(...head, ...section), `turn ${turn}`);
  }
});

Deno.test("readComponent() refuses a count of instances that the file cannot hold", () => {
  const head = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
  const section = [5, 5, 0xff, 0xff, 0xff, 0xff, 0x0f];
  assert.throws(
    () => readComponent(Uint8Array.of(...head, ...section)),
    RangeError,
  );
});

Deno.test("readComponent() refuses types that are nested without end", () => {
  // An instance type whose only declaration is an instance type, and so on.
  const nested = new Uint8Array(600_000);
  for (let offset = 0; offset < nested.length; offset += 3) {
    nested.set([0x42, 0x01, 0x01], offset);
  }
  const size = nested.length + 1;
  const length = [size & 0x7f | 0x80, size >> 7 & 0x7f | 0x80, size >> 14];
  const head = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 7, ...length, 1];
  assert.throws(
    () => readComponent(Uint8Array.from([...head, ...nested])),
    RangeError,
  );
});
