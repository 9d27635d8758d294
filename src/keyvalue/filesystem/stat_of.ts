/**
 * Looking at a path without following a link.
 *
 * @module
 */

/** What stands at a path. */
export async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    // A file stands where the path wants a folder.
    if (cause instanceof Deno.errors.NotADirectory) return undefined;
    throw cause;
  }
}
