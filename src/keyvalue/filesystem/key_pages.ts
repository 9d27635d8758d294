/**
 * Pages of the keys in a folder.
 *
 * A cursor is the place of the last key given (the 48 bits of its hash) and a mark of who
 * gave it (16 bits). A first page reads the whole folder. The pages after it are taken from
 * what was read then, which holds every key that has stayed since; a cursor that another
 * process gave makes this one read the folder anew, as its own reading may be older.
 *
 * @module
 */

import { eachOf } from "../batch.ts";
import { BoundedCache } from "../bounded_cache.ts";
import { pageLimit, parseCursor } from "../paging.ts";
import type { KeyPage, ListOptions } from "../store.ts";
import { FolderSnapshot } from "./folder_snapshot.ts";

/** Listings under way whose folders are remembered. */
const REMEMBERED_FOLDERS = 4;
/** A folder that changed this shortly before it was read, in ms, may change again without showing it. */
const UNSURE = 5000;

/** How the listing of a bucket understands its files. */
export interface KeyReader {
  /** Whether a file name can be that of a key with the prefix. */
  isWanted(name: string): boolean;
  /** The key that a file name says, if the name alone can tell that it is there. */
  keyOf(name: string): string | undefined;
  /** The key of a file, unless the file is gone, has expired, or lacks the prefix. */
  readKey(name: string): Promise<string | undefined>;
}

interface Reading {
  readonly snapshot: FolderSnapshot;
  /** Counts readings: a later one never makes way for an earlier one. */
  readonly turn: number;
  readonly folderChanged: number;
  readonly readAt: number;
}

/** The listings of one backend. */
export class KeyPages {
  readonly #mark = BigInt(crypto.getRandomValues(new Uint16Array(1))[0]!);
  readonly #readings = new BoundedCache<Reading>(REMEMBERED_FOLDERS);
  #turns = 0;

  /** One page of the keys in `folder`, which need not exist. */
  async page(
    folder: string,
    options: ListOptions,
    reader: KeyReader,
  ): Promise<KeyPage> {
    const limit = pageLimit(options);
    const cursor = options.cursor === undefined
      ? undefined
      : parseCursor(options.cursor);
    const changed = await changeOf(folder);
    if (changed === undefined) return { keys: [] };

    const known = cursor !== undefined && (cursor & 0xffffn) === this.#mark
      ? this.#readings.get(folder)
      : undefined;
    const reading = known ?? await this.#readFolder(folder, changed);
    const sure = known === undefined || isSure(known, changed);

    let last = cursor === undefined ? -1 : Number(cursor >> 16n);
    const keys: string[] = [];
    const groups = reading.snapshot.after(last, reader.isWanted);
    let next = groups.next();
    while (!next.done) {
      const names: string[] = [];
      while (!next.done) {
        const taken = keys.length + names.length;
        if (taken > 0 && taken + next.value.names.length > limit) break;
        names.push(...next.value.names);
        last = next.value.hash;
        next = groups.next();
      }
      if (names.length === 0) break;
      keys.push(...await keysOf(names, sure, reader));
    }
    if (next.done) {
      this.#readings.forget(folder, reading);
      return { keys };
    }
    this.#remember(folder, reading);
    return { keys, cursor: String(BigInt(last) << 16n | this.#mark) };
  }

  async #readFolder(folder: string, folderChanged: number): Promise<Reading> {
    const turn = ++this.#turns;
    const readAt = Date.now();
    return {
      snapshot: await FolderSnapshot.take(folder),
      turn,
      folderChanged,
      readAt,
    };
  }

  #remember(folder: string, reading: Reading): void {
    const newest = this.#readings.get(folder);
    if (newest === undefined || newest.turn < reading.turn) {
      this.#readings.set(folder, reading);
    }
  }
}

/** Whether nothing in the folder has changed since it was read. */
function isSure(reading: Reading, changed: number): boolean {
  return reading.folderChanged === changed && reading.readAt - changed > UNSURE;
}

async function keysOf(
  names: readonly string[],
  sure: boolean,
  reader: KeyReader,
): Promise<string[]> {
  const keys = names.map((name) => sure ? reader.keyOf(name) : undefined);
  const unread = names.flatMap((_, index) =>
    keys[index] === undefined ? [index] : []
  );
  await eachOf(unread, async (index) => {
    keys[index] = await reader.readKey(names[index]!);
  });
  return keys.filter((key) => key !== undefined);
}

/** When the folder was changed; `undefined` if there is none. The root may be a link, which its owner chose. */
async function changeOf(folder: string): Promise<number | undefined> {
  try {
    const { isDirectory, mtime } = await Deno.stat(folder);
    return isDirectory ? mtime?.getTime() ?? 0 : undefined;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}
