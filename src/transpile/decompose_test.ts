import assert from "node:assert/strict";
import {
  composed,
  type CompositionFaults,
} from "../../tests/support/composed.ts";
import { COMPONENTS, readGuest } from "./_guests.ts";
import { CompositionError, decompose } from "./decompose.ts";

const [math, text, front] = await Promise.all(
  ["compose_math", "compose_text", "compose_front"].map(readGuest),
);

Deno.test("decompose() finds the components, the one that is exported in front", () => {
  assert.deepEqual(decompose(composed([math!, text!, front!])), [
    front,
    math,
    text,
  ]);
});

Deno.test("decompose() takes apart what was composed of compositions", () => {
  const served = composed([math!, text!]);
  assert.deepEqual(decompose(served), [text, math]);
  assert.deepEqual(decompose(composed([served])), [text, math]);
});

for (const name of COMPONENTS) {
  Deno.test(`decompose() leaves ${name} as it is`, async () => {
    const bytes = await readGuest(name);
    const [only, ...others] = decompose(bytes);
    assert.equal(only, bytes);
    assert.deepEqual(others, []);
  });
}

Deno.test("decompose() takes another patch of what is imported for the same", () => {
  const importAs = ["wasi:io/streams@0.2.12", "wasi:io/streams@0.2.6"] as const;
  assert.equal(decompose(composed([math!, text!], { importAs })).length, 2);
});

const REFUSED: readonly (readonly [
  what: string,
  faults: CompositionFaults,
  state: string,
])[] = [
  [
    "an interface that is exported under another name",
    { exportAs: "acme:other/other" },
    '"acme:other/other" is exported under another name',
  ],
  [
    "two instances of one component",
    { twice: true },
    "it has two instances of one component",
  ],
  [
    "an import that is given another interface",
    { importAs: ["wasi:io/streams@0.2.12", "acme:io/streams"] },
    '"wasi:io/streams@0.2.12" is given something else than that interface',
  ],
];

for (const [what, faults, state] of REFUSED) {
  Deno.test(`decompose() refuses ${what}`, () => {
    assert.throws(
      () => decompose(composed([math!, text!], faults)),
      (error) => {
        assert.ok(error instanceof CompositionError);
        assert.equal(
          error.message,
          `Cannot take the composed component apart: ${state}; ` +
            "name its components in dev.components instead",
        );
        return true;
      },
    );
  });
}

Deno.test("decompose() refuses a composition that ends too early", () => {
  const bytes = composed([math!]);
  // From within its component to its last byte but one.
  for (let length = bytes.length - 100; length < bytes.length; length++) {
    const cut = bytes.slice(0, length);
    try {
      decompose(cut);
      assert.fail(`${length} bytes were enough`);
    } catch (error) {
      if (error instanceof CompositionError) continue;
      assert.ok(error instanceof RangeError, `${length} bytes: ${error}`);
    }
  }
});
