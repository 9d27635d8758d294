import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { testArtifact, testModule } from "./_test_component.ts";
import {
  ARTIFACT_FORMAT,
  ArtifactError,
  type ArtifactManifest,
  formatManifest,
  loadArtifact,
  MANIFEST_FILE,
  readArtifact,
  sha256,
} from "./artifact.ts";

async function manifestOf(): Promise<ArtifactManifest> {
  const { imports, exports, plan } = testArtifact();
  return {
    format: ARTIFACT_FORMAT,
    imports,
    exports,
    signatures: { resources: [], imports: {}, exports: {} },
    plan,
    isRestorable: false,
    hashes: { "core.wasm": await sha256(testModule()) },
  };
}

type Files = Map<string, Uint8Array<ArrayBuffer>>;

async function filesOf(manifest?: ArtifactManifest): Promise<Files> {
  return new Map([
    ["core.wasm", testModule()],
    [MANIFEST_FILE, await formatManifest(manifest ?? await manifestOf())],
  ]);
}

function read(files: Files) {
  return readArtifact({
    place: "place/",
    read: (name) => {
      const content = files.get(name);
      return content === undefined
        ? Promise.reject(new Deno.errors.NotFound(name))
        : Promise.resolve(content);
    },
  });
}

/** Files that are not as they were written, and what is said of them. */
const DAMAGED: readonly (readonly [
  what: string,
  damage: (files: Files) => void | Promise<void>,
  message: string,
])[] = [
  [
    "no manifest",
    (files) => void files.delete(MANIFEST_FILE),
    'Cannot read "place/artifact.json": it is missing',
  ],
  [
    "a missing core module",
    (files) => void files.delete("core.wasm"),
    'Cannot read "place/core.wasm": it is missing',
  ],
  [
    "a truncated core module",
    (files) => void files.set("core.wasm", testModule().slice(0, -1)),
    'Cannot read "place/core.wasm": it was changed since it was written',
  ],
  [
    "a core module with one changed byte",
    (files) => void (files.get("core.wasm")![100]! ^= 1),
    'Cannot read "place/core.wasm": it was changed since it was written',
  ],
  [
    "an empty manifest",
    (files) => void files.set(MANIFEST_FILE, new Uint8Array()),
    'Cannot read "place/artifact.json": it is damaged',
  ],
  [
    "a truncated manifest",
    (files) =>
      void files.set(MANIFEST_FILE, files.get(MANIFEST_FILE)!.slice(0, -9)),
    'Cannot read "place/artifact.json": it is damaged',
  ],
  [
    "a manifest of bytes that are no text",
    (files) => void files.set(MANIFEST_FILE, Uint8Array.of(0xff, 0)),
    'Cannot read "place/artifact.json": it is damaged',
  ],
  [
    "a manifest with one changed letter",
    (files) => {
      const text = new TextDecoder().decode(files.get(MANIFEST_FILE));
      const changed = text.replace('"instance":0', '"instance":1');
      assert.notEqual(changed, text);
      files.set(MANIFEST_FILE, new TextEncoder().encode(changed));
    },
    'Cannot read "place/artifact.json": it was changed since it was written',
  ],
  [
    "a manifest that names no core modules",
    async (files) => {
      const { hashes: _, ...manifest } = await manifestOf();
      const text = JSON.stringify({ digest: "", manifest });
      files.set(MANIFEST_FILE, new TextEncoder().encode(text));
    },
    'Cannot read "place/artifact.json": it was changed since it was written',
  ],
  [
    "a manifest of another version",
    async (files) => {
      const older = { ...await manifestOf(), format: ARTIFACT_FORMAT - 1 };
      files.set(MANIFEST_FILE, await formatManifest(older));
    },
    'Cannot read "place/artifact.json": it is of another version',
  ],
  ...["null", "[]", "7", '"text"', "{}", '{"manifest":null}'].map((text) =>
    [
      `${text} for a manifest`,
      (files: Files) =>
        void files.set(MANIFEST_FILE, new TextEncoder().encode(text)),
      'Cannot read "place/artifact.json": it is of another version',
    ] as const
  ),
];

for (const [what, damage, message] of DAMAGED) {
  Deno.test(`readArtifact() refuses ${what}`, async () => {
    const files = await filesOf();
    await damage(files);
    await assert.rejects(read(files), { name: "ArtifactError", message });
  });
}

Deno.test("readArtifact() tells of a changed module whatever a rewrite makes of it", async () => {
  const files = await filesOf();
  files.get("core.wasm")![100]! ^= 1;
  const source = { place: "place/", read: (name: string) => files.get(name)! };
  const reading = readArtifact(source, () => {
    throw new RangeError("Cannot read it");
  });
  await assert.rejects(reading, {
    name: "ArtifactError",
    message:
      'Cannot read "place/core.wasm": it was changed since it was written',
  });
});

Deno.test("readArtifact() gives what was written", async () => {
  const { imports, exports, plan, coreModules } = await read(await filesOf());
  const written = testArtifact();
  assert.deepEqual({ imports, exports, plan }, {
    imports: written.imports,
    exports: written.exports,
    plan: written.plan,
  });
  assert.deepEqual(
    WebAssembly.Module.exports(coreModules.get("core.wasm")!),
    WebAssembly.Module.exports(written.coreModules.get("core.wasm")!),
  );
});

Deno.test("readArtifact() keeps names that JSON has its own ideas of", async () => {
  const types = { "10": "u8", "2": "u8", "a\u2028": '"\ud800' };
  const imports = [{
    name: "a",
    version: "",
    label: "a",
    functions: {},
    types,
  }];
  const read_ = await read(await filesOf({ ...await manifestOf(), imports }));
  assert.deepEqual(read_.imports, imports);
});

Deno.test("loadArtifact() reads a folder, and names the file it cannot read", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, content] of await filesOf()) {
      await Deno.writeFile(`${directory}/${name}`, content);
    }
    const url = pathToFileURL(`${directory}/`);
    assert.equal((await loadArtifact(url)).coreModules.size, 1);
    await Deno.remove(`${directory}/core.wasm`);
    await assert.rejects(loadArtifact(url), (error) => {
      assert.ok(error instanceof ArtifactError);
      assert.equal(
        error.message,
        `Cannot read "${directory}/core.wasm": it is missing`,
      );
      assert.ok(error.cause instanceof Deno.errors.NotFound);
      return true;
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
