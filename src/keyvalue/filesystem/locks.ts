/**
 * Who may write, and the stamp each write gets.
 *
 * A lock is a file that is locked (`flock`) and never renamed or removed; the kernel lets go
 * of it when its process dies. Keys share {@linkcode STRIPES} locks by their hash, so there
 * are never more files. Within the process calls queue first: a waiting `flock` costs a thread.
 *
 * A lock's time of change is the last stamp given under it. It outlives keys and processes,
 * so a stamp never returns, not for a key that was deleted and set again either. It is not
 * flushed: a power cut ends every process that could still hold an older stamp.
 *
 * @module
 */

import { join } from "node:path";
import { KeyedQueue } from "../keyed_queue.ts";
import { symbolicLink } from "./errors.ts";

/** How many locks the keys of all buckets share. */
export const STRIPES = 64;

/** The names of all those locks, in the order to take them in. */
export function stripeLocks(): string[] {
  return Array.from({ length: STRIPES }, (_, stripe) => lockOfStripe(stripe));
}

/** The lock of a stripe. */
export function lockOfStripe(stripe: number): string {
  return stripe.toString(16).padStart(2, "0");
}

/** The lock of whoever makes or sweeps folders. May be taken while another is held, not the other way round. */
export const OPEN_LOCK = "open";

/** A file from the future moves stamps ahead no further than this. */
const MOST_AHEAD = 3_600_000;

/** A lock that this process has. */
export interface HeldLock {
  /**
   * A stamp in milliseconds since 1970: the time now, or more where that was given already.
   *
   * @param current When the file that is about to be replaced or removed was changed.
   */
  nextStamp(current?: number): Promise<number>;
}

/** How stamps are made. */
export interface StampOptions {
  readonly now: () => number;
  /** The smallest difference in milliseconds that the file system keeps. */
  readonly tick: number;
}

/** The locks in one folder. Disposing waits for those that are held. */
export class Locks implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: StampOptions;
  readonly #queue = new KeyedQueue<string>();
  readonly #files = new Map<string, Deno.FsFile>();

  constructor(folder: string, options: StampOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Runs `task` while no other holder of the lock `name` runs, in this process or another. */
  hold<T>(name: string, task: (held: HeldLock) => Promise<T>): Promise<T> {
    return this.#queue.run(name, async () => {
      const { file, last } = await this.#acquire(name);
      try {
        return await task(new Stamps(file, last, this.#options));
      } finally {
        await file.unlock();
      }
    });
  }

  /** {@linkcode hold} of several locks, in the order that all who want them MUST ask for them in. */
  holdAll<T>(
    names: readonly string[],
    task: (held: readonly HeldLock[]) => Promise<T>,
  ): Promise<T> {
    const next = (held: readonly HeldLock[]): Promise<T> => {
      const name = names[held.length];
      return name === undefined
        ? task(held)
        : this.hold(name, (lock) => next([...held, lock]));
    };
    return next([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.idle();
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  async #acquire(name: string): Promise<{ file: Deno.FsFile; last: number }> {
    while (true) {
      const file = this.#files.get(name) ??
        await openLock(join(this.#folder, name));
      this.#files.set(name, file);
      await file.lock(true);
      const { nlink, mtime } = await file.stat();
      if (nlink !== 0) return { file, last: mtime?.getTime() ?? 0 };
      // Someone removed the folder; others lock the new file of that name.
      this.#files.delete(name);
      file.close();
    }
  }
}

class Stamps implements HeldLock {
  readonly #file: Deno.FsFile;
  readonly #options: StampOptions;
  #last: number;

  constructor(file: Deno.FsFile, last: number, options: StampOptions) {
    this.#file = file;
    this.#last = last;
    this.#options = options;
  }

  async nextStamp(current = 0): Promise<number> {
    const { now, tick } = this.#options;
    const time = now();
    const passed = current > time + MOST_AHEAD
      ? this.#last
      : Math.max(this.#last, current);
    // In whole ticks, or the file system would round two stamps to one.
    let stamp = Math.ceil(Math.max(time, passed + 1) / tick) * tick;
    if (stamp === current) stamp += tick;
    this.#last = stamp;
    await this.#file.utime(new Date(stamp), new Date(stamp));
    return stamp;
  }
}

/** Opens a lock file, in a folder that may have been removed since. */
export async function openLock(path: string): Promise<Deno.FsFile> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  const stat = await Deno.lstat(path).catch(() => undefined);
  if (stat?.isSymlink) throw symbolicLink({ act: "lock a key", path });
  return await Deno.open(path, { create: true, read: true, write: true });
}
