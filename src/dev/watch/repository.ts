/**
 * The files outside a project in which its repository says what it ignores.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { parsePatterns } from "./patterns.ts";
import type { OuterPatterns } from "./source_rules.ts";

/** A file of patterns, which need not exist. */
export interface PatternFile {
  readonly path: string;
  /** The folder that its patterns are written for. */
  readonly folder: string;
}

/** The files whose patterns hold for the project's folder, the most binding first. */
export function patternFilesAbove(project: string): PatternFile[] {
  const above: PatternFile[] = [];
  for (let folder = project;; folder = dirname(folder)) {
    if (folder !== project) {
      above.push({ path: join(folder, ".gitignore"), folder });
    }
    const git = gitFolderOf(folder);
    if (git !== undefined) {
      return [...above, { path: join(git, "info", "exclude"), folder }];
    }
    // Without a repository nobody says that the folders above belong to the project.
    if (folder === dirname(folder)) return [];
  }
}

/** What the files say now. */
export function loadPatterns(files: readonly PatternFile[]): OuterPatterns[] {
  return files.flatMap(({ path, folder }) => {
    const text = loadText(path);
    return text === undefined
      ? []
      : [{ folder, patterns: parsePatterns(text) }];
  });
}

/** The text of a file, if it can be read. */
export function loadText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/** Where the repository of a work tree's top folder keeps its data. */
function gitFolderOf(folder: string): string | undefined {
  const git = join(folder, ".git");
  const stat = statOf(git);
  if (stat === undefined) return undefined;
  if (stat.isDirectory) return git;
  // A submodule's, or a further work tree's: a file that says where.
  const named = /^gitdir: (.+)$/m.exec(loadText(git) ?? "")?.[1];
  if (named === undefined) return undefined;
  const own = resolve(folder, named.trim());
  const common = loadText(join(own, "commondir"))?.trim();
  return common === undefined ? own : resolve(own, common);
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
