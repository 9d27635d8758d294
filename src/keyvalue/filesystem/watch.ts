/**
 * Changes of one bucket's files, whoever makes them: the system tells which names to look at.
 *
 * It tells of drafts and folders too, and of a name no more than that something happened; so
 * names are looked at, and those of files are remembered: a name that was none is no key's.
 *
 * @module
 */

import { basename, dirname, join, relative } from "node:path";
import { eachOf } from "../batch.ts";
import { KeyValueError } from "../store.ts";
import { explain, systemCode } from "./errors.ts";
import type { Home } from "./home.ts";
import type { KeyFiles } from "./key_files.ts";
import type { KeyReader } from "./key_pages.ts";
import { decodeName, isHashed } from "./names.ts";
import { statOf } from "./stat_of.ts";

/** Events with less than this many ms between them are one burst. */
const BURST = 1000;
/** Deno gives the time of a change of a file's name in whole seconds. */
const TICK = 1000;
/**
 * How often to see whether the folder is the one that is watched, in ms: Deno watches all with
 * one watcher, which can forget a folder that is removed and made again.
 */
const CHECK = 500;

/** What {@linkcode FolderWatch} needs. */
export interface FolderWatchParts {
  readonly home: Home;
  readonly files: KeyFiles;
  /** Called for each key that may have changed. */
  readonly touch: (key: string) => void;
  /** Called when changes may have been missed, or cannot be had. */
  readonly fail: (cause: unknown) => void;
}

/** Watches the folder of a bucket, whether it exists yet or not, until it is disposed. */
export class FolderWatch implements Disposable {
  readonly #parts: FolderWatchParts;
  /** Names of files that were there when they were last looked at. */
  readonly #names = new Set<string>();
  /** The keys of files whose names do not say them. */
  readonly #hashed = new Map<string, string>();
  /** Names that something happened to. */
  readonly #told = new Set<string>();
  #watcher: Deno.FsWatcher | undefined;
  #root: string | undefined;
  #folder: string | undefined;
  /** Whether the folder may be another one now. */
  #moved = false;
  /** Whether the system has dropped events. */
  #overflowed = false;
  #working = false;
  readonly #checking: ReturnType<typeof setInterval>;
  /** The folder that is watched, and when it was changed as far as is known. */
  #known: FolderState | undefined;
  #checkedAt = 0;
  /** When a new folder was entered that Deno may yet forget; it is then entered once more. */
  #unsureSince: number | undefined;
  #isConfirming = false;
  #heardAt = Date.now();
  /** All that happened before this time was heard of. */
  #heardUntil = Date.now();
  #ended = false;

  constructor(parts: FolderWatchParts) {
    this.#parts = parts;
    this.#checking = setInterval(() => this.#run(() => this.#check()), CHECK);
    this.#run(() => this.#enter());
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    clearInterval(this.#checking);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Takes note of a key that was told already: its file may go before the system tells that it came. */
  remember(key: string, names: readonly string[]): void {
    for (const name of names) {
      this.#names.add(name);
      if (isHashed(name)) this.#hashed.set(name, key);
    }
  }

  /** Watches the folder that there is now, if there is one. */
  async #enter(): Promise<void> {
    const { home, files } = this.#parts;
    const isFirst = this.#folder === undefined;
    // The system may tell of paths without links in them.
    const root = this.#root = await realPathOf(home.root);
    const folder = join(root, relative(home.root, await files.folder()));
    this.#folder = folder;
    const known = this.#known;
    this.#unsureSince = isFirst || this.#isConfirming ? undefined : Date.now();
    this.#isConfirming = false;
    const state = this.#known = await stateOf(folder);
    if (this.#ended) return;
    const before = this.#watcher;
    this.#watcher = watch(
      state !== undefined && folder !== root ? [root, folder] : [root],
    );
    before?.close();
    this.#listen(this.#watcher);
    if (await stateOf(root) === undefined) throw removed(root);
    // Made or removed between the look and the watch.
    if ((await stateOf(folder))?.id !== state?.id) this.#moved = true;
    if (isFirst) return await this.#learn(folder);
    if (state !== undefined && state.id === known?.id) {
      this.#overflowed = true;
      return;
    }
    // All that is in a new folder is news, and so is what the old one had.
    for (const name of this.#names) this.#told.add(name);
    for (const name of await namesIn(folder)) this.#told.add(name);
  }

  /** Takes note of what is there from before. */
  async #learn(folder: string): Promise<void> {
    const reader = await this.#parts.files.reader(folder, "");
    await eachOf(await namesIn(folder), async (name) => {
      if (isHashed(name)) await this.#readKey(name, reader);
      this.#names.add(name);
    });
  }

  /** Looks whether the system still tells what happens. */
  async #check(): Promise<void> {
    const folder = this.#folder;
    if (folder === undefined || this.#root === undefined) return;
    if (this.#unsureSince !== undefined) {
      if (Date.now() - this.#unsureSince < CHECK) return;
      this.#isConfirming = this.#moved = true;
      return;
    }
    const silent = this.#heardAt < this.#checkedAt;
    const at = Date.now();
    if (await stateOf(this.#root) === undefined) throw removed(this.#root);
    const state = await stateOf(folder);
    const isSame = state?.id === this.#known?.id;
    const isChanged = state?.changed !== this.#known?.changed;
    if (!isSame || (silent && isChanged)) this.#moved = true;
    else this.#known = state;
    if (isSame && !isChanged && silent) this.#heardUntil = this.#checkedAt;
    this.#checkedAt = at;
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const event of watcher) {
        if (watcher === this.#watcher) this.#hear(event);
      }
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #hear({ kind, paths, flag }: Deno.FsEvent): void {
    if (kind === "access") return;
    const now = Date.now();
    if (now - this.#heardAt > BURST) {
      this.#heardUntil = Math.max(this.#heardUntil, this.#heardAt);
    }
    this.#heardAt = now;
    if (flag === "rescan") this.#overflowed = true;
    for (const path of paths) {
      if (path === this.#root) {
        if (kind === "remove") return this.#fail(removed(path));
      } else if (path === this.#folder) {
        // Writing into it modifies it.
        if (kind !== "modify") this.#moved = true;
      } else if (dirname(path) === this.#folder) {
        this.#told.add(basename(path));
      } else if (this.#parts.files.folderNames.includes(basename(path))) {
        this.#moved = true;
      }
    }
    this.#run(() => Promise.resolve());
  }

  /** Runs `first` and then looks at all there is to look at, unless that is under way. */
  async #run(first: () => Promise<void>): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      await this.#parts.home.run(async () => {
        await first();
        while (!this.#ended && await this.#step());
      });
    } catch (cause) {
      this.#fail(cause);
    } finally {
      this.#working = false;
      if (!this.#ended && this.#isDue) this.#run(() => Promise.resolve());
    }
  }

  get #isDue(): boolean {
    return this.#moved || this.#overflowed || this.#told.size > 0;
  }

  /** Does one thing that is to be done; `false` if there is none. */
  async #step(): Promise<boolean> {
    if (this.#moved) {
      this.#moved = false;
      await this.#enter();
    } else if (this.#overflowed) {
      this.#overflowed = false;
      await this.#compare();
    } else if (this.#told.size > 0) {
      await this.#look();
    } else {
      return false;
    }
    return true;
  }

  /** Looks at the names that something happened to. */
  async #look(): Promise<void> {
    const folder = this.#folder!;
    const told = [...this.#told];
    this.#told.clear();
    const reader = await this.#parts.files.reader(folder, "");
    await eachOf(told, async (name) => {
      if (!reader.isWanted(name)) return;
      const isThere = (await statOf(join(folder, name)))?.isFile === true;
      const key = isHashed(name)
        ? isThere && await this.#readKey(name, reader) || this.#hashed.get(name)
        : decodeName(name);
      const wasThere = this.#names.delete(name);
      if (isThere) this.#names.add(name);
      else this.#hashed.delete(name);
      if (key !== undefined && (isThere || wasThere)) this.#parts.touch(key);
    });
  }

  /** Finds out by itself what has changed since the system was last heard of. */
  async #compare(): Promise<void> {
    const folder = this.#folder!;
    const since = Math.floor(this.#heardUntil / TICK) * TICK;
    const names = new Set(await namesIn(folder));
    for (const name of this.#names) if (!names.has(name)) this.#told.add(name);
    await eachOf([...names], async (name) => {
      if (this.#names.has(name)) {
        const changed = (await statOf(join(folder, name)))?.ctime;
        if (changed && changed.getTime() < since) return;
      }
      this.#told.add(name);
    });
  }

  async #readKey(name: string, reader: KeyReader): Promise<string | undefined> {
    const key = await reader.readKey(name);
    if (key !== undefined) this.#hashed.set(name, key);
    return key;
  }

  #fail(cause: unknown): void {
    if (this.#ended) return;
    const path = this.#folder ?? this.#parts.home.root;
    this.#parts.fail(explain(cause, { act: "watch the bucket", path }));
  }
}

interface FolderState {
  readonly id: number | null;
  readonly changed: number | undefined;
}

async function stateOf(path: string): Promise<FolderState | undefined> {
  const stat = await statOf(path);
  return stat?.isDirectory
    ? { id: stat.ino, changed: stat.mtime?.getTime() }
    : undefined;
}

async function realPathOf(root: string): Promise<string> {
  try {
    return await Deno.realPath(root);
  } catch (cause) {
    throw cause instanceof Deno.errors.NotFound ? removed(root) : cause;
  }
}

function watch(folders: string[]): Deno.FsWatcher {
  try {
    return Deno.watchFs(folders, { recursive: false });
  } catch (cause) {
    if (
      cause instanceof Deno.errors.NotCapable || systemCode(cause) !== undefined
    ) throw cause;
    throw new KeyValueError(
      "other",
      `Cannot watch the bucket in ${
        JSON.stringify(folders.at(-1))
      }: the system watches no more folders; raise fs.inotify.max_user_instances and max_user_watches`,
      { cause },
    );
  }
}

/** The names of the regular files in a folder, which need not exist. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile) names.push(name);
    }
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  return names;
}

function removed(root: string): KeyValueError {
  return new KeyValueError(
    "other",
    `Cannot watch the bucket in ${
      JSON.stringify(root)
    }: the folder was removed; read the keys and watch again`,
  );
}
