/**
 * What counts in a project: usual habits, gitignore files, and the project's own patterns.
 *
 * @module
 */

import { join, relative } from "node:path";
import { Patterns, type Way, waysOf } from "./patterns.ts";

/**
 * Never sources, unless they are asked for by name: what belongs to tools, and what editors
 * write beside a file.
 */
const NEVER = [
  ".git",
  ".hg",
  ".jj",
  ".svn",
  ".wash",
  ".wharf",
  "node_modules",
  // Vim, Emacs, Kate, JetBrains, GLib and the desktops.
  "4913",
  "*.swp",
  "*.swo",
  "*.swx",
  "*~",
  ".#*",
  "\\#*#",
  ".*.kate-swp",
  "*___jb_tmp___",
  "*___jb_old___",
  ".goutputstream-*",
  ".DS_Store",
  "Thumbs.db",
];

/**
 * Not sources as long as no gitignore file says that they are: what the usual toolchains write.
 * Names that sources have too (`src/build`) count at the top of a project only.
 */
const USUAL_OUTPUTS = [
  "target",
  "dist",
  "/build",
  "/out",
  "/_build",
  "/.build",
  "/coverage",
  "zig-out",
  ".zig-cache",
  "zig-cache",
  "__pycache__",
  "*.pyc",
  ".venv",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".tox",
  "*.egg-info",
  ".gradle",
  ".cache",
  ".parcel-cache",
  ".turbo",
  ".next",
  ".nuxt",
  ".output",
  ".svelte-kit",
  ".spin",
  ".direnv",
  ".idea",
  ".vscode",
  "*.tsbuildinfo",
];

/** Whether an entry of a folder counts; a `way` is a folder in which only named files do. */
export type Verdict = "source" | "way" | "none";

/** What the project says of its sources. */
export interface SourceRulesOptions {
  readonly project: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Absolute. */
  readonly outputs: readonly string[];
  /** Patterns of folders above the project and of the repository, the most binding first. */
  readonly outer: readonly OuterPatterns[];
}

/** Patterns that stand outside the project and say something of it. */
export interface OuterPatterns {
  /** The folder that they are written for: the project or one that it lies in. */
  readonly folder: string;
  readonly patterns: Patterns;
}

/** What holds for a whole project. */
interface Common {
  readonly project: string;
  readonly include: Patterns | undefined;
  readonly exclude: Patterns | undefined;
  readonly never: Patterns;
  readonly ways: readonly Way[];
  readonly outputs: ReadonlySet<string>;
}

/** Patterns, and the path from their folder to the one they are asked in. */
interface Placed {
  readonly patterns: Patterns;
  /** Empty, or with a slash at its end. */
  readonly base: string;
}

/** What counts of the entries of one folder. */
export class FolderRules {
  readonly #common: Common;
  readonly #path: string;
  readonly #isWay: boolean;
  /** The most binding first. */
  readonly #placed: readonly Placed[];
  /** The same without the folder's gitignore file. */
  #outer: FolderRules | undefined;

  private constructor(
    common: Common,
    place: { path: string; isWay: boolean; placed: readonly Placed[] },
  ) {
    this.#common = common;
    this.#path = place.path;
    this.#isWay = place.isWay;
    this.#placed = place.placed;
  }

  /** The rules of the project's own folder, without its gitignore file. */
  static ofProject(options: SourceRulesOptions): FolderRules {
    const { project, include, exclude, outputs, outer } = options;
    const common = {
      project,
      include: include.length === 0 ? undefined : new Patterns(include),
      exclude: exclude.length === 0 ? undefined : new Patterns(exclude),
      never: new Patterns(NEVER),
      ways: waysOf(include),
      outputs: new Set(outputs),
    };
    const placed = outer.map((one) => placeAbove(project, one));
    placed.push({ patterns: new Patterns(USUAL_OUTPUTS), base: "" });
    return new FolderRules(common, { path: "", isWay: false, placed });
  }

  /** These rules and those of the folder's gitignore file. */
  with(patterns: Patterns): FolderRules {
    const rules = new FolderRules(this.#common, {
      path: this.#path,
      isWay: this.#isWay,
      placed: [{ patterns, base: "" }, ...this.#placed],
    });
    rules.#outer = this;
    return rules;
  }

  /** Whether these are the rules given, or they with a gitignore file. */
  isMadeFrom(rules: FolderRules): boolean {
    return this === rules || this.#outer === rules;
  }

  /** The rules of a folder in this one that is not left out. */
  enter(name: string): FolderRules {
    return new FolderRules(this.#common, {
      path: `${this.#path}${name}/`,
      isWay: this.judge(name, true) === "way",
      placed: this.#placed.map(({ patterns, base }) => {
        const inner = `${base}${name}/`;
        return { patterns: patterns.overruledFor(inner), base: inner };
      }),
    });
  }

  /** What an entry is. */
  judge(name: string, isFolder: boolean): Verdict {
    const { project, include, exclude, ways, outputs } = this.#common;
    const path = `${this.#path}${name}${isFolder ? "/" : ""}`;
    if (outputs.size > 0 && outputs.has(join(project, this.#path, name))) {
      return "none";
    }
    if (exclude?.matches(path)) return "none";
    if (include?.matches(path)) return "source";
    if (!this.#isWay && !this.#isLeftOut(name, isFolder)) return "source";
    const leads = isFolder && ways.some((way) => way.leadsThrough(path));
    return leads ? "way" : "none";
  }

  #isLeftOut(name: string, isFolder: boolean): boolean {
    const entry = isFolder ? `${name}/` : name;
    if (this.#common.never.matches(entry)) return true;
    for (const { patterns, base } of this.#placed) {
      const opinion = patterns.of(`${base}${entry}`);
      if (opinion !== "none") return opinion === "ignored";
    }
    return false;
  }
}

/** A project is served because someone asked for it: what stands above cannot leave it out. */
function placeAbove(project: string, outer: OuterPatterns): Placed {
  let { patterns } = outer;
  let base = "";
  const path = relative(outer.folder, project).replaceAll("\\", "/");
  for (const name of path.split("/").filter((name) => name !== "")) {
    base += `${name}/`;
    patterns = patterns.overruledFor(base);
  }
  return { patterns, base };
}
