import { dirname } from "node:path";
import { differs, type FileState, stateOf } from "./file_state.ts";
import { isFolder, leadsTo, nearestFolder } from "./paths.ts";
import type { LookOptions } from "./source_tree.ts";

/** A file, or a folder of files. */
interface SingleState {
  readonly file: FileState | undefined;
  /** Who may read it, and of a folder when names in it changed last. */
  readonly place: string;
}

/** Files that count wherever they lie, whether they exist or not. Of a folder, its names count. */
export class SingleFiles {
  readonly #states = new Map<string, SingleState>();

  /** Those that have come to be as they are too late to be taken for old. */
  readonly #late = new Set<string>();

  /**
   * Takes the files as they are.
   *
   * @param since Of those that have come to be so since then, in ms, the first look tells.
   */
  constructor(paths: readonly string[], since = Infinity) {
    for (const path of paths) {
      // Files are few: each is read at once, so that a first touch is known to be one.
      const state = stateOf(path);
      if (state !== undefined && state.settled >= since) this.#late.add(path);
      const file = state &&
        stateOf(path, { before: { ...state, isSettled: false }, heard: true });
      this.#states.set(path, { file, place: placeOf(path) });
    }
  }

  /** Whether this is one of them, or a folder that leads to one. */
  concerns(path: string): boolean {
    if (this.#states.has(path)) return true;
    for (const file of this.#states.keys()) {
      if (
        leadsTo(file, path) || dirname(path) === file ||
        realPathOf(file) === path
      ) return true;
    }
    return false;
  }

  /** Looks at all of them. */
  look({ found }: Pick<LookOptions, "found">): void {
    for (const [path, before] of this.#states) {
      const file = stateOf(path, { before: before.file, heard: true });
      const place = placeOf(path);
      this.#states.set(path, { file, place });
      const isSame = place === before.place &&
        (before.file === undefined || file === undefined
          ? before.file === file
          : !differs(before.file, file));
      if (!isSame || this.#late.has(path)) found({ path, time: file?.time });
    }
    this.#late.clear();
  }

  /**
   * The folders to watch: of each file the nearest one that exists, itself if it is one, and
   * where it is a link, the folder of what it leads to.
   */
  folders(): string[] {
    const folders = new Set<string>();
    for (const path of this.#states.keys()) {
      folders.add(nearestFolder(dirname(path)));
      if (isFolder(path)) folders.add(path);
      const real = realPathOf(path);
      if (real !== undefined && real !== path) folders.add(dirname(real));
    }
    return [...folders];
  }
}

function placeOf(path: string): string {
  try {
    const { isDirectory, mode, mtime } = Deno.statSync(path);
    // Who may run it is nothing to whoever reads it.
    const rights = (mode ?? 0) & 0o666;
    return `${rights}${isDirectory ? ` ${mtime?.getTime()}` : ""}`;
  } catch {
    return "";
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}
