import { dirname } from "node:path";
import { differs, type FileState, stateOf } from "./file_state.ts";
import { leadsTo, nearestFolder } from "./paths.ts";
import type { LookOptions } from "./source_tree.ts";

/** Files that count wherever they lie, whether they exist or not. */
export class SingleFiles {
  readonly #states = new Map<string, FileState | undefined>();

  /** Takes the files as they are. */
  constructor(paths: readonly string[]) {
    for (const path of paths) {
      // Files are few: each is read at once, so that a first touch is known to be one.
      const state = stateOf(path);
      this.#states.set(
        path,
        state &&
          stateOf(path, {
            before: { ...state, isSettled: false },
            heard: true,
          }),
      );
    }
  }

  /** Whether this is one of them, or a folder that leads to one. */
  concerns(path: string): boolean {
    if (this.#states.has(path)) return true;
    for (const file of this.#states.keys()) {
      if (leadsTo(file, path) || realPathOf(file) === path) return true;
    }
    return false;
  }

  /** Looks at all of them. */
  look({ found }: Pick<LookOptions, "found">): void {
    for (const [path, before] of this.#states) {
      const after = stateOf(path, { before, heard: true });
      this.#states.set(path, after);
      const isSame = before === undefined || after === undefined
        ? before === after
        : !differs(before, after);
      if (!isSame) found({ path, time: after?.time });
    }
  }

  /**
   * The folders to watch: of each file the nearest one that exists, and where it is a link, the
   * folder of what it leads to.
   */
  folders(): string[] {
    const folders = new Set<string>();
    for (const path of this.#states.keys()) {
      folders.add(nearestFolder(dirname(path)));
      const real = realPathOf(path);
      if (real !== undefined && real !== path) folders.add(dirname(real));
    }
    return [...folders];
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}
