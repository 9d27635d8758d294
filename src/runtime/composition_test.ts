import assert from "node:assert/strict";
import {
  TEST_EXPORT,
  testArtifact,
  testContext,
  testInterface,
} from "./_test_component.ts";
import type { Artifact, Signatures } from "./artifact.ts";
import { compose, type Part, survey } from "./composition.ts";
import type { CoreImportPlan } from "./link_plan.ts";
import { LinkError, type MissingImport } from "./linker.ts";

/** What a component imports and exports: labels and the type of their only function, `f`. */
interface Sides {
  readonly imports?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly resources?: Signatures["resources"];
}

function part(name: string, sides: Sides): Part {
  const { imports = {}, exports = {}, resources = [] } = sides;
  const [label] = Object.keys(imports);
  const f: CoreImportPlan = label === undefined
    ? { kind: "unreachable", resource: "thing" }
    : { kind: "lower", label, function: "f" };
  const functionsOf = (table: Readonly<Record<string, string>>) =>
    Object.entries(table).map(([label, f]) => [label, { f }] as const);
  const artifact: Artifact = {
    ...testArtifact(f),
    imports: Object.entries(imports).map(([label, f]) => ({
      name: label.split("@")[0]!,
      version: label.split("@")[1] ?? "",
      label,
      functions: { f },
      types: {},
    })),
    exports: Object.keys(exports),
    signatures: {
      resources,
      imports: Object.fromEntries(functionsOf(imports)),
      exports: Object.fromEntries(
        functionsOf(exports).map((
          [label, functions],
        ) => [label, { functions, resources: {} }]),
      ),
    },
  };
  return { name, artifact, interfaces: [] };
}

function missingOf(main: Part, ...siblings: Part[]): readonly MissingImport[] {
  try {
    compose(main, siblings);
  } catch (error) {
    if (error instanceof LinkError) return error.missing;
    throw error;
  }
  return [];
}

const F = "func(x: u32) -> u32";

Deno.test("compose() refuses components that import each other, and says which", () => {
  const main = part("main", { imports: { "a:a/a@1.0.0": F } });
  const a = part("a", {
    imports: { "b:b/b@1.0.0": F },
    exports: { "a:a/a@1.0.0": F },
  });
  const b = part("b", {
    imports: { "a:a/a@1.0.0": F },
    exports: { "b:b/b@1.0.0": F },
  });
  assert.deepEqual(missingOf(main, a, b), [{
    import: '"main" -> "a" -> "b" -> a:a/a@1.0.0',
    reason: 'the components import each other: "a" from "b" from "a"',
  }]);
});

Deno.test("compose() looks at components that nothing reaches", () => {
  const alone = part("alone", { imports: { "a:a/a@1.0.0": F } });
  assert.deepEqual(
    missingOf(part("main", {}), alone).map((missing) => missing.import),
    ['"alone" -> a:a/a@1.0.0'],
  );
});

Deno.test("compose() takes an interface by its exact version", () => {
  const main = part("main", { imports: { "a:a/a@1.0.0": F } });
  const other = part("other", { exports: { "a:a/a@1.0.1": F } });
  assert.equal(missingOf(main, other).length, 1);
});

for (
  const [what, exported, reason] of [
    [
      "another type",
      "func(x: u64) -> u32",
      'the component has func(x: u32) -> u32 where "a" has func(x: u64) -> u32',
    ],
    [
      "another parameter",
      "func(y: u32) -> u32",
      'the component has func(x: u32) -> u32 where "a" has func(y: u32) -> u32',
    ],
  ] as const
) {
  Deno.test(`compose() refuses an export of ${what}`, () => {
    const label = "a:a/a@1.0.0";
    const main = part("main", { imports: { [label]: F } });
    const a = part("a", { exports: { [label]: exported } });
    assert.deepEqual(missingOf(main, a), [{ import: `${label}#f`, reason }]);
  });
}

Deno.test("compose() refuses an export with a type that cannot be passed", () => {
  const label = "a:a/a@1.0.0";
  const stream = "func(x: stream<u8>)";
  const main = part("main", { imports: { [label]: stream } });
  const a = part("a", { exports: { [label]: stream } });
  const [{ reason } = { reason: "" }] = missingOf(main, a);
  assert.match(
    reason,
    /^"a" exports it with types that cannot be passed between components: /,
  );
});

Deno.test("compose() tells two components' resources apart that look the same", () => {
  const label = "a:a/a@1.0.0";
  const taking = "func(x: resource_0)";
  const main = part("main", {
    imports: { [label]: taking },
    resources: [{ kind: "own" }],
  });
  const a = part("a", {
    exports: { [label]: taking },
    resources: [{ kind: "own" }],
  });
  assert.deepEqual(missingOf(main, a), [{
    import: `${label}#f`,
    reason: 'its resources are not those that "a" has',
  }]);
});

Deno.test("compose() prefers a component to the host, but for the component itself", async () => {
  const label = "test:test/test@0.1.0";
  const host = testInterface(F, () => 1);
  const main = {
    ...part("main", { imports: { [label]: F } }),
    interfaces: [host],
  };
  const proxy = {
    ...part("proxy", { imports: { [label]: F }, exports: { [label]: F } }),
    interfaces: [host],
  };
  const { make, unreached } = compose(main, [proxy]);
  assert.deepEqual(unreached, []);
  assert.deepEqual(compose(proxy, [main]).unreached, ["main"]);
  // Only instances of a group can call one another: it is the component that is asked.
  const context = testContext();
  const { GuestState } = await import("./abi/guest_memory.ts");
  await assert.rejects(make(context, new GuestState()), TypeError);
  const alone = compose(proxy, []);
  const instance = await alone.make(context, new GuestState());
  assert.equal(instance.parameterCount(`${TEST_EXPORT}#call`), 1);
});

Deno.test("survey() says of each import what compose() makes of it", () => {
  const host = testInterface(F, () => 1);
  const [served, differs, absent] = [
    "a:a/a@1.0.0",
    "b:b/b@1.0.0",
    "c:c/c@1.0.0",
  ];
  const main = {
    ...part("main", {
      imports: {
        "test:test/test@0.1.0": F,
        [served]: F,
        [differs]: F,
      },
    }),
    interfaces: [host],
  };
  const a = part("a", {
    imports: { [absent]: F },
    exports: { [served]: F, [differs]: "func()" },
  });
  const alone = part("alone", {});
  const { parts, missing } = survey(main, [a, alone]);
  assert.deepEqual(
    parts.map(({ part, findings, reached }) => ({
      name: part.name,
      reached,
      findings: findings.map(({ wanted, link, missing }) => ({
        import: wanted.label,
        by: link?.exporter ?? link?.offered.name,
        missing: missing.map((each) => each.import),
      })),
    })),
    [{
      name: "main",
      reached: true,
      findings: [
        {
          import: "test:test/test@0.1.0",
          by: "test:test/test",
          missing: [],
        },
        { import: served, by: "a", missing: [] },
        { import: differs, by: "a", missing: [`${differs}#f`] },
      ],
    }, {
      name: "a",
      reached: true,
      findings: [{ import: absent, by: undefined, missing: [absent] }],
    }, { name: "alone", reached: false, findings: [] }],
  );
  assert.deepEqual(missing, missingOf(main, a, alone));
});
