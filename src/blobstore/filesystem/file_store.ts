/**
 * The store itself; {@linkcode openBlobFiles} loads it.
 *
 * @module
 */

import type { Stats } from "node:fs";
import { constants } from "node:fs";
import {
  copyFile,
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  rmdir,
  unlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { Drafts, FileDraft, putInPlace } from "./draft.ts";
import { explain, isMissing, systemCode } from "./faults.ts";
import { decodeName, encodeName } from "./names.ts";
import {
  BlobError,
  type BlobReader,
  type BlobStore,
  containerExists,
  noSuchContainer,
  noSuchObject,
  type ObjectId,
} from "../store.ts";

/** Makes the store in a folder, which is made when the first container is. Touches nothing yet. */
export function makeFileStore(root: string): BlobStore {
  const drafts = new Drafts(root);
  const folderOf = (container: string) => {
    const parts = encodeName(container);
    if (parts.length > 1) {
      throw new BlobError(
        "bad-name",
        "Cannot use a container's name of that length: " +
          "escaped, it is longer than 200 bytes; use a shorter one",
      );
    }
    return join(root, parts[0]!);
  };
  const pathOf = ({ container, object }: ObjectId) =>
    join(folderOf(container), ...encodeName(object));
  const place = async (from: string, { container, object }: ObjectId) => {
    await folderStats(container, folderOf(container));
    try {
      await putInPlace(from, folderOf(container), encodeName(object));
    } catch (cause) {
      throw isMissing(cause) ? noSuchContainer(container) : cause;
    }
  };
  const objectStats = async (id: ObjectId): Promise<Stats> => {
    await folderStats(id.container, folderOf(id.container));
    const stats = await statsOf(pathOf(id));
    if (!stats?.isFile()) throw noSuchObject(id);
    return stats;
  };
  return {
    createContainer: (container) =>
      telling("create a container", async () => {
        const folder = folderOf(container);
        await mkdir(root, { recursive: true });
        try {
          await mkdir(folder);
        } catch (cause) {
          throw systemCode(cause) === "EEXIST"
            ? containerExists(container)
            : cause;
        }
      }),
    containerInfo: (container) =>
      telling("look for a container", async () => {
        const stats = await statsOf(folderOf(container));
        return stats?.isDirectory() ? { createdAt: bornAt(stats) } : undefined;
      }),
    deleteContainer: (container) =>
      telling("delete a container", async () => {
        const folder = folderOf(container);
        if (!(await statsOf(folder))?.isDirectory()) return;
        const aside = await drafts.freePath();
        try {
          await rename(folder, aside);
        } catch (cause) {
          if (isMissing(cause)) return; // another was faster
          throw cause;
        }
        await rm(aside, { recursive: true });
      }),
    clear: (container) =>
      telling("clear a container", async () => {
        const folder = folderOf(container);
        await folderStats(container, folder);
        for await (const parts of filesBelow(folder, [])) {
          await removeFile(join(folder, ...parts), folder);
        }
      }),
    async *list(container) {
      try {
        const folder = folderOf(container);
        await folderStats(container, folder);
        for await (const parts of filesBelow(folder, [])) {
          const name = decodeName(parts);
          if (name !== undefined) yield name;
        }
      } catch (cause) {
        throw explain(cause, "list a container");
      }
    },
    objectInfo: (id) =>
      telling("look for an object", async () => {
        await folderStats(id.container, folderOf(id.container));
        const stats = await statsOf(pathOf(id));
        return stats?.isFile()
          ? { createdAt: stats.mtimeMs, size: stats.size }
          : undefined;
      }),
    open: (id) =>
      telling("open an object", async () => {
        await objectStats(id);
        return await openReader(pathOf(id), id);
      }),
    draft() {
      const draft = new FileDraft(drafts, place);
      const act = "write an object";
      return {
        write: (bytes) => telling(act, () => draft.write(bytes)),
        commit: (id) => telling(act, () => draft.commit(id)),
        discard: () => telling(act, () => draft.discard()),
      };
    },
    delete: (id) =>
      telling("delete an object", async () => {
        const folder = folderOf(id.container);
        await folderStats(id.container, folder);
        await removeFile(pathOf(id), folder);
      }),
    copy: (from, to) =>
      telling("copy an object", async () => {
        await objectStats(from);
        const aside = await drafts.freePath();
        try {
          await copyFile(pathOf(from), aside);
          await place(aside, to);
        } catch (cause) {
          await rm(aside, { force: true });
          throw cause;
        }
      }),
    move: (from, to) =>
      telling("move an object", async () => {
        await objectStats(from);
        await place(pathOf(from), to);
      }),
  };
}

async function telling<T>(act: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw explain(cause, act);
  }
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

async function folderStats(container: string, folder: string): Promise<void> {
  if (!(await statsOf(folder))?.isDirectory()) throw noSuchContainer(container);
}

/** When a file was made; not every file system knows, and then when it last changed. */
function bornAt({ birthtimeMs, mtimeMs }: Stats): number {
  return birthtimeMs > 0 ? birthtimeMs : mtimeMs;
}

/** The paths of all files, symbolic links not followed. */
async function* filesBelow(
  folder: string,
  above: readonly string[],
): AsyncGenerator<readonly string[]> {
  let listing;
  try {
    listing = await opendir(join(folder, ...above));
  } catch (cause) {
    if (isMissing(cause)) return; // deleted meanwhile
    throw cause;
  }
  for await (const entry of listing) {
    const name = String(entry.name);
    if (entry.isFile()) yield [...above, name];
    else if (entry.isDirectory() && name.endsWith("~")) {
      yield* filesBelow(folder, [...above, name]);
    }
  }
}

/** Removes a file, and the folders of its long name that are empty then. */
async function removeFile(path: string, folder: string): Promise<void> {
  try {
    if ((await lstat(path)).isDirectory()) return;
    await unlink(path);
    for (
      let above = dirname(path);
      above !== folder;
      above = dirname(above)
    ) {
      await rmdir(above);
    }
  } catch (cause) {
    if (!isMissing(cause) && systemCode(cause) !== "ENOTEMPTY") throw cause;
  }
}

async function openReader(path: string, id: ObjectId): Promise<BlobReader> {
  let handle: FileHandle;
  try {
    handle = await open(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0),
    );
  } catch (cause) {
    throw isMissing(cause) ? noSuchObject(id) : cause;
  }
  const { size } = await handle.stat();
  let last: Promise<unknown> = Promise.resolve();
  return {
    size,
    read(offset, length) {
      const reading = telling("read an object", async () => {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await handle.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      });
      last = reading.catch(() => {});
      return reading;
    },
    close() {
      // Not under a call that is under way: the number could be another file's by then.
      last.then(() => handle.close()).catch(() => {});
    },
  };
}
