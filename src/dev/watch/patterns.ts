/**
 * Which files are sources: what a build reads and does not write. Knows patterns and paths, no
 * disk.
 *
 * @module
 */

import ignore, { type Ignore } from "ignore";

/** Git tells `a` from `A` where the file system does. */
const IGNORE_CASE = Deno.build.os !== "linux";

/** What patterns say of a path. */
export type Opinion = "ignored" | "kept" | "none";

/** The lines of a gitignore file, or what is written like them. */
export class Patterns {
  readonly #lines: readonly string[];
  readonly #matcher: Ignore;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#matcher = ignore({ ignorecase: IGNORE_CASE }).add([...lines]);
  }

  /** What is said of a path from the folder of the patterns on; a folder's ends in a slash. */
  of(path: string): Opinion {
    const { ignored, unignored } = this.#matcher.test(path);
    return ignored ? "ignored" : unignored ? "kept" : "none";
  }

  /** Whether the path or a folder that it lies in is matched. */
  matches(path: string): boolean {
    return this.#matcher.ignores(path);
  }

  /**
   * These patterns for what lies in a folder that is not ignored, though they say so: others
   * have overruled them. Git does not ask about a folder again for each file in it.
   *
   * @param folder Its path, with a slash at its end.
   */
  overruledFor(folder: string): Patterns {
    if (this.of(folder) !== "ignored") return this;
    const literal = folder.replace(/[\\*?[\] ]/g, "\\$&");
    return new Patterns([...this.#lines, `!/${literal}`]);
  }
}

/** The lines of a file of patterns. */
export function parsePatterns(text: string): Patterns {
  return new Patterns(text.replace(/^\uFEFF/, "").split(/\r?\n/));
}

/**
 * The way to what a pattern may match below folders that are not entered otherwise:
 * `node_modules/mine/**` leads through `node_modules` and `node_modules/mine`.
 */
export class Way {
  readonly #steps: readonly (Patterns | "any")[];

  constructor(steps: readonly string[]) {
    this.#steps = steps.map((step) =>
      step === "**" ? "any" : new Patterns([step])
    );
  }

  leadsThrough(folder: string): boolean {
    const names = folder.replace(/\/$/, "").split("/");
    for (const [at, name] of names.entries()) {
      const step = this.#steps[at];
      if (step === "any") return true;
      if (step === undefined || !step.matches(name)) return false;
    }
    return true;
  }
}

/**
 * The ways to what patterns match. One that may match in any folder has none: it is looked for
 * in the folders that are entered anyway.
 */
export function waysOf(patterns: readonly string[]): Way[] {
  return patterns.flatMap((pattern) => {
    const steps = pattern.trim().replace(/^\//, "").replace(/\/$/, "")
      .split("/");
    const isAnchored = steps.length > 1 || pattern.startsWith("/");
    const isNone = !isAnchored || /^[!#]/.test(pattern) || steps[0] === "**";
    return isNone ? [] : [new Way(steps)];
  });
}
