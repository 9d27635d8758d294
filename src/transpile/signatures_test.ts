import assert from "node:assert/strict";
import { COMPONENTS, readGuest } from "./_guests.ts";
import { readSignatures } from "./signatures.ts";

Deno.test("readSignatures() writes types out, and gives a resource one number wherever it is", async () => {
  const { resources, imports, exports } = readSignatures(
    await readGuest("compose_text"),
  );
  const upper = exports["acme:text/upper@1.0.0"]!;
  const tally = exports["acme:text/tally@1.0.0"]!;
  assert.deepEqual(
    Object.fromEntries(
      Object.entries(upper.resources)
        .map(([name, number]) => [name, resources[number]]),
    ),
    {
      "input-stream": {
        kind: "import",
        label: "wasi:io/streams@0.2.12",
        resource: "input-stream",
      },
      "output-stream": {
        kind: "import",
        label: "wasi:io/streams@0.2.12",
        resource: "output-stream",
      },
      bucket: {
        kind: "import",
        label: "wasi:keyvalue/store@0.2.0-draft",
        resource: "bucket",
      },
    },
  );
  const bucket = `resource_${upper.resources["bucket"]}`;
  assert.equal(
    upper.functions["put"],
    `func(bucket: borrow<${bucket}>, key: string, value: string) -> bool`,
  );
  assert.equal(
    imports["wasi:keyvalue/store@0.2.0-draft"]!["open"],
    `func(identifier: string) -> result<${bucket}, ` +
      "variant { no-such-store, access-denied, other(string) }>",
  );
  const number = tally.resources["tally"]!;
  assert.deepEqual(resources[number], { kind: "own" });
  assert.equal(
    tally.functions["[static]tally.joined"],
    `func(a: resource_${number}, b: borrow<resource_${number}>) -> resource_${number}`,
  );
});

Deno.test("readSignatures() reads the same types on both sides of an interface", async () => {
  const [front, math] = await Promise.all(
    ["compose_front", "compose_math"].map(async (name) =>
      readSignatures(await readGuest(name))
    ),
  );
  const label = "acme:math/add@1.0.0";
  const wanted = front!.imports[label]!;
  assert.deepEqual(
    wanted,
    Object.fromEntries(
      Object.entries(math!.exports[label]!.functions)
        .filter(([name]) => name in wanted),
    ),
  );
  assert.equal(
    wanted["points"],
    "func(points: list<record { x: f32, y: f64, label: option<string> }>) -> " +
      "list<record { x: f32, y: f64, label: option<string> }>",
  );
});

for (const name of COMPONENTS) {
  Deno.test(`readSignatures() knows every resource and type of ${name}`, async () => {
    const { resources, imports, exports } = readSignatures(
      await readGuest(name),
    );
    const functions = [
      ...Object.values(imports),
      ...Object.values(exports).map(({ functions }) => functions),
    ].flatMap((types) => Object.values(types));
    for (const text of functions) {
      assert.doesNotMatch(text, /\?/);
      for (const [, number] of text.matchAll(/resource_(\d+)/g)) {
        assert.ok(Number(number) < resources.length, text);
      }
    }
    for (const origin of resources) {
      if (origin.kind === "import") assert.ok(origin.label in imports);
    }
  });
}
