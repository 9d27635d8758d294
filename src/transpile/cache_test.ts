import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { guestPath } from "../../tests/support/guest_app.ts";
import { MANIFEST_FILE } from "../runtime/artifact.ts";
import denoConfig from "../../deno.json" with { type: "json" };
import { readGuest } from "./_guests.ts";
import { cachedArtifact, TRANSPILER } from "./cache.ts";

/** A cache that is removed with everything in it. */
async function makeCache(): Promise<AsyncDisposable & { directory: string }> {
  const parent = await Deno.makeTempDir();
  return {
    directory: `${parent}/cache`, // not there yet
    [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }),
  };
}

const namesIn = (directory: string) =>
  [...Deno.readDirSync(directory)].map(({ name }) => name).sort();

/** The only entry of a cache: nothing half-made stands beside it. */
function onlyEntry(directory: string): string {
  const names = namesIn(directory);
  assert.equal(names.length, 1, names.join());
  assert.match(names[0]!, /^[0-9a-f]{64}$/);
  return `${directory}/${names[0]}`;
}

const FILES = [MANIFEST_FILE, "component.core.wasm"];

Deno.test("cachedArtifact() transpiles once", async () => {
  await using cache = await makeCache();
  const bytes = await readGuest("hello");
  const cold = await cachedArtifact(cache.directory, bytes);
  assert.equal(cold.transpiled, true);
  assert.deepEqual(namesIn(onlyEntry(cache.directory)), FILES);
  const warm = await cachedArtifact(cache.directory, bytes);
  assert.equal(warm.transpiled, false);
  for (const key of ["imports", "exports", "plan", "isRestorable"] as const) {
    assert.deepEqual(warm.artifact[key], cold.artifact[key]);
  }
  assert.deepEqual(
    [...warm.artifact.coreModules.keys()],
    [...cold.artifact.coreModules.keys()],
  );
});

Deno.test("cachedArtifact() keeps each component on its own", async () => {
  await using cache = await makeCache();
  for (const name of ["hello", "kv_get"]) {
    const bytes = await readGuest(name);
    assert.ok((await cachedArtifact(cache.directory, bytes)).transpiled);
  }
  assert.equal(namesIn(cache.directory).length, 2);
});

Deno.test("cachedArtifact() leaves nothing behind of what cannot be transpiled", async () => {
  await using cache = await makeCache();
  const bytes = (await readGuest("hello")).slice(0, -20);
  await assert.rejects(cachedArtifact(cache.directory, bytes));
  await assert.rejects(Deno.stat(cache.directory), Deno.errors.NotFound);
});

/** What can happen to an entry. */
const DAMAGES: readonly [string, (entry: string) => Promise<void>][] = [
  ...FILES.flatMap((file): [string, (entry: string) => Promise<void>][] => [
    [`${file} is missing`, (entry) => Deno.remove(`${entry}/${file}`)],
    [
      `${file} is cut short`,
      async (entry) => {
        const { size } = await Deno.stat(`${entry}/${file}`);
        await Deno.truncate(`${entry}/${file}`, Math.floor(size / 2));
      },
    ],
    [`${file} is empty`, (entry) => Deno.truncate(`${entry}/${file}`)],
    [
      `${file} has a changed byte`,
      async (entry) => {
        const bytes = await Deno.readFile(`${entry}/${file}`);
        bytes[Math.floor(bytes.length / 2)]! ^= 1;
        await Deno.writeFile(`${entry}/${file}`, bytes);
      },
    ],
  ]),
  [
    "its manifest is of something else",
    (entry) => Deno.writeTextFile(`${entry}/${MANIFEST_FILE}`, '{"format":1}'),
  ],
  ["it is empty", async (entry) => {
    await Deno.remove(entry, { recursive: true });
    await Deno.mkdir(entry);
  }],
];

for (const [what, damage] of DAMAGES) {
  Deno.test(`cachedArtifact() makes an entry again when ${what}`, async () => {
    await using cache = await makeCache();
    const bytes = await readGuest("hello");
    await cachedArtifact(cache.directory, bytes);
    await damage(onlyEntry(cache.directory));
    for (const transpiled of [true, false]) {
      const made = await cachedArtifact(cache.directory, bytes);
      assert.equal(made.transpiled, transpiled);
      assert.equal(made.artifact.coreModules.size, 1);
    }
    assert.deepEqual(namesIn(onlyEntry(cache.directory)), FILES);
  });
}

Deno.test("cachedArtifact() is called at once by many, on a damaged entry too", async () => {
  await using cache = await makeCache();
  const bytes = await readGuest("hello");
  for (let round = 0; round < 3; round++) {
    const made = await Promise.all(
      Array.from({ length: 5 }, () => cachedArtifact(cache.directory, bytes)),
    );
    for (const { artifact } of made) assert.equal(artifact.coreModules.size, 1);
    const entry = onlyEntry(cache.directory);
    assert.equal(
      (await cachedArtifact(cache.directory, bytes)).transpiled,
      false,
    );
    await Deno.remove(`${entry}/component.core.wasm`);
  }
});

interface ChildResult {
  readonly transpiled: boolean;
  readonly modules: number;
}

/** Asks a process of its own for the artifact of `hello`. */
async function childArtifact(
  directory: string,
  flags: readonly string[],
): Promise<ChildResult> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      ...flags,
      fileURLToPath(new URL("_cache_child.ts", import.meta.url)),
      directory,
      guestPath("hello"),
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

const MAY_FILL = ["--allow-read", "--allow-write", "--allow-env"];

Deno.test("cachedArtifact() of two processes fills one entry", async () => {
  await using cache = await makeCache();
  const fill = () => childArtifact(cache.directory, MAY_FILL);
  for (const what of ["empty", "damaged"]) {
    const results = await Promise.all([fill(), fill(), fill()]);
    assert.deepEqual(results.map(({ modules }) => modules), [1, 1, 1], what);
    const entry = onlyEntry(cache.directory);
    assert.deepEqual(namesIn(entry), FILES);
    assert.equal((await fill()).transpiled, false);
    await Deno.truncate(`${entry}/component.core.wasm`, 100);
  }
});

Deno.test("cachedArtifact() imports nothing of jco on a warm start", async () => {
  await using cache = await makeCache();
  // Without npm packages jco cannot be imported at all: a cold start fails.
  const flags = [...MAY_FILL, "--no-npm"];
  await assert.rejects(childArtifact(cache.directory, flags), /--no-npm/);
  await cachedArtifact(cache.directory, await readGuest("hello"));
  assert.deepEqual(await childArtifact(cache.directory, flags), {
    transpiled: false,
    modules: 1,
  });
});

Deno.test("cachedArtifact() starts warm from a cache that it may not write", async () => {
  await using cache = await makeCache();
  await cachedArtifact(cache.directory, await readGuest("hello"));
  const entry = onlyEntry(cache.directory);
  for (const path of [entry, cache.directory]) await Deno.chmod(path, 0o555);
  try {
    assert.deepEqual(await childArtifact(cache.directory, ["--allow-read"]), {
      transpiled: false,
      modules: 1,
    });
  } finally {
    for (const path of [entry, cache.directory]) await Deno.chmod(path, 0o755);
  }
});

Deno.test("cachedArtifact() notes when an entry was last used", async () => {
  await using cache = await makeCache();
  const bytes = await readGuest("hello");
  await cachedArtifact(cache.directory, bytes);
  const entry = onlyEntry(cache.directory);
  await Deno.utime(entry, 1000, 1000);
  await cachedArtifact(cache.directory, bytes);
  assert.ok((await Deno.stat(entry)).mtime!.getTime() > 1_000_000);
});

Deno.test("TRANSPILER names the version of jco that deno.json pins", () => {
  const pinned = new Set(
    Object.values(denoConfig.imports)
      .filter((specifier) => specifier.includes("/jco-transpile@"))
      .map((specifier) => /jco-transpile@[^/]+/.exec(specifier)![0]),
  );
  assert.deepEqual([...pinned], [TRANSPILER.split(" ")[0]]);
});
