import assert from "node:assert/strict";
import { readArtifact } from "../runtime/artifact.ts";
import type { Artifact } from "../runtime/artifact.ts";
import type { CoreExport, CoreImportPlan } from "../runtime/link_plan.ts";
import { componentLabel, COMPONENTS, readGuest } from "./_guests.ts";
import { LinkPlanError, readLinkPlan } from "./read_link_plan.ts";
import { transpile } from "./transpile.ts";

async function artifactOf(name: string): Promise<Artifact> {
  const files = await transpile(await readGuest(name));
  return await readArtifact({
    place: "",
    read: (name) => Promise.resolve(files.get(name)!),
  });
}

/** Each import of each core instance, with what the plan gives it. */
function* importsOf({ plan, coreModules }: Artifact) {
  for (const [place, { module, imports }] of plan.instances.entries()) {
    for (
      const { module: namespace, name, kind } of WebAssembly.Module.imports(
        coreModules.get(module)!,
      )
    ) {
      yield { place, namespace, name, kind, given: imports[namespace]?.[name] };
    }
  }
}

function exportsOf({ plan, coreModules }: Artifact, { instance }: CoreExport) {
  const { module } = plan.instances[instance]!;
  return WebAssembly.Module.exports(coreModules.get(module)!);
}

/** All exports of core instances that a plan names. */
function exportsIn(plan: CoreImportPlan): CoreExport[] {
  switch (plan.kind) {
    case "export":
      return [plan.of];
    case "lower":
      return [plan.memory ?? [], plan.realloc ?? []].flat();
    case "drop":
    case "own":
    case "unreachable":
      return [];
  }
}

for (const name of COMPONENTS) {
  Deno.test(`the plan of ${name} gives every core instance what it imports`, async () => {
    const artifact = await artifactOf(name);
    for (const { place, namespace, name, kind, given } of importsOf(artifact)) {
      const where = `${place}: ${namespace} ${name}`;
      assert.ok(given !== undefined, where);
      const isLate = given.kind === "lower" && given.late === true;
      for (const of of exportsIn(given)) {
        const { length } = artifact.plan.instances;
        assert.ok(of.instance < (isLate ? length : place), where);
        assert.ok(
          exportsOf(artifact, of).some(({ name }) => name === of.name),
          `${where} is of no export`,
        );
      }
      if (given.kind !== "export") assert.equal(kind, "function", where);
    }
  });

  Deno.test(`the plan of ${name} calls what the component imports`, async () => {
    const artifact = await artifactOf(name);
    const wanted = new Map(
      artifact.imports.map((item) => [item.label, item]),
    );
    const called = new Set<string>();
    for (const { given } of importsOf(artifact)) {
      if (given?.kind === "lower") {
        const { label, function: wit } = given;
        assert.ok(wanted.get(label)?.functions[wit], `${label}#${wit}`);
        called.add(`${label}#${wit}`);
      }
      if (given?.kind === "drop") {
        const { label, resource } = given;
        assert.equal(wanted.get(label)?.types[resource], "resource");
      }
    }
    const imported = artifact.imports.flatMap(({ label, functions }) =>
      Object.keys(functions).map((wit) => `${label}#${wit}`)
    );
    assert.deepEqual([...called].sort(), imported.sort());
  });

  Deno.test(`the plan of ${name} gives each core import the function of its name`, async () => {
    const artifact = await artifactOf(name);
    const labels = artifact.imports.map(({ label }) => label);
    // Functions that need the memory go through a table: the shim has a place for each,
    // which a later instance fills.
    const filled = new Map<string, CoreImportPlan>();
    for (const { namespace, name, kind, given } of importsOf(artifact)) {
      const isLabel = componentLabel(labels, namespace) !== undefined;
      if (kind === "function" && !isLabel) filled.set(name, given!);
    }
    let checked = 0;
    for (const { namespace, name, given } of importsOf(artifact)) {
      const label = componentLabel(labels, namespace);
      if (label === undefined || given === undefined) continue;
      const plan = given.kind === "export" ? filled.get(given.of.name) : given;
      checked++;
      if (plan?.kind === "lower") {
        assert.deepEqual([plan.label, plan.function], [label, name]);
      } else if (plan?.kind === "drop") {
        assert.deepEqual(
          [plan.label, `[resource-drop]${plan.resource}`],
          [label, name],
        );
      } else assert.fail(`${namespace} ${name} is neither called nor dropped`);
    }
    assert.equal(checked > 0, artifact.imports.length > 0);
  });

  Deno.test(`the plan of ${name} names core exports that are there`, async () => {
    const artifact = await artifactOf(name);
    const { exports } = artifact.plan;
    for (const place of Object.values(exports)) {
      assert.ok(
        exportsOf(artifact, place).some((item) =>
          item.name === place.name && item.kind === "function"
        ),
      );
    }
    for (const label of artifact.exports) {
      if (!label.startsWith("wasi:http/incoming-handler@")) continue;
      assert.equal(exports[`${label}#handle`]?.name, `${label}#handle`);
    }
  });
}

/** What jco writes, cut down to what is read of it. */
const SCRIPT = `
const { OutputStream, Error: Error$1 } = imports['wasi:io/streams@0.2.0'];
let gen = (function* _initGenerator () {
  const module0 = getCoreModule('component.core.wasm');
  const module1 = getCoreModule('component.core2.wasm');
  const _trampoline4 = function (...args) { [iface="wasi:io/streams@0.2.0", function="[method]output-stream.write"] };
  let trampoline4;
  function trampoline7(handle) {
    const handleEntry = rscTableRemove(handleTable1, handle);
    if (handleEntry.own) {
      Error$1[symbolCabiDispose](handleEntry.rep);
    }
  }
  ({ exports: exports0 } = yield instantiateCore(yield module1));
  ({ exports: exports1 } = yield instantiateCore(yield module0, {
    'wasi:io/streams@0.2.0': {
      '[method]output-stream.write': exports0['0'],
      '[resource-drop]error': trampoline7,
    },
  }));
  memory0 = exports1.memory;
  realloc0 = exports1['cabi_realloc'];
  if (OutputStream.prototype.write[symbolCabiLower]) {
    trampoline4 = OutputStream.prototype.write[symbolCabiLower]({memory: memory0, realloc: realloc0,});
  }
  ({ exports: exports2 } = yield instantiateCore(yield module1, {
    '': {
      $imports: exports0.$imports,
      '0': trampoline4,
    },
  }));
  run = exports1['wasi:cli/run@0.2.0#run'];
  return { run };
`;

Deno.test("readLinkPlan() reads what jco writes", () => {
  const memory = { instance: 1, name: "memory" };
  assert.deepEqual(readLinkPlan(SCRIPT), {
    instances: [
      { module: "component.core2.wasm", imports: {} },
      {
        module: "component.core.wasm",
        imports: {
          "wasi:io/streams@0.2.0": {
            "[method]output-stream.write": {
              kind: "export",
              of: { instance: 0, name: "0" },
            },
            "[resource-drop]error": {
              kind: "drop",
              label: "wasi:io/streams@0.2.0",
              resource: "error",
            },
          },
        },
      },
      {
        module: "component.core2.wasm",
        imports: {
          "": {
            "$imports": {
              kind: "export",
              of: { instance: 0, name: "$imports" },
            },
            "0": {
              kind: "lower",
              label: "wasi:io/streams@0.2.0",
              function: "[method]output-stream.write",
              memory,
              realloc: { instance: 1, name: "cabi_realloc" },
            },
          },
        },
      },
    ],
    exports: {
      "wasi:cli/run@0.2.0#run": {
        instance: 1,
        name: "wasi:cli/run@0.2.0#run",
      },
    },
  });
});

/** Changes to the script, and the statement that is refused. */
const CHANGES: readonly [
  what: string,
  from: string,
  to: string,
  line: string,
][] = [
  [
    "a statement of another form",
    "memory0 = exports1.memory;",
    "memory0 = wrap(exports1.memory);",
    "memory0 = wrap(exports1.memory);",
  ],
  [
    "a value of another form",
    "exports0['0'],",
    "() => 5,",
    "() => 5,",
  ],
  [
    "a trampoline that is neither lowered nor a drop",
    "'0': trampoline4,",
    "'0': trampoline9,",
    "},",
  ],
  [
    "an instance that comes later",
    "$imports: exports0.$imports",
    "$imports: exports8.$imports",
    "'0': trampoline4,",
  ],
  [
    "a module that is not there",
    "yield module1));",
    "yield module8));",
    "({ exports: exports1 } = yield instantiateCore(yield module0, {",
  ],
  [
    "a memory that is not there",
    "{memory: memory0, ",
    "{memory: memory3, ",
    "({ exports: exports2 } = yield instantiateCore(yield module1, {",
  ],
];

for (const [what, from, to, line] of CHANGES) {
  Deno.test(`readLinkPlan() refuses ${what}`, () => {
    const script = SCRIPT.replace(from, () => to);
    assert.notEqual(script, SCRIPT);
    assert.throws(() => readLinkPlan(script), (error) => {
      assert.ok(error instanceof LinkPlanError);
      assert.equal(
        error.message,
        `Cannot read how the component's modules are joined: "${line}" is not known; ` +
          "components that are composed of several cannot be served yet",
      );
      return true;
    });
  });
}

Deno.test("readLinkPlan() knows a drop that no import can make needed", () => {
  const script = SCRIPT.replace(
    "Error$1[symbolCabiDispose](handleEntry.rep);",
    "throw new TypeError('unreachable trampoline for resource [0]');",
  );
  assert.notEqual(script, SCRIPT);
  const { imports } = readLinkPlan(script).instances[1]!;
  assert.deepEqual(imports["wasi:io/streams@0.2.0"]!["[resource-drop]error"], {
    kind: "unreachable",
    resource: "error",
  });
});

Deno.test("readLinkPlan() refuses a script that joins nothing", () => {
  assert.throws(() => readLinkPlan("export const a = 1;"), {
    name: "LinkPlanError",
    message: "Cannot find where core modules are joined",
  });
});

Deno.test("readLinkPlan() refuses a trampoline that does not say what it calls", () => {
  assert.throws(
    () => readLinkPlan(SCRIPT.replace("_trampoline4 =", "_trampoline5 =")),
    {
      name: "LinkPlanError",
      message: "Cannot tell what trampoline 4 calls",
    },
  );
});

Deno.test("readLinkPlan() refuses strings that are not UTF-8, and would be misread", () => {
  const options = "{memory: memory0, realloc: realloc0,";
  const script = SCRIPT.replace(options, `${options} stringEncoding: 'utf16',`);
  assert.notEqual(script, SCRIPT);
  assert.throws(() => readLinkPlan(script), {
    name: "LinkPlanError",
    message: "Cannot pass strings as utf16: " +
      "components that do not use UTF-8 cannot be served yet",
  });
});

Deno.test("readLinkPlan() refuses a script that ends in the middle", () => {
  const end = SCRIPT.indexOf("  return { run };");
  assert.throws(() => readLinkPlan(SCRIPT.slice(0, end)), LinkPlanError);
});
