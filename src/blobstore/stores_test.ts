import assert from "node:assert/strict";
import { openBlobFiles } from "./filesystem.ts";
import { makeBlobsInMemory } from "./in_memory.ts";
import { BlobError, type BlobErrorCode, type BlobStore } from "./store.ts";

const STORES: Record<string, (folder: string) => BlobStore> = {
  in_memory: makeBlobsInMemory,
  filesystem: (folder) => openBlobFiles(`${folder}/blobs`),
};

const NAMES = [
  "",
  ".",
  "..",
  "../../escape",
  "/etc/passwd",
  "a/b/c",
  "a",
  "A",
  "%",
  "%41",
  "~",
  "x~",
  ".wharf-drafts",
  "nul",
  "CON.txt",
  "trailing.",
  "trailing ",
  "new\nline",
  "nul\0byte",
  "ü 😀 \u0301",
  "\\back:slash*",
  "long".repeat(64),
  "long".repeat(256),
  "é".repeat(512),
];

async function refuses(
  code: BlobErrorCode,
  act: () => Promise<unknown>,
): Promise<void> {
  await assert.rejects(act, (error) => {
    assert.ok(error instanceof BlobError);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

async function put(
  store: BlobStore,
  container: string,
  object: string,
  text: string,
): Promise<void> {
  const draft = store.draft();
  if (text !== "") await draft.write(new TextEncoder().encode(text));
  await draft.commit({ container, object });
}

async function get(
  store: BlobStore,
  container: string,
  object: string,
): Promise<string> {
  const reader = await store.open({ container, object });
  const bytes = await reader.read(0, reader.size);
  reader.close();
  return new TextDecoder().decode(bytes);
}

async function namesIn(store: BlobStore, container: string) {
  return (await Array.fromAsync(store.list(container))).sort();
}

function test(
  name: string,
  run: (store: BlobStore, folder: string) => Promise<void>,
): void {
  for (const [kind, make] of Object.entries(STORES)) {
    Deno.test(`${kind}: ${name}`, async () => {
      const folder = await Deno.makeTempDir();
      try {
        await run(make(folder), folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}

test(
  "any text is an object's name, and no two share an object",
  async (store, folder) => {
    await store.createContainer("c");
    for (const name of NAMES) await put(store, "c", name, `value of ${name}`);
    for (const name of NAMES) {
      assert.equal(await get(store, "c", name), `value of ${name}`);
    }
    assert.deepEqual(await namesIn(store, "c"), NAMES.toSorted());
    for (const name of NAMES) {
      await store.delete({ container: "c", object: name });
      await store.delete({ container: "c", object: name });
    }
    assert.deepEqual(await namesIn(store, "c"), []);
    const outside = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(outside.filter((name) => name !== "blobs"), []);
  },
);

test("any text of a file's length is a container's name", async (store) => {
  const names = NAMES.filter((name) => name.length < 60);
  for (const name of names) await store.createContainer(name);
  for (const name of names) {
    await put(store, name, "o", name);
    await refuses("container-exists", () => store.createContainer(name));
  }
  for (const name of names) {
    assert.equal(await get(store, name, "o"), name);
    await store.deleteContainer(name);
    await store.deleteContainer(name);
    assert.equal(await store.containerInfo(name), undefined);
  }
});

test("what is not there is told apart", async (store) => {
  await store.createContainer("c");
  const id = { container: "c", object: "o" };
  const nowhere = { container: "none", object: "o" };
  assert.equal(await store.objectInfo(id), undefined);
  assert.equal(await store.containerInfo("none"), undefined);
  await refuses("no-such-object", () => store.open(id));
  await refuses("no-such-object", () => store.copy(id, id));
  await refuses("no-such-object", () => store.move(id, id));
  for (
    const act of [
      () => store.open(nowhere),
      () => store.objectInfo(nowhere),
      () => store.delete(nowhere),
      () => store.clear("none"),
      () => Array.fromAsync(store.list("none")),
      () => put(store, "none", "o", "x"),
    ]
  ) await refuses("no-such-container", act);
  await put(store, "c", "o", "x");
  await refuses("no-such-container", () => store.copy(id, nowhere));
  await refuses("no-such-container", () => store.move(id, nowhere));
  assert.equal(await get(store, "c", "o"), "x");
});

test("an object is seen whole or not at all, and a reader keeps what it opened", async (store) => {
  await store.createContainer("c");
  const id = { container: "c", object: "o" };
  await put(store, "c", "o", "old");
  const reader = await store.open(id);
  const draft = store.draft();
  await draft.write(new TextEncoder().encode("new and "));
  assert.equal(await get(store, "c", "o"), "old");
  await draft.write(new TextEncoder().encode("longer"));
  await draft.commit(id);
  await draft.discard();
  assert.equal(await get(store, "c", "o"), "new and longer");
  await store.delete(id);
  assert.equal(reader.size, 3);
  assert.equal(new TextDecoder().decode(await reader.read(1, 10)), "ld");
  assert.equal((await reader.read(3, 10)).length, 0);
  reader.close();
  const forgotten = store.draft();
  await forgotten.write(new Uint8Array(10));
  await forgotten.discard();
  assert.deepEqual(await namesIn(store, "c"), []);
});

test("objects are copied and moved over others, and onto themselves", async (store) => {
  await store.createContainer("a");
  await store.createContainer("b");
  const id = (container: string, object: string) => ({ container, object });
  await put(store, "a", "one", "1");
  await put(store, "b", "two", "2");
  await store.copy(id("a", "one"), id("b", "two"));
  await store.copy(id("a", "one"), id("a", "one"));
  await store.move(id("a", "one"), id("a", "one"));
  assert.equal(await get(store, "b", "two"), "1");
  await store.move(id("b", "two"), id("a", "long".repeat(256)));
  assert.equal(await get(store, "a", "long".repeat(256)), "1");
  assert.deepEqual(await namesIn(store, "b"), []);
  await store.clear("a");
  assert.deepEqual(await namesIn(store, "a"), []);
  assert.ok((await store.containerInfo("a"))!.createdAt > 1.7e12);
});

test("writers of one name leave the bytes of one of them", async (store) => {
  await store.createContainer("c");
  const texts = Array.from(
    { length: 20 },
    (_, index) => `${index} `.repeat(1000),
  );
  await Promise.all(texts.map((text) => put(store, "c", "o", text)));
  assert.ok(texts.includes(await get(store, "c", "o")));
  const { size, createdAt } = (await store.objectInfo({
    container: "c",
    object: "o",
  }))!;
  assert.ok(size >= 2000 && createdAt > 1.7e12);
});
