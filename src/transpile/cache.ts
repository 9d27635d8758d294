/**
 * Artifacts on disk, found by what they were made from. Two processes may fill the cache at
 * once, and either may be killed: an artifact is written beside its place and moved there
 * in one step, and one that is damaged all the same is made again.
 *
 * @module
 */

import {
  type Artifact,
  ARTIFACT_FORMAT,
  ArtifactError,
  formatManifest,
  loadArtifact,
  MANIFEST_FILE,
  readArtifact,
  readManifest,
  type RewriteModule,
  sha256,
} from "../runtime/artifact.ts";
import { limitMemory } from "./memory_limit.ts";
import { prune } from "./prune.ts";
import type { ArtifactFiles } from "./transpile.ts";
import type { Transpile } from "./transpiler.ts";

/**
 * What made an artifact: jco's version, and a number that is raised whenever this room writes
 * something else from the same input. A test holds the version against deno.json.
 */
export const TRANSPILER = "jco-transpile@0.12.1 wharf@4";

/** What an artifact's modules are compiled for; the cache has nothing of it. */
export interface RunOptions {
  /** The most memory that each module may take, in bytes. */
  readonly memoryLimit?: number;
}

/** How an artifact is made where the cache has none. */
export interface MakeOptions extends RunOptions {
  /** Default: in this thread. */
  readonly transpile?: Transpile;
}

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
 * @throws {MemoryLimitError} It begins with more memory than it may take.
 */
export async function cachedArtifact(
  directory: string,
  bytes: Uint8Array<ArrayBuffer>,
  { memoryLimit, transpile = transpileHere }: MakeOptions = {},
): Promise<CachedArtifact> {
  const rewrite = memoryLimit === undefined
    ? undefined
    : (module: Uint8Array<ArrayBuffer>) => limitMemory(module, memoryLimit);
  const key = await cacheKey(bytes);
  const place = `${directory}/${key}`;
  try {
    return { artifact: await loadFrom(place, rewrite), transpiled: false };
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
  }
  const files = await transpile(bytes);
  await store(directory, key, files);
  await prune(directory, key);
  // Not from the disk: another process may be putting the same there.
  const artifact = await artifactFrom(files, rewrite);
  return { artifact, transpiled: true };
}

/**
 * The files of a component's artifact, its modules as they are run: with their memory limited.
 *
 * @throws As {@linkcode cachedArtifact}.
 */
export async function artifactFiles(
  directory: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: MakeOptions = {},
): Promise<ArtifactFiles> {
  await cachedArtifact(directory, bytes, options);
  const { memoryLimit } = options;
  const place = directoryUrl(`${directory}/${await cacheKey(bytes)}/`);
  const read = (name: string) => Deno.readFile(new URL(name, place));
  const manifest = await readManifest({ place: place.pathname, read });
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const hashes: Record<string, string> = {};
  for (const name of Object.keys(manifest.hashes)) {
    const module = await read(name);
    const limited = memoryLimit === undefined
      ? module
      : limitMemory(module, memoryLimit);
    files.set(name, limited);
    hashes[name] = await sha256(limited);
  }
  files.set(MANIFEST_FILE, await formatManifest({ ...manifest, hashes }));
  return files;
}

async function transpileHere(bytes: Uint8Array<ArrayBuffer>) {
  const { transpile } = await import("./transpile.ts");
  return await transpile(bytes);
}

async function loadFrom(
  place: string,
  rewrite?: RewriteModule,
): Promise<Artifact> {
  const artifact = await loadArtifact(directoryUrl(`${place}/`), rewrite);
  // The age of an entry is the time of its last use. That it cannot be set on a cache that
  // is read-only is no reason not to use it.
  const now = new Date();
  await Deno.utime(place, now, now).catch(() => {});
  return artifact;
}

function artifactFrom(
  files: ArtifactFiles,
  rewrite?: RewriteModule,
): Promise<Artifact> {
  return readArtifact({
    place: "",
    read: (name) => Promise.resolve(files.get(name)!),
  }, rewrite);
}

/** `node:url` has this too, and costs a start some milliseconds. */
function directoryUrl(path: string): URL {
  const url = new URL("file:///");
  const escaped = path.replaceAll("%", "%25");
  url.pathname = Deno.build.os === "windows"
    ? escaped
    : escaped.replaceAll("\\", "%5C");
  return url;
}

async function cacheKey(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const made = `${TRANSPILER} ${ARTIFACT_FORMAT} ${await sha256(bytes)}`;
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

/** Puts a whole folder in its place; a damaged one that stands there makes way. */
async function moveInto(written: string, place: string): Promise<void> {
  // A whole one is of another process, which made it from the same and may be reading it.
  if (await isMoved(written, place) || await isWhole(place)) return;
  const aside = `${written}-old`;
  try {
    await Deno.rename(place, aside);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    await isMoved(written, place);
  } finally {
    await removeTree(aside);
  }
}

/** What the system answers when a folder is moved to where another one stands. */
const STANDS_THERE: ReadonlySet<unknown> = new Set(["ENOTEMPTY", "EEXIST"]);

/** Moves a folder; false when another stands there, or did a moment ago. */
async function isMoved(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error && error.code;
    if (STANDS_THERE.has(code)) return false;
    // Windows does not say so.
    if (await isDirectory(to)) return false;
    throw error;
  }
}

async function isWhole(place: string): Promise<boolean> {
  try {
    await loadFrom(place);
    return true;
  } catch (error) {
    if (error instanceof ArtifactError) return false;
    throw error;
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
