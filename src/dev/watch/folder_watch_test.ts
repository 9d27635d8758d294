import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { FolderWatch, type FolderWatchOptions } from "./folder_watch.ts";

/** Folders that are watched, and what was heard. */
class Watched implements AsyncDisposable {
  readonly path = Deno.realPathSync(Deno.makeTempDirSync());
  readonly watch: FolderWatch;
  failures = 0;
  opened = 0;
  readonly #heard = new Set<string>();
  #wake = () => {};

  constructor(options: Partial<FolderWatchOptions> = {}) {
    this.watch = new FolderWatch({
      first: this.path,
      hear: ({ paths }) => {
        for (const path of paths) this.#heard.add(path);
        this.#wake();
      },
      fail: () => this.failures++,
      open: (paths, options) => {
        this.opened++;
        return Deno.watchFs(paths, options);
      },
      ...options,
    });
  }

  at(name: string): string {
    return join(this.path, name);
  }

  make(...names: string[]): void {
    for (const name of names) {
      Deno.mkdirSync(this.at(name), { recursive: true });
    }
  }

  follow(...names: string[]): Promise<readonly string[]> {
    return this.watch.follow(names.map((name) => this.at(name)));
  }

  /** Resolves when a file that is written now has been heard of. */
  async hears(name: string): Promise<void> {
    Deno.writeTextFileSync(this.at(name), crypto.randomUUID());
    await this.heard(name);
  }

  /** Resolves when this path has been heard of. */
  async heard(name: string): Promise<void> {
    while (!this.#heard.has(this.at(name))) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    this.#heard.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watch[Symbol.asyncDispose]();
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("follow() hears of folders that come one after the other", async () => {
  await using watched = new Watched();
  const names = Array.from({ length: 30 }, (_, at) => `folder ${at}`);
  watched.make(...names);
  for (let count = 1; count <= names.length; count++) {
    await watched.follow("", ...names.slice(0, count));
  }
  for (const name of names) await watched.hears(`${name}/file`);
});

Deno.test("follow() names the folders in which something may have gone unheard", async () => {
  await using watched = new Watched();
  watched.make("a", "b");
  deepStrictEqual(await watched.follow("", "a"), [
    watched.at(""),
    watched.at("a"),
  ]);
  deepStrictEqual(await watched.follow("", "a"), []);
  deepStrictEqual(await watched.follow("", "a", "b"), [watched.at("b")]);
});

Deno.test("follow() hears of a folder again that was removed and made again", async () => {
  await using watched = new Watched();
  for (let round = 0; round < 5; round++) {
    watched.make("a");
    await watched.follow("", "a");
    await watched.hears("a/file");
    Deno.removeSync(watched.at("a"), { recursive: true });
    await watched.follow("");
  }
});

Deno.test("follow() watches anew what it heard that it was removed", async () => {
  await using watched = new Watched();
  watched.make("a");
  await watched.follow("", "a");
  Deno.removeSync(watched.at("a"));
  watched.make("a");
  await watched.heard("a");
  strictEqual((await watched.follow("", "a")).length, 2);
  await watched.hears("a/file");
});

Deno.test("distrust() has all folders watched anew", async () => {
  await using watched = new Watched();
  watched.make("a");
  await watched.follow("", "a");
  Deno.removeSync(watched.at("a"));
  watched.make("a");
  watched.watch.distrust();
  strictEqual((await watched.follow("", "a")).length, 2);
  await watched.hears("a/file");
});

Deno.test("follow() passes over a folder that has gone", async () => {
  await using watched = new Watched();
  watched.make("a");
  await watched.follow("", "gone", "a");
  await watched.hears("a/file");
  strictEqual(watched.failures, 0);
});

Deno.test("follow() watches a whole tree at once where the system does", async () => {
  await using watched = new Watched({ wholeTrees: true });
  watched.make("a/b", "c");
  await watched.follow("", "a", "a/b", "c");
  await watched.hears("a/b/file");
  watched.make("c/d");
  await watched.follow("", "a", "a/b", "c", "c/d");
  strictEqual(watched.opened, 1);
});

Deno.test("follow() fails once, and watches nothing then", async () => {
  let calls = 0;
  await using watched = new Watched({
    open: () => {
      calls++;
      throw new Error("OS file watch limit reached.");
    },
  });
  await watched.follow("");
  await watched.follow("");
  deepStrictEqual([watched.failures, calls], [1, 1]);
});
