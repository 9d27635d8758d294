/**
 * One component that imports `wasi:keyvalue/store` several times: `kv_labels` has it plain, as
 * `cache` and as `user-sessions`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { makeHost, openApp } from "../src/assemble.ts";
import { loadConfig } from "../src/config/mod.ts";
import { openFilesystem } from "../src/keyvalue/filesystem.ts";
import type { Bucket } from "../src/keyvalue/store.ts";
import type { LogEvent } from "../src/log.ts";
import type { App } from "../src/runtime/app.ts";
import { guestArtifact, openGuestApp } from "./support/guest_app.ts";
import { makeProject } from "./support/run_main.ts";

/** A served project whose labels lead to a store in memory and to one in files. */
interface LabelledApp extends AsyncDisposable {
  /** The body of an answer that has to be a 200. */
  ask(path: string): Promise<string>;
  readonly app: App;
  /** A bucket as the people who run the host see it. */
  open(name: string): Promise<Bucket>;
  /** Where the files are. */
  readonly files: string;
  readonly events: readonly LogEvent[];
}

async function openLabelled(): Promise<LabelledApp> {
  const project = await makeProject(`dev:
  component_path: unused.wasm
  keyvalue:
    default: in_memory
    buckets:
      cache: {store: in_memory}
      user-sessions: {store: filesystem, path: files}
`);
  const { config } = await loadConfig({
    cwd: project.path,
    env: {},
    flags: {},
    userConfigDir: project.path,
  });
  const events: LogEvent[] = [];
  const log = { emit: (event: LogEvent) => void events.push(event) };
  const host = makeHost(config, log);
  const app = await openApp({
    artifact: await guestArtifact("kv_labels"),
    host,
    config,
    log,
  });
  return {
    app,
    events,
    files: `${project.path}/files`,
    open: (name) => host.buckets.open(name),
    async ask(path) {
      const response = await app.fetch(new Request(`http://guest.test${path}`));
      const text = await response.text();
      assert.equal(response.status, 200, text);
      return text;
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await host.buckets[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
    },
  };
}

async function textAt(
  bucket: Bucket,
  key: string,
): Promise<string | undefined> {
  const entry = await bucket.get(key);
  return entry && new TextDecoder().decode(entry.value);
}

Deno.test("two labels and a plain import lead to three buckets in two stores", async () => {
  await using labelled = await openLabelled();
  const { ask, open, files } = labelled;
  // The empty name is the label's own bucket; the plain import has no label to name one.
  await ask("/set?store=cache&bucket=&key=k&value=cached");
  await ask("/set?store=user-sessions&bucket=&key=k&value=kept");
  await ask("/set?bucket=plain&key=k&value=plain");
  assert.equal(await ask("/get?store=cache&bucket=&key=k"), "cached");
  assert.equal(await ask("/get?store=user-sessions&bucket=&key=k"), "kept");
  assert.equal(await ask("/get?bucket=plain&key=k"), "plain");

  assert.equal(await textAt(await open("cache"), "k"), "cached");
  assert.equal(await textAt(await open("user-sessions"), "k"), "kept");
  assert.equal(await textAt(await open("plain"), "k"), "plain");
  await using onDisk = await openFilesystem({ path: files });
  assert.equal(await textAt(await onDisk.open("user-sessions"), "k"), "kept");
});

Deno.test("a label's own name is its bucket, another name one beside it in the same store", async () => {
  await using labelled = await openLabelled();
  const { ask, files } = labelled;
  const named = (bucket: string) => `store=user-sessions&bucket=${bucket}`;
  await ask(`/set?${named("user-sessions")}&key=k&value=own`);
  await ask(`/set?${named("other")}&key=k&value=beside`);
  assert.equal(await ask(`/get?${named("")}&key=k`), "own");
  assert.equal(await ask(`/keys?${named("other")}`), "k\n");
  await using onDisk = await openFilesystem({ path: files });
  assert.equal(await textAt(await onDisk.open("other"), "k"), "beside");
  // The same name without the label is another bucket, in the default store.
  assert.equal(await ask("/get?bucket=other&key=k"), "none");
});

Deno.test("atomics beside labels counts in the plain import's buckets", async () => {
  await using labelled = await openLabelled();
  const { ask, open } = labelled;
  assert.equal(await ask("/increment?bucket=plain&key=n"), "1");
  assert.equal(await ask("/increment?bucket=plain&key=n"), "2");
  assert.equal(await textAt(await open("plain"), "n"), "2");
});

Deno.test("a bucket of one label is no handle of another import", async () => {
  await using labelled = await openLabelled();
  const response = await labelled.app.fetch(
    new Request("http://guest.test/mixed"),
  );
  await response.body?.cancel();
  assert.equal(response.status, 500);
  const [trap] = labelled.events.filter(({ event }) => event === "guest-trap");
  assert.ok(trap?.event === "guest-trap");
  assert.match(trap.text, /is no handle of a DraftBucketHandle/);
});

Deno.test("labels are refused, all of them, where the host has no buckets for them", async () => {
  await assert.rejects(openGuestApp("kv_labels"), {
    name: "LinkError",
    message: [
      "Cannot link the component: 2 imports are not offered",
      ...["cache", "user-sessions"].map((label) =>
        `  ${label}: wasi:keyvalue/store@0.2.0-draft: ` +
        "offered without a label only; import it without one"
      ),
    ].join("\n"),
  });
});
