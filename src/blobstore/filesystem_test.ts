import assert from "node:assert/strict";
import { openBlobFiles } from "./filesystem.ts";
import { DRAFTS } from "./filesystem/draft.ts";
import { decodeName, encodeName } from "./filesystem/names.ts";
import { BlobError } from "./store.ts";

Deno.test("encodeName() leaves ordinary names as they are, and decodeName() takes no other spelling", () => {
  assert.deepEqual(encodeName("report-2026_01.txt"), ["report-2026_01.txt"]);
  assert.deepEqual(encodeName("../x"), ["%2e.%2fx"]);
  assert.deepEqual(encodeName(""), ["%"]);
  for (const path of [["%41"], ["%2E."], ["a%"], ["a~"], ["a", "b"], ["%ff"]]) {
    assert.equal(decodeName(path), undefined, path.join("/"));
  }
});

Deno.test("a name that is too long for a path is refused", async () => {
  const root = await Deno.makeTempDir();
  const store = openBlobFiles(root);
  const refused = { name: "BlobError", code: "bad-name" };
  await store.createContainer("c");
  const object = "x".repeat(1025);
  await assert.rejects(
    () => store.objectInfo({ container: "c", object }),
    refused,
  );
  await assert.rejects(() => store.createContainer("x".repeat(201)), refused);
  await Deno.remove(root, { recursive: true });
});

Deno.test("a symbolic link in a container is no object, and is not written through", async () => {
  const folder = await Deno.makeTempDir();
  const secret = `${folder}/secret`;
  await Deno.writeTextFile(secret, "secret");
  const store = openBlobFiles(`${folder}/blobs`);
  await store.createContainer("c");
  await Deno.symlink(secret, `${folder}/blobs/c/link`);
  await Deno.symlink(folder, `${folder}/blobs/outside`);
  const id = { container: "c", object: "link" };
  assert.equal(await store.objectInfo(id), undefined);
  await assert.rejects(() => store.open(id), BlobError);
  assert.deepEqual(await Array.fromAsync(store.list("c")), []);
  assert.equal(await store.containerInfo("outside"), undefined);
  await assert.rejects(
    () => store.open({ container: "outside", object: "secret" }),
    BlobError,
  );
  const draft = store.draft();
  await draft.write(new TextEncoder().encode("mine"));
  await draft.commit(id);
  assert.equal(await Deno.readTextFile(secret), "secret");
  assert.equal((await store.objectInfo(id))!.size, 4);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("drafts that a process left behind are tidied up after a day, and newer ones are not", async () => {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/${DRAFTS}`);
  for (const [name, hours] of [["old", 25], ["new", 23]] as const) {
    const path = `${root}/${DRAFTS}/${name}`;
    await Deno.writeTextFile(path, "");
    const then = new Date(Date.now() - hours * 3_600_000);
    await Deno.utime(path, then, then);
  }
  const store = openBlobFiles(root);
  const draft = store.draft();
  await draft.write(new Uint8Array(1));
  await draft.discard();
  const left = [...Deno.readDirSync(`${root}/${DRAFTS}`)];
  assert.deepEqual(left.map(({ name }) => name), ["new"]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("what the disk refuses is told without a path of the host", async () => {
  const root = await Deno.makeTempFile();
  const store = openBlobFiles(root);
  await assert.rejects(() => store.createContainer("c"), (error) => {
    assert.ok(error instanceof BlobError);
    assert.doesNotMatch(error.message, new RegExp(root));
    return true;
  });
  await Deno.remove(root);
});
