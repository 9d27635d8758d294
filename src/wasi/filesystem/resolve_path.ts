/**
 * From a guest's path to the host's, component by component: no `..`, no absolute path and no
 * symbolic link leads out of the directory that it starts in.
 *
 * @module
 */

import type { BigIntStats } from "node:fs";
import { lstat, readlink, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { errorCodeOf, refused } from "./error_code.ts";
import { checkPathText, type GuestPath, parseGuestPath } from "./guest_path.ts";

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** What a path of a guest means now. */
export interface Resolved {
  /** The directory that holds it, absolute and without symbolic links. */
  readonly parent: string;
  /** It itself. */
  readonly path: string;
  /** What is there; `undefined` where its name is free. */
  readonly stats: BigIntStats | undefined;
  /** It is the directory that the path started in. */
  readonly isStart: boolean;
  /** The path can only mean a directory. */
  readonly wantsDirectory: boolean;
}

/**
 * Resolves a guest's path.
 *
 * @param start A directory without symbolic links.
 * @param follow Whether a symbolic link at the end is followed.
 * @throws {WitError} It leads out, or through what is no directory.
 */
export async function resolvePath(
  start: string,
  path: string,
  follow: boolean,
): Promise<Resolved> {
  const given = parseGuestPath(path);
  let wantsDirectory = given.isDirectory;
  const pending = [...given.components];
  const below: string[] = [];
  let links = 0;
  let component: string | undefined;
  while ((component = pending.shift()) !== undefined) {
    if (component === "..") {
      // Above it is what the guest was not given, whoever else may read it.
      if (below.pop() === undefined) throw refused("not-permitted");
      continue;
    }
    const parent = join(start, ...below);
    const here = join(parent, component);
    const stats = await statsOf(here);
    const isLast = pending.length === 0;
    if (stats === undefined) {
      if (!isLast) throw refused("no-entry");
      return { parent, path: here, stats, isStart: false, wantsDirectory };
    }
    if (stats.isSymbolicLink() && (!isLast || follow || wantsDirectory)) {
      if (++links > MOST_LINKS) throw refused("loop");
      const target = await targetOf(here);
      pending.unshift(...target.components);
      if (isLast && target.isDirectory) wantsDirectory = true;
      continue;
    }
    if (stats.isDirectory()) {
      below.push(component);
      continue;
    }
    if (!isLast || wantsDirectory) throw refused("not-directory");
    return { parent, path: here, stats, isStart: false, wantsDirectory };
  }
  const here = join(start, ...below);
  const stats = await statsOf(here);
  if (stats === undefined) throw refused("no-entry");
  return {
    parent: join(start, ...below.slice(0, -1)),
    path: here,
    stats,
    isStart: below.length === 0,
    wantsDirectory: true,
  };
}

async function targetOf(link: string): Promise<GuestPath> {
  const target = await readlink(link);
  checkPathText(target);
  return parseGuestPath(target);
}

/** What stands at a path, a symbolic link as itself; `undefined` for nothing. */
export async function statsOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (cause) {
    if (errorCodeOf(cause) === "no-entry") return undefined;
    throw cause;
  }
}

/**
 * Makes sure that a directory still lies where it was found: another process may have put a
 * symbolic link into its path meanwhile.
 *
 * @throws {WitError} It lies elsewhere.
 */
export async function confirmInside(
  directory: string,
  start: string,
): Promise<void> {
  const real = await realpath(directory);
  const prefix = start.endsWith(sep) ? start : start + sep;
  if (real !== start && !real.startsWith(prefix)) {
    throw refused("not-permitted");
  }
}
