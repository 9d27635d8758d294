/**
 * Finds configuration files. Reads folders synchronously: it runs once, before anything is
 * served, and each asynchronous call would cost a start more than the call itself takes.
 *
 * @module
 */

import { CONFIG_FILE_NAMES, fileProblem } from "./config_document.ts";
import { parentOf, resolvePath } from "./paths.ts";

/** What was found where a configuration file was looked for. */
export type FoundConfig =
  | {
    readonly kind: "file";
    /** The folder that holds `.wash`. */
    readonly project: string;
    readonly file: string;
    /** Files beside it that would have been read without it. */
    readonly ignored: readonly string[];
  }
  | { readonly kind: "none" }
  | {
    readonly kind: "unreadable";
    readonly path: string;
    readonly problem: string;
  };

/** Looks for `.wash/config.*` in a folder, and above it if `upwards`. */
export function findConfig(
  folder: string,
  upwards: boolean,
): FoundConfig {
  const wash = resolvePath(folder, ".wash");
  try {
    const [file, ...ignored] = configFilesIn(wash);
    if (file !== undefined) {
      return { kind: "file", project: folder, file, ignored };
    }
  } catch (error) {
    return { kind: "unreadable", path: wash, problem: fileProblem(error) };
  }
  const parent = parentOf(folder);
  return upwards && parent !== folder
    ? findConfig(parent, upwards)
    : { kind: "none" };
}

/** The configuration files in a folder, the one to read first; none where there is no such folder. */
export function configFilesIn(folder: string): readonly string[] {
  const names = new Set<string>();
  try {
    for (const { name } of Deno.readDirSync(folder)) names.add(name);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) {
      return [];
    }
    throw error;
  }
  return CONFIG_FILE_NAMES.filter((name) => names.has(name))
    .map((name) => resolvePath(folder, name));
}

/** Why a folder cannot be a project, if it cannot. */
export function folderProblem(folder: string): string | undefined {
  try {
    return Deno.statSync(folder).isDirectory ? undefined : "not a folder";
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? "no such folder"
      : fileProblem(error);
  }
}
