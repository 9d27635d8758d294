/**
 * Objects as files: a folder for each container, a file for each object.
 *
 * @module
 */

import type { BlobDraft, BlobStore } from "./store.ts";

/**
 * Opens the store in a folder, which is made when the first container is. Touches nothing yet,
 * and loads nothing: `node:fs` would add 100 ms to a start that needs no object.
 */
export function openBlobFiles(root: string): BlobStore {
  let loading: Promise<BlobStore> | undefined;
  const load = () =>
    loading ??= import("./filesystem/file_store.ts")
      .then(({ makeFileStore }) => makeFileStore(root));
  return {
    createContainer: async (name) => (await load()).createContainer(name),
    containerInfo: async (name) => (await load()).containerInfo(name),
    deleteContainer: async (name) => (await load()).deleteContainer(name),
    clear: async (name) => (await load()).clear(name),
    async *list(name) {
      yield* (await load()).list(name);
    },
    objectInfo: async (id) => (await load()).objectInfo(id),
    open: async (id) => (await load()).open(id),
    draft: () => lateDraft(load),
    delete: async (id) => (await load()).delete(id),
    copy: async (from, to) => (await load()).copy(from, to),
    move: async (from, to) => (await load()).move(from, to),
  };
}

function lateDraft(load: () => Promise<BlobStore>): BlobDraft {
  let making: Promise<BlobDraft> | undefined;
  const make = () => making ??= load().then((store) => store.draft());
  return {
    write: async (bytes) => (await make()).write(bytes),
    commit: async (id) => (await make()).commit(id),
    discard: async () => (await making)?.discard(),
  };
}
