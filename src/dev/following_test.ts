import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { FakeWatcher } from "../../tests/support/dev_project.ts";
import { Following, type WatchedFiles } from "./following.ts";

const FILES: WatchedFiles = {
  project: "/project",
  include: [],
  exclude: [],
  outputs: [],
  files: [],
  sources: true,
};

/** Follows with watchers that tell what the test says. */
function follow(changed: (paths: readonly string[]) => Promise<void>) {
  const watchers: FakeWatcher[] = [];
  const made = Promise.withResolvers<void>();
  const following = new Following({
    watch(options) {
      const watcher = new FakeWatcher(options);
      watchers.push(watcher);
      // When whoever asked for it has it.
      setTimeout(made.resolve);
      return Promise.resolve(watcher);
    },
    log: { emit() {} },
    files: () => FILES,
    since: 7,
    changed,
  });
  return { following, watchers, made };
}

Deno.test("Following watches from begin() on, and asks for what was saved before", async () => {
  const { following, watchers } = follow(() => Promise.resolve());
  await using _ = following;
  strictEqual(watchers.length, 0);
  following.begin();
  following.begin();
  deepStrictEqual(watchers.map(({ options }) => options.since), [7]);
});

Deno.test("Following tells a watcher that is late that a build runs", async () => {
  const { following, watchers, made } = follow(() => Promise.resolve());
  await using _ = following;
  following.buildBegins();
  following.begin();
  await made.promise;
  following.buildEnds();
  following.buildBegins();
  deepStrictEqual(watchers[0]!.builds, { begun: 2, ended: 1 });
});

Deno.test("Following loses nothing that is saved while it changes what it watches", async () => {
  const told: (readonly string[])[] = [];
  const over = Promise.withResolvers<void>();
  const { following, watchers } = follow(async (paths) => {
    told.push(paths);
    if (told.length > 1) return over.resolve();
    watchers[0]!.tell(["/project/heard", "/project/both"]);
    const changing = following.change({ ...FILES, sources: false }, 9);
    // The new one takes what is taken up now for changed, by its time.
    watchers[1]!.tell(["/project/.wash/config.yaml", "/project/both"]);
    watchers[1]!.tell(["/project/unheard"]);
    await changing;
  });
  await using _ = following;
  following.begin();
  watchers[0]!.tell(["/project/.wash/config.yaml"]);
  await over.promise;
  deepStrictEqual(told, [
    ["/project/.wash/config.yaml"],
    ["/project/heard", "/project/both", "/project/unheard"],
  ]);
  strictEqual(watchers[1]!.options.since, 9);
  deepStrictEqual(watchers.map(({ isDisposed }) => isDisposed), [true, false]);
});

Deno.test("Following begins nothing once it is disposed", async () => {
  const { following, watchers } = follow(() => Promise.resolve());
  await following[Symbol.asyncDispose]();
  following.begin();
  strictEqual(watchers.length, 0);
});
