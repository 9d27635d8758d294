/**
 * Tries the stores that can be away, so that it is known at the start and not at a guest's
 * first request.
 *
 * @module
 */

import type { Host, StoreState } from "../assemble.ts";
import type { Log } from "../log.ts";

/** What is known of the stores so far. */
export interface StoreCheck {
  /** What is known behind a name of `Buckets.list()`. */
  stateOf(name: string | undefined): StoreState;
  /** Resolves when every store has been tried. */
  readonly done: Promise<void>;
}

/**
 * Starts to try the stores that buckets are kept in, and warns of each one that fails.
 *
 * @param entries The names of buckets that are opened, and made where they are missing; of
 * others the store is tried alone.
 */
export function checkStores(
  { buckets }: Host,
  log: Log,
  entries: readonly string[],
): StoreCheck {
  const states = new Map<string | undefined, StoreState>();
  const told = new Set<string>();
  const listings = buckets.list().filter(({ backend }) => canBeAway(backend));
  const checks = listings.map(async ({ name, location }) => {
    states.set(name, "untried");
    try {
      const { backend } = await buckets.locate(name ?? "");
      await backend.check?.();
      const opened = backend.check === undefined ||
        name !== undefined && entries.includes(name);
      if (opened && name !== undefined) await buckets.open(name);
      states.set(name, "usable");
    } catch (error) {
      states.set(name, "unusable");
      const reason = error instanceof Error ? error.message : String(error);
      const text = `Buckets in ${location} cannot be used now: ${reason}`;
      if (told.has(text)) return;
      told.add(text);
      log.emit({ event: "warning", text });
    }
  });
  return {
    stateOf: (name) => states.get(name) ?? "usable",
    done: Promise.all(checks).then(() => {}),
  };
}

function canBeAway(
  backend: ReturnType<Host["buckets"]["list"]>[number]["backend"],
): boolean {
  switch (backend) {
    case "in_memory":
    case "filesystem":
      return false;
    case "nats":
    case "redis":
    case "deno_kv":
      return true;
  }
}
