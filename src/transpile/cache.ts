/**
 * Artifacts on disk, found by what they were made from. Two processes may fill the cache at
 * once, and either may be killed: an artifact is written beside its place and moved there
 * in one step, and one that is damaged all the same is made again.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import {
  type Artifact,
  ArtifactError,
  loadArtifact,
  sha256,
} from "../runtime/artifact.ts";
import { prune } from "./prune.ts";
import type { ArtifactFiles } from "./transpile.ts";

/**
 * What made an artifact: jco's version, and a number that is raised whenever this room writes
 * something else from the same input. A test holds the version against deno.json.
 */
export const TRANSPILER = "jco-transpile@0.12.1 wharf@1";

/** An artifact, and whether it had to be made. */
export interface CachedArtifact {
  readonly artifact: Artifact;
  readonly transpiled: boolean;
}

/**
 * The artifact of a component, from the cache where it is there.
 *
 * @param directory Absolute path of the cache; made when it is missing.
 * @throws {TypeError | RangeError | LinkPlanError} The component cannot be transpiled.
 */
export async function cachedArtifact(
  directory: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<CachedArtifact> {
  const key = await cacheKey(bytes);
  const place = `${directory}/${key}`;
  try {
    return { artifact: await loadFrom(place), transpiled: false };
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
  }
  const { transpile } = await import("./transpile.ts");
  const files = await transpile(bytes);
  await store(directory, key, files);
  const artifact = await loadFrom(place);
  await prune(directory, key);
  return { artifact, transpiled: true };
}

async function loadFrom(place: string): Promise<Artifact> {
  const artifact = await loadArtifact(pathToFileURL(`${place}/`));
  // The age of an entry is the time of its last use. That it cannot be set on a cache that
  // is read-only is no reason not to use it.
  const now = new Date();
  await Deno.utime(place, now, now).catch(() => {});
  return artifact;
}

async function cacheKey(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const made = `${TRANSPILER} ${await sha256(bytes)}`;
  return await sha256(new TextEncoder().encode(made));
}

async function store(
  directory: string,
  key: string,
  files: ArtifactFiles,
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const written = await Deno.makeTempDir({ dir: directory, prefix: "new-" });
  try {
    for (const [name, content] of files) {
      await Deno.writeFile(`${written}/${name}`, content);
    }
    await moveInto(written, `${directory}/${key}`);
  } finally {
    await removeTree(written);
  }
}

/** Puts a whole folder in its place; what stands there, whole or damaged, makes way. */
async function moveInto(written: string, place: string): Promise<void> {
  const aside = `${written}-old`;
  try {
    await Deno.rename(place, aside);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    await Deno.rename(written, place);
  } catch (error) {
    // Another process put its own there between the two moves. It was made from the same.
    if (!await isDirectory(place)) throw error;
  } finally {
    await removeTree(aside);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
