/**
 * One key while its lock is held: what is there, and the three things that can be done to it.
 *
 * @module
 */

import { join } from "node:path";
import { NEVER } from "../expiry.ts";
import type { Entry, Version } from "../store.ts";
import { packContent, unpackContent } from "./box.ts";
import type { Home } from "./home.ts";
import type { HeldLock } from "./locks.ts";
import { isHashed } from "./names.ts";
import { versionOf } from "./version.ts";

/** A value that is there, and when it ends. */
export interface Found extends Entry {
  readonly expiresAt: number;
}

/** The file that a key has or will have. */
export interface Place extends FilePlace {
  /** When the file was changed; `undefined` if there is none. */
  readonly changed: number | undefined;
}

/** A file of a key. */
export interface FilePlace {
  readonly key: string;
  readonly folder: string;
  readonly name: string;
}

/** What {@linkcode LockedKey} works with. */
export interface LockedKeyOptions {
  readonly place: Place;
  readonly held: HeldLock;
  /** The mark to make before a value gets a time to live. */
  readonly mark: string;
}

/** A key that nobody else changes. */
export class LockedKey {
  readonly #home: Home;
  readonly #options: LockedKeyOptions;
  readonly #path: string;
  #changed = false;

  constructor(home: Home, options: LockedKeyOptions) {
    this.#home = home;
    this.#options = options;
    this.#path = join(options.place.folder, options.place.name);
  }

  /** Whether the folder has to be flushed. */
  get changed(): boolean {
    return this.#changed;
  }

  /** What is there now. */
  async read(): Promise<Found | undefined> {
    const { place } = this.#options;
    if (place.changed === undefined) return undefined;
    const found = await readFound(this.#home, place);
    return found !== undefined && this.#home.isAlive(found) ? found : undefined;
  }

  /** Replaces what is there. */
  async write(
    value: Uint8Array<ArrayBuffer>,
    expiresAt: number,
  ): Promise<Version> {
    const { place, held, mark } = this.#options;
    if (expiresAt !== NEVER) await this.#home.mark(mark);
    const key = isHashed(place.name) ? place.key : undefined;
    const draft = await this.#home.drafts.write(
      packContent({ key, expiresAt, value }),
    );
    try {
      const stamp = await held.nextStamp(place.changed);
      await Deno.utime(draft, new Date(stamp), new Date(stamp));
      await Deno.rename(draft, this.#path);
      this.#changed = true;
      return versionOf(stamp, value);
    } catch (cause) {
      await this.#home.drafts.discard(draft);
      throw cause;
    }
  }

  /** Removes what is there, if anything is. */
  async remove(): Promise<void> {
    const { place, held } = this.#options;
    if (place.changed === undefined) return;
    // Takes note of the stamp that goes: it may be another program's.
    await held.nextStamp(place.changed);
    await Deno.remove(this.#path);
    this.#changed = true;
  }
}

/** What a key's file holds, expired or not. */
export async function readFound(
  home: Home,
  place: FilePlace,
): Promise<Found | undefined> {
  const file = await home.read(join(place.folder, place.name));
  if (file === undefined) return undefined;
  const { key, value, expiresAt } = unpackContent(file.bytes);
  // The name is a hash of the key; only the file tells which key it is.
  if (isHashed(place.name) && key !== place.key) return undefined;
  return { value, expiresAt, version: versionOf(file.changed, value) };
}
