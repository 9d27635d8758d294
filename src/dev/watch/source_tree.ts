/**
 * The sources of a project as they were last seen, and what has become of them.
 *
 * The system's events are hints here, never the truth: whatever is heard, the disk is looked at
 * and compared. So an event too many costs a look, and one too few is made up for by a scan.
 *
 * @module
 */

import { dirname, join, relative } from "node:path";
import { differs, type FileState, stateOf, withDigest } from "./file_state.ts";
import { Pace } from "./pace.ts";
import { parsePatterns } from "./patterns.ts";
import { leadsTo, nearestFolder } from "./paths.ts";
import { loadText } from "./repository.ts";
import { FolderRules, type SourceRulesOptions } from "./source_rules.ts";

/** A file that is not what it was. */
export interface Finding {
  readonly path: string;
  /** When it was written, in ms; `undefined` if it has gone. */
  readonly time: number | undefined;
}

/** What a look is for. */
export interface LookOptions {
  /** Takes what is found. */
  readonly found: (finding: Finding) => void;
  /** Paths that the system told of. */
  readonly heard: ReadonlySet<string>;
}

/** What the look at everything is for. */
export interface ScanOptions extends LookOptions {
  /** The first time, what has come to be as it is since then is new, in ms. */
  readonly since: number;
}

/** A look at a folder and all below it. */
interface Visit extends LookOptions {
  /** Whether files that were not known are taken for old ones, unless they were heard of. */
  readonly silent: boolean;
  /** Those that have come to be as they are since then are new all the same, in ms. */
  readonly since: number;
}

/** A folder in which sources may be. */
interface Folder {
  readonly path: string;
  /** Tells it from another folder that takes its place. */
  id: string;
  /** The rules for the folder above, from which `outer` was made. */
  above: FolderRules | undefined;
  /** Its rules, but for its own gitignore file. */
  outer: FolderRules;
  rules: FolderRules;
  gitignore: string | undefined;
  /** The rules by which its entries were last looked at, if they were. */
  judgedBy: FolderRules | undefined;
  readonly files: Map<string, FileState>;
  readonly folders: Map<string, Folder>;
}

const GITIGNORE = ".gitignore";

/** What is known of a project's sources. */
export class SourceTree {
  readonly #project: string;
  readonly #pace = new Pace();
  readonly #root: Folder;
  #ended = false;
  #replaced = false;

  constructor(options: SourceRulesOptions) {
    this.#project = options.project;
    this.#root = makeFolder(options.project, FolderRules.ofProject(options));
  }

  /** Ends a scan under way. */
  end(): void {
    this.#ended = true;
  }

  /** Whether a folder has taken another's place since this was last asked. */
  takeReplaced(): boolean {
    const replaced = this.#replaced;
    this.#replaced = false;
    return replaced;
  }

  /** The folders in which sources may be, the project's own first. */
  folders(): string[] {
    // While the project's own folder is away, the one it lies in tells when it comes back.
    return this.#root.id === ""
      ? [nearestFolder(dirname(this.#project))]
      : [...foldersFrom(this.#root)].map(({ path }) => path);
  }

  /** Whether a change of this path may be one of a source. */
  concerns(path: string): boolean {
    const place = this.#placeOf(path);
    if (place === undefined) return leadsTo(this.#project, path);
    const { folder: { rules }, name } = place;
    return name === undefined || name === GITIGNORE ||
      rules.judge(name, false) !== "none" || rules.judge(name, true) !== "none";
  }

  /** Takes other rules of what stands above the project; a scan must follow. */
  setRules(options: SourceRulesOptions): void {
    this.#root.outer = FolderRules.ofProject(options);
  }

  /** Looks at everything. The first time, all that is there is taken for old. */
  async scan(options: ScanOptions): Promise<void> {
    const root = this.#root;
    const isFirst = root.judgedBy === undefined;
    // Its own path may be a link.
    this.#identify(root, folderIdOf(root.path, Deno.statSync) ?? "");
    await this.#visit(root, {
      ...options,
      silent: isFirst,
      since: isFirst ? options.since : Infinity,
    });
  }

  /** Looks at one path that the system told of, and at all below it. */
  async look(path: string, options: LookOptions): Promise<void> {
    const visit = { ...options, silent: false, since: Infinity };
    if (leadsTo(this.#project, path)) return await this.scan(visit);
    const { folder, name } = this.#placeOf(path) ?? {};
    if (folder === undefined) return;
    if (name === GITIGNORE) return await this.#visit(folder, visit);
    if (name !== undefined) return await this.#examine(folder, name, visit);
    // A known folder: the one above it tells whether it is still there.
    const above = this.#placeOf(dirname(path))?.folder;
    if (above === undefined) return;
    await this.#examine(above, relative(above.path, path), visit);
  }

  /**
   * Reads what is known by size and time alone, so that writing the same once more will be
   * known for what it is.
   *
   * @returns Whether all has been read; where `isInterrupted` says so, it is not.
   */
  async learn(isInterrupted: () => boolean): Promise<boolean> {
    for (const folder of foldersFrom(this.#root)) {
      for (const [name, state] of [...folder.files]) {
        if (this.#ended || isInterrupted()) return this.#ended;
        if (this.#pace.isDue) await this.#pace.pause();
        // It may have been looked at during the pause.
        if (folder.files.get(name) !== state) continue;
        folder.files.set(name, withDigest(join(folder.path, name), state));
      }
    }
    return true;
  }

  /** The nearest known folder, and the name in it that leads on to the path. */
  #placeOf(path: string): { folder: Folder; name?: string } | undefined {
    const inner = relative(this.#project, path);
    if (inner === "") return { folder: this.#root };
    const names = inner.split(/[\\/]/);
    if (names[0] === "..") return undefined;
    let folder = this.#root;
    for (const name of names) {
      const next = folder.folders.get(name);
      if (next === undefined) return { folder, name };
      folder = next;
    }
    return { folder };
  }

  /** Compares a folder and all below it with the disk. */
  async #visit(folder: Folder, visit: Visit): Promise<void> {
    const entries = entriesOf(folder.path);
    refreshRules(folder, entries.has(GITIGNORE));
    const before = folder.judgedBy;
    const isRuled = before !== undefined && before !== folder.rules;
    for (const [name, { isDirectory }] of entries) {
      if (this.#ended) return;
      if (this.#pace.isDue) await this.#pace.pause();
      // What was left out so far is no news only because the rules are others.
      const silent = visit.silent ||
        isRuled && before.judge(name, isDirectory) === "none";
      if (isDirectory) await this.#enter(folder, name, { ...visit, silent });
      else this.#compare(folder, name, { ...visit, silent });
    }
    for (const name of [...folder.files.keys(), ...folder.folders.keys()]) {
      if (!entries.has(name)) this.#compare(folder, name, visit);
    }
    folder.judgedBy = folder.rules;
  }

  async #examine(folder: Folder, name: string, visit: Visit): Promise<void> {
    const isFolder = folderIdOf(join(folder.path, name)) !== undefined;
    if (isFolder) await this.#enter(folder, name, visit);
    else this.#compare(folder, name, visit);
  }

  async #enter(folder: Folder, name: string, visit: Visit): Promise<void> {
    const path = join(folder.path, name);
    // There may have been a file of that name.
    if (folder.files.delete(name)) visit.found({ path, time: undefined });
    const { rules } = folder;
    const known = folder.folders.get(name);
    const isJudged = known !== undefined && folder.judgedBy === rules;
    if (!isJudged && rules.judge(name, true) === "none") {
      folder.folders.delete(name);
      return;
    }
    const id = folderIdOf(path);
    if (id === undefined) return this.#compare(folder, name, visit);
    const inner = known ?? makeFolder(path, rules.enter(name));
    folder.folders.set(name, inner);
    if (inner.above !== rules) inner.outer = rules.enter(name);
    inner.above = rules;
    this.#identify(inner, id);
    await this.#visit(inner, visit);
  }

  #identify(folder: Folder, id: string): void {
    const isKnown = folder.judgedBy !== undefined;
    if (isKnown && folder.id !== id) this.#replaced = true;
    folder.id = id;
  }

  /** Compares what is no folder with the disk. */
  #compare(folder: Folder, name: string, visit: Visit): void {
    const { files, folders } = folder;
    const gone = folders.get(name);
    if (gone !== undefined) {
      folders.delete(name);
      for (const inner of foldersFrom(gone)) {
        for (const file of inner.files.keys()) {
          visit.found({ path: join(inner.path, file), time: undefined });
        }
      }
    }
    const { rules, judgedBy } = folder;
    const before = files.get(name);
    const isJudged = before !== undefined && judgedBy === rules;
    if (!isJudged && !isSource(rules, name)) {
      files.delete(name);
      return;
    }
    const path = join(folder.path, name);
    const heard = visit.heard.has(path);
    const after = stateOf(path, { before, heard });
    if (after === undefined) {
      if (files.delete(name)) visit.found({ path, time: undefined });
      return;
    }
    files.set(name, after);
    const isNews = before === undefined
      ? heard || !visit.silent || after.settled >= visit.since
      : differs(before, after);
    if (isNews) visit.found({ path, time: after.time });
  }
}

/** What a gitignore file says matters, but no build reads it. */
function isSource(rules: FolderRules, name: string): boolean {
  return name !== GITIGNORE && rules.judge(name, false) === "source";
}

function makeFolder(path: string, rules: FolderRules): Folder {
  return {
    path,
    id: "",
    above: undefined,
    outer: rules,
    rules,
    gitignore: undefined,
    judgedBy: undefined,
    files: new Map(),
    folders: new Map(),
  };
}

function* foldersFrom(folder: Folder): Generator<Folder> {
  yield folder;
  for (const inner of folder.folders.values()) yield* foldersFrom(inner);
}

/** Sees to it that a folder's rules are those of its gitignore file and of what is above. */
function refreshRules(folder: Folder, hasFile: boolean): void {
  const text = hasFile ? loadText(join(folder.path, GITIGNORE)) : undefined;
  if (text === folder.gitignore && folder.rules.isMadeFrom(folder.outer)) {
    return;
  }
  folder.gitignore = text;
  folder.rules = text === undefined
    ? folder.outer
    : folder.outer.with(parsePatterns(text));
}

/** What a folder holds: nothing, if it has gone or may not be read. */
function entriesOf(folder: string): Map<string, Deno.DirEntry> {
  const entries = new Map<string, Deno.DirEntry>();
  try {
    for (const entry of Deno.readDirSync(folder)) {
      entries.set(entry.name, entry);
    }
  } catch {
    // The folder above is looked at as well.
  }
  return entries;
}

/** Tells a folder from one that is made in its place; `undefined` if it is none. */
function folderIdOf(
  path: string,
  statOf: (path: string) => Deno.FileInfo = Deno.lstatSync,
): string | undefined {
  try {
    const { isDirectory, dev, ino, birthtime } = statOf(path);
    return isDirectory ? `${dev} ${ino} ${birthtime?.getTime()}` : undefined;
  } catch {
    return undefined;
  }
}
