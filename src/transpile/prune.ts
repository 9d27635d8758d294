/**
 * Keeps the artifact cache from growing with every build.
 *
 * @module
 */

/** How much the cache may hold: some thirty builds of a component with an engine in it. */
const MAX_BYTES = 512 * 1024 * 1024;

/** After how long a folder that was never moved into place was left by a process that died. */
const STALE_MS = 60 * 60 * 1000;

interface CacheEntry {
  readonly path: string;
  readonly bytes: number;
  readonly lastUse: number;
}

/**
 * Removes what was not used for longest until the cache fits.
 *
 * @param keep The entry that was just made; never removed.
 */
export async function prune(
  directory: string,
  keep: string,
  maxBytes = MAX_BYTES,
  now = Date.now(),
): Promise<void> {
  const entries: CacheEntry[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (!isDirectory) continue;
    const entry = await measure(`${directory}/${name}`);
    if (name === keep || entry === undefined) continue;
    if (!name.startsWith("new-")) entries.push(entry);
    else if (now - entry.lastUse > STALE_MS) await remove(entry.path);
  }
  entries.sort((a, b) => a.lastUse - b.lastUse);
  const kept = await measure(`${directory}/${keep}`);
  let total = entries.reduce(
    (sum, entry) => sum + entry.bytes,
    kept?.bytes ?? 0,
  );
  for (const entry of entries) {
    if (total <= maxBytes) return;
    await remove(entry.path);
    total -= entry.bytes;
  }
}

/** `undefined` when another process removed it meanwhile. */
async function measure(path: string): Promise<CacheEntry | undefined> {
  try {
    const { mtime } = await Deno.stat(path);
    let bytes = 0;
    for await (const { name } of Deno.readDir(path)) {
      bytes += (await Deno.stat(`${path}/${name}`)).size;
    }
    return { path, bytes, lastUse: mtime?.getTime() ?? 0 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
