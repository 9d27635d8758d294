import assert from "node:assert/strict";
import { parseFunction } from "./wit_type.ts";

const typeOf = (text: string, types: Readonly<Record<string, string>> = {}) =>
  parseFunction(`func() -> ${text}`, types).result;

const u8 = { kind: "u8" } as const;

const TYPES: readonly [text: string, type: unknown][] = [
  ["u8", u8],
  ["list<list<u8>>", { kind: "list", element: { kind: "list", element: u8 } }],
  ["option<u8>", { kind: "option", some: u8 }],
  ["tuple<u8, string>", { kind: "tuple", elements: [u8, { kind: "string" }] }],
  ["result", { kind: "result", ok: undefined, error: undefined }],
  ["result<u8>", { kind: "result", ok: u8, error: undefined }],
  ["result<_, u8>", { kind: "result", ok: undefined, error: u8 }],
  ["result<u8, u8>", { kind: "result", ok: u8, error: u8 }],
  ["borrow<thing>", { kind: "borrow", resource: "thing" }],
  ["record { a-b: u8 }", {
    kind: "record",
    fields: [{ name: "a-b", type: u8 }],
  }],
  ["enum { a, B-c }", { kind: "enum", cases: ["a", "B-c"] }],
  ["flags { a, b }", { kind: "flags", names: ["a", "b"] }],
  [
    "variant { a, b(u8) }",
    {
      kind: "variant",
      cases: [{ name: "a", type: undefined }, { name: "b", type: u8 }],
    },
  ],
];

for (const [text, type] of TYPES) {
  Deno.test(`parseFunction() reads ${text}`, () => {
    assert.deepEqual(typeOf(text), type);
  });
}

Deno.test("parseFunction() reads parameters, and no result", () => {
  assert.deepEqual(
    parseFunction("func(self: borrow<thing>, key: string)", {
      thing: "resource",
    }),
    {
      parameters: [
        { name: "self", type: { kind: "borrow", resource: "thing" } },
        { name: "key", type: { kind: "string" } },
      ],
      result: undefined,
    },
  );
});

Deno.test("parseFunction() resolves names in names, and resources as owned", () => {
  const types = {
    thing: "resource",
    "two-things": "tuple<thing, small>",
    small: "u8",
  };
  assert.deepEqual(typeOf("list<two-things>", types), {
    kind: "list",
    element: {
      kind: "tuple",
      elements: [{ kind: "own", resource: "thing" }, u8],
    },
  });
});

for (
  const [text, state] of [
    ["func(", "a name is missing"],
    ["func() -> ", "a name is missing"],
    ["func() -> nothing", 'the type "nothing" is not defined'],
    ["func() -> toString", 'the type "toString" is not defined'],
    ["func() -> list<u8", '">" is missing'],
    ["func() -> u8 u8", "it goes on behind its end"],
    ["func(a u8)", '":" is missing'],
    ["func(a: u8 b: u8)", '"," is missing'],
    ["u8", '"func" is missing'],
  ] as const
) {
  Deno.test(`parseFunction() refuses ${text}`, () => {
    assert.throws(() => parseFunction(text, {}), {
      name: "SyntaxError",
      message: `Cannot read WIT type "${text}": ${state}`,
    });
  });
}
