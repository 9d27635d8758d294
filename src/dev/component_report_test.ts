import assert from "node:assert/strict";
import { seededRandom } from "../transpile/_guests.ts";
import { composed } from "../../tests/support/composed.ts";
import { ARTIFACT_CACHE, guestPath } from "../../tests/support/guest_app.ts";
import { makeProject } from "../../tests/support/run_main.ts";
import { type Host, makeHost, siblingParts } from "../assemble.ts";
import { type Config, loadConfig } from "../config/mod.ts";
import { linkComponent } from "../runtime/component.ts";
import { link, LinkError, type MissingImport } from "../runtime/linker.ts";
import { wasmKind } from "../transpile/component.ts";
import { BuildError } from "./build_error.ts";
import {
  describeComponents,
  type DescribedComponent,
  type DescribedProject,
  witTexts,
} from "./component_report.ts";
import { loadArtifacts, type LoadedArtifacts } from "./load_app.ts";

/** A project that is loaded, and nothing more. */
interface Loaded extends AsyncDisposable {
  readonly config: Config;
  readonly host: Host;
  readonly loaded: LoadedArtifacts;
}

/** @param dev More of `dev`, as YAML. */
async function load(
  component: string,
  dev = "",
  cacheDirectory = ARTIFACT_CACHE,
): Promise<Loaded> {
  await using project = await makeProject(
    `dev:\n  component_path: ${component}\n${dev}`,
  );
  const { config } = await loadConfig({
    cwd: project.path,
    env: {},
    flags: {},
  });
  const loaded = await loadArtifacts({ config, cacheDirectory, build: false });
  const host = makeHost(config, { emit: () => assert.fail("it is silent") });
  return {
    config,
    host,
    loaded,
    async [Symbol.asyncDispose]() {
      await host.clients[Symbol.asyncDispose]();
      await host.blobFolder[Symbol.asyncDispose]();
      await host.buckets[Symbol.asyncDispose]();
    },
  };
}

async function describe(
  component: string,
  dev?: string,
): Promise<DescribedProject> {
  await using project = await load(component, dev);
  return await describeComponents(project);
}

/** What linking refuses, really. */
function refusals({ loaded, host }: Loaded): readonly MissingImport[] {
  try {
    linkComponent(loaded.artifact, {
      ...host,
      siblings: siblingParts(loaded.siblings, host),
      output: { line() {}, message() {} },
    });
  } catch (error) {
    if (error instanceof LinkError) return error.missing;
    throw error;
  }
  return [];
}

const GUESTS = [
  ...Deno.readDirSync(new URL("../../tests/guests", import.meta.url)),
]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".wasm"))
  .map((name) => name.slice(0, -".wasm".length))
  .sort();

/** Files that are nothing that can be served, and why. */
const UNSERVABLE: Readonly<Record<string, string>> = {
  dwarf_cpp: "not-adaptable",
  dwarf_rust: "not-adaptable",
  empty: "component-empty",
  module_without_types: "not-adaptable",
  not_wasm: "not-webassembly",
};

for (const guest of GUESTS.filter((name) => name in UNSERVABLE)) {
  Deno.test(`describing ${guest} fails as serving it does`, async () => {
    await assert.rejects(load(guestPath(guest)), (error) => {
      assert.ok(error instanceof BuildError);
      assert.equal(error.code, UNSERVABLE[guest]);
      return true;
    });
  });
}

for (const guest of GUESTS.filter((name) => !(name in UNSERVABLE))) {
  Deno.test(`describeComponents() says of ${guest} what linking does`, async () => {
    await using project = await load(guestPath(guest));
    const { artifact } = project.loaded;
    const { refused, components } = await describeComponents(project);
    const [first, ...more] = refusals(project);
    const isCalled = components[0]!.uses.some(({ by }) => by === "wharf");
    // Linking stops at a component that nobody calls; the report goes on to its imports.
    assert.deepEqual(
      refused,
      first === undefined
        ? []
        : [first, ...isCalled ? more : importRefusals(project)],
    );
    const [only, ...others] = components;
    assert.deepEqual(others, []);
    assert.deepEqual(
      only!.imports.map(({ by }) => by),
      artifact.imports.map((wanted) => {
        try {
          link([wanted], project.host.interfaces);
          return "wharf";
        } catch (error) {
          assert.ok(error instanceof LinkError);
          return "nothing";
        }
      }),
    );
    assert.deepEqual(
      only!.imports.map(({ label, name }) => label ?? name),
      artifact.imports.map(({ label }) => label),
    );
    assert.deepEqual(only!.exports, artifact.exports);
    assert.deepEqual(only!.uses.map(({ name }) => name), artifact.exports);
    const bytes = await Deno.readFile(guestPath(guest));
    assert.equal(only!.size, bytes.length);
    assert.equal(only!.adapted, wasmKind(bytes) === "core module");
    assert.match(only!.wit, /^package root:component;\n\nworld root \{\n/);
    for (const name of artifact.exports) {
      assert.ok(only!.wit.includes(`export ${name};`), only!.wit);
    }
  });
}

/** What stands in the way of a component's imports, whatever it exports. */
function importRefusals({ loaded, host }: Loaded): readonly MissingImport[] {
  try {
    link(loaded.artifact.imports, host.interfaces);
  } catch (error) {
    if (error instanceof LinkError) return error.missing;
    throw error;
  }
  return [];
}

function importOf({ imports }: DescribedComponent, name: string) {
  return imports.find((each) => (each.label ?? each.name) === name);
}

Deno.test("describeComponents() says what is missing, and the nearest", async () => {
  const { components: [only], refused } = await describe(
    guestPath("wants_missing"),
  );
  assert.equal(refused.length, 3);
  assert.deepEqual(
    only!.imports.filter(({ by }) => by === "nothing"),
    [{
      name: "acme:stuff/thing@1.0.0",
      by: "nothing",
      detail: "not offered",
      limits: [],
    }, {
      name: "wasi:keyvalue/store@0.2.0-draft3",
      by: "nothing",
      detail:
        "this version is not offered; offered are 0.2.0-draft, 0.2.0-draft2",
      limits: [],
    }, {
      name: "wasi:random/random@0.2.12",
      by: "nothing",
      detail:
        "get-random-bits: no such function; the nearest is get-random-bytes",
      limits: [],
    }],
  );
});

Deno.test("describeComponents() names labels, and what is honoured in part", async () => {
  const { components: [labelled] } = await describe(guestPath("kv_labels"));
  assert.deepEqual(importOf(labelled!, "cache"), {
    name: "wasi:keyvalue/store@0.2.0-draft",
    label: "cache",
    by: "wharf",
    offered: "wasi:keyvalue/store@0.2.0-draft",
    limits: [],
  });
  const { components: [all] } = await describe(guestPath("every_import"));
  const { offered, limits } = importOf(all!, "wasi:cli/environment@0.2.12")!;
  assert.equal(offered, "wasi:cli/environment@0.2.x");
  assert.deepEqual(
    limits.map((each) => each.function),
    ["get-arguments", "initial-cwd"],
  );
});

Deno.test("describeComponents() says who calls an export", async (test) => {
  const path = guestPath("kv_watcher");
  const watched =
    "  keyvalue: {buckets: {b: {store: in_memory, watch: true}}}\n";
  const cases = [
    ["", "is told of no change; set dev.keyvalue.buckets.NAME.watch"],
    [watched, "is told of changes"],
  ] as const;
  for (const [dev, detail] of cases) {
    await test.step(detail, async () => {
      const { components: [only] } = await describe(path, dev);
      assert.deepEqual(only!.uses, [
        {
          name: "wasi:http/incoming-handler@0.2.12",
          by: "wharf",
          detail: "answers requests",
        },
        { name: "wasi:keyvalue/watcher@0.2.0-draft", by: "wharf", detail },
      ]);
    });
  }
  await test.step("nobody", async () => {
    const { components: [only], refused } = await describe(
      guestPath("component_without_http"),
    );
    assert.deepEqual(only!.uses, [
      { name: "acme:stuff/thing@1.0.0", by: "nothing" },
    ]);
    assert.deepEqual(refused.map((each) => each.import), [
      "wasi:http/incoming-handler@0.2.x",
    ]);
  });
});

/** Who serves `acme:` to each component, and who calls what it exports. */
function joints({ components }: DescribedProject) {
  return components.map(({ name, reached, imports, uses }) => ({
    name,
    reached,
    imports: Object.fromEntries(
      imports.filter(({ name }) => name.startsWith("acme:"))
        .map(({ name, by, detail }) => [name, detail ?? by]),
    ),
    uses: Object.fromEntries(
      uses.map(({ name, detail, by }) => [name, detail ?? by]),
    ),
  }));
}

Deno.test("describeComponents() says which component serves which", async () => {
  const front = guestPath("compose_front");
  const report = await describe(
    front,
    `  components:
    - {name: math, file: "${guestPath("compose_math")}"}
    - {name: text, file: "${guestPath("compose_text")}"}
    - {name: alone, file: "${guestPath("component_without_http")}"}
`,
  );
  assert.deepEqual(report.refused, []);
  assert.deepEqual(
    report.components.map(({ file }) => file),
    ["compose_front", "compose_math", "compose_text", "component_without_http"]
      .map(guestPath),
  );
  assert.deepEqual(joints(report), [{
    name: front,
    reached: true,
    imports: {
      "acme:math/add@1.0.0": "math",
      "acme:text/upper@1.0.0": "text",
      "acme:text/tally@1.0.0": "text",
    },
    uses: { "wasi:http/incoming-handler@0.2.12": "answers requests" },
  }, {
    name: "math",
    reached: true,
    imports: {},
    uses: { "acme:math/add@1.0.0": `${front}, text` },
  }, {
    name: "text",
    reached: true,
    imports: { "acme:math/add@1.0.0": "math" },
    uses: {
      "acme:text/upper@1.0.0": front,
      "acme:text/tally@1.0.0": front,
    },
  }, {
    name: "alone",
    reached: false,
    imports: {},
    uses: { "acme:stuff/thing@1.0.0": "nothing" },
  }]);
});

Deno.test("describeComponents() describes each part of a composed file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/composed.wasm`;
    const parts = await Promise.all(
      ["compose_math", "compose_text", "compose_front"]
        .map((name) => Deno.readFile(guestPath(name))),
    );
    await Deno.writeFile(file, composed(parts));
    const report = await describe(file);
    assert.deepEqual(report.refused, []);
    assert.deepEqual(
      report.components.map(({ name, file, size }) => [name, file, size]),
      [
        [file, file, parts[2]!.length],
        ["part 2", file, parts[0]!.length],
        ["part 3", file, parts[1]!.length],
      ],
    );
    assert.deepEqual(joints(report).map(({ imports }) => imports), [
      {
        "acme:math/add@1.0.0": "part 2",
        "acme:text/upper@1.0.0": "part 3",
        "acme:text/tally@1.0.0": "part 3",
      },
      {},
      { "acme:math/add@1.0.0": "part 2" },
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Copies of a component that are cut short or have one other byte. */
function* damaged(
  bytes: Uint8Array<ArrayBuffer>,
): Generator<readonly [what: string, bytes: Uint8Array<ArrayBuffer>]> {
  const random = seededRandom(5);
  for (let count = 0; count < 25; count++) {
    const length = Math.floor(random() * bytes.length);
    yield [`cut after ${length} bytes`, bytes.slice(0, length)];
    const changed = bytes.slice();
    const place = Math.floor(random() * bytes.length);
    changed[place]! ^= 1 + Math.floor(random() * 255);
    yield [`byte ${place} is ${changed[place]}`, changed];
  }
}

Deno.test("a damaged file is described, or refused in words", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/damaged.wasm`;
  const hello = await Deno.readFile(guestPath("hello"));
  let refused = 0;
  try {
    for (const [what, bytes] of damaged(hello)) {
      await Deno.writeFile(file, bytes);
      const isRefused = (error: unknown) => {
        assert.ok(error instanceof BuildError, `${what}: ${error}`);
        refused++;
      };
      await (async () => {
        await using project = await load(file, "", `${folder}/cache`);
        await describeComponents(project);
      })().catch(isRefused);
      await witTexts({ path: file, bytes }).catch(isRefused);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  assert.ok(refused > 50, `${refused} were refused`);
});
