/**
 * Stores whose data is gone when they are closed, opened once for all buckets that come and go
 * while their host runs: another configuration must not cost what was written.
 *
 * @module
 */

import { type BackendChoice, openBackend } from "./backends.ts";
import type { Backend } from "./store.ts";

/** Opens stores. Disposing it closes those that it kept. */
export interface KeptStores extends AsyncDisposable {
  /** A store; closing one whose data is in memory leaves the data where it is. */
  open(choice: BackendChoice): Promise<Backend>;
}

/** Keeps the stores that are in this process's memory. */
export function keepInMemory(): KeptStores {
  const kept = new Map<string, Promise<Backend>>();
  return {
    async open(choice) {
      if (!isInMemory(choice)) return await openBackend(choice);
      const id = JSON.stringify(choice);
      const known = kept.get(id);
      const opening = known ?? openBackend(choice);
      if (known === undefined) {
        kept.set(id, opening);
        opening.catch(() => kept.delete(id));
      }
      return leftOpen(await opening);
    },
    async [Symbol.asyncDispose]() {
      const backends = await Promise.allSettled(kept.values());
      kept.clear();
      await Promise.all(
        backends.map((each) =>
          each.status === "fulfilled"
            ? each.value[Symbol.asyncDispose]()
            : undefined
        ),
      );
    },
  };
}

function isInMemory(choice: BackendChoice): boolean {
  return choice.backend === "in_memory" ||
    choice.backend === "deno_kv" && choice.path === ":memory:";
}

/** The same store for one who may close it. */
function leftOpen(backend: Backend): Backend {
  const { check, list, create } = backend;
  return {
    summary: backend.summary,
    open: (bucket) => backend.open(bucket),
    info: (bucket) => backend.info(bucket),
    drop: (bucket) => backend.drop(bucket),
    ...(check && { check: () => check.call(backend) }),
    ...(list && { list: () => list.call(backend) }),
    ...(create && { create: (bucket) => create.call(backend, bucket) }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
