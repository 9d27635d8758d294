/**
 * Objects in memory; they end with the process.
 *
 * @module
 */

import {
  type BlobDraft,
  type BlobStore,
  containerExists,
  noSuchContainer,
  noSuchObject,
  type ObjectId,
} from "./store.ts";

interface StoredObject {
  readonly bytes: Blob;
  readonly createdAt: number;
}

interface StoredContainer {
  readonly createdAt: number;
  readonly objects: Map<string, StoredObject>;
}

/** Makes an empty store in memory. */
export function makeBlobsInMemory(): BlobStore {
  const containers = new Map<string, StoredContainer>();
  const containerOf = (name: string): StoredContainer => {
    const container = containers.get(name);
    if (container === undefined) throw noSuchContainer(name);
    return container;
  };
  const objectOf = (id: ObjectId): StoredObject => {
    const object = containerOf(id.container).objects.get(id.object);
    if (object === undefined) throw noSuchObject(id);
    return object;
  };
  const put = ({ container, object }: ObjectId, bytes: Blob) =>
    void containerOf(container).objects.set(object, {
      bytes,
      createdAt: Date.now(),
    });
  return {
    // deno-lint-ignore require-await -- rejects as the port has it
    async createContainer(container) {
      if (containers.has(container)) throw containerExists(container);
      containers.set(container, { createdAt: Date.now(), objects: new Map() });
    },
    containerInfo: (container) => Promise.resolve(containers.get(container)),
    deleteContainer(container) {
      containers.delete(container);
      return Promise.resolve();
    },
    // deno-lint-ignore require-await -- the same
    async clear(container) {
      containerOf(container).objects.clear();
    },
    async *list(container) {
      yield* [...containerOf(container).objects.keys()];
    },
    // deno-lint-ignore require-await -- the same
    async objectInfo({ container, object }) {
      const found = containerOf(container).objects.get(object);
      return found && { createdAt: found.createdAt, size: found.bytes.size };
    },
    // deno-lint-ignore require-await -- the same
    async open(id) {
      const { bytes } = objectOf(id);
      return {
        size: bytes.size,
        read: (offset, length) => bytes.slice(offset, offset + length).bytes(),
        close() {},
      };
    },
    draft: () => draftInMemory(put),
    // deno-lint-ignore require-await -- the same
    async delete({ container, object }) {
      containerOf(container).objects.delete(object);
    },
    // deno-lint-ignore require-await -- the same
    async copy(from, to) {
      put(to, objectOf(from).bytes);
    },
    // deno-lint-ignore require-await -- the same
    async move(from, to) {
      const { bytes } = objectOf(from);
      containerOf(to.container);
      containerOf(from.container).objects.delete(from.object);
      put(to, bytes);
    },
  };
}

function draftInMemory(put: (id: ObjectId, bytes: Blob) => void): BlobDraft {
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  const discard = () => {
    pieces = [];
    return Promise.resolve();
  };
  return {
    write(bytes) {
      pieces.push(bytes.slice());
      return Promise.resolve();
    },
    async commit(id) {
      put(id, new Blob(pieces));
      await discard();
    },
    discard,
  };
}
