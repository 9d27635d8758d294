/**
 * Pages of the keys in a folder: the listing that all stores without an order share, and how
 * much of an earlier reading of a folder can be believed.
 *
 * @module
 */

import { eachOf } from "../batch.ts";
import { Listings } from "../listings.ts";
import { NameSnapshot } from "../name_snapshot.ts";
import type { KeyPage, ListOptions } from "../store.ts";
import { isFull } from "./errors.ts";
import { type Locks, stripeLocks } from "./locks.ts";
import { keepsPlaces } from "./places.ts";

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
  readonly snapshot: NameSnapshot;
  /** `undefined` where there was no folder. */
  readonly folderChanged: number | undefined;
  readonly readAt: number;
}

/** What listings need of their store. */
export interface PagesHome {
  readonly root: string;
  readonly locks: Locks;
}

/** The listings of one backend. */
export class KeyPages {
  readonly #listings = new Listings<Reading>();
  readonly #home: PagesHome;
  #keepsPlaces: Promise<boolean> | undefined;

  constructor(home: PagesHome) {
    this.#home = home;
  }

  /** One page of the keys in `folder`, which need not exist. */
  async page(
    folder: string,
    options: ListOptions,
    reader: KeyReader,
  ): Promise<KeyPage> {
    const changed = await changeOf(folder);
    return await this.#listings.page(folder, options, {
      read: () => this.#read(folder, changed),
      isWanted: reader.isWanted,
      keysOf: (names, reading, isOld) =>
        keysOf(names, !isOld || isSure(reading, changed), reader),
    });
  }

  /**
   * A reading with every file that stayed. Where a file that is written again may move behind
   * the end of a reading that has begun, writers wait for a second one; unless there were none.
   */
  async #read(folder: string, changed: number | undefined): Promise<Reading> {
    const reading = await readFolder(folder, changed);
    this.#keepsPlaces ??= keepsPlaces(this.#home.root);
    if (changed === undefined || await this.#keepsPlaces) return reading;
    if (isSure(reading, await changeOf(folder))) return reading;
    try {
      return await this.#home.locks.holdAll(
        stripeLocks(),
        async () => readFolder(folder, await changeOf(folder)),
      );
    } catch (cause) {
      // A full disk has no room for locks, nor for what would be written meanwhile.
      if (isFull(cause)) return reading;
      throw cause;
    }
  }
}

/** The names of the regular files in a folder. Links, folders and the like are left out. */
async function readFolder(
  folder: string,
  folderChanged: number | undefined,
): Promise<Reading> {
  const readAt = Date.now();
  const snapshot = new NameSnapshot();
  if (folderChanged === undefined) return { snapshot, folderChanged, readAt };
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile) snapshot.add(entry.name);
  }
  return { snapshot, folderChanged, readAt };
}

/** Whether nothing in the folder has changed since it was read. */
function isSure(reading: Reading, changed: number | undefined): boolean {
  return changed !== undefined && reading.folderChanged === changed &&
    reading.readAt - changed > UNSURE;
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
