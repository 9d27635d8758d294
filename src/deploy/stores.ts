import type { Host } from "../assemble.ts";
import type { Config } from "../config/mod.ts";
import type { Artifact } from "../runtime/artifact.ts";
import type { StoreModule } from "./bundle.ts";

/** What the stores of a deployment follow from. */
export interface StoresOptions {
  readonly config: Config;
  readonly host: Host;
  readonly artifacts: readonly Artifact[];
}

/** The stores that guests can reach by any name; none where they know of no buckets. */
export function storesOf(
  { config, host, artifacts }: StoresOptions,
): ReadonlySet<StoreModule> {
  const stores = new Set<StoreModule>();
  const usesBuckets = artifacts.some(({ imports, exports }) =>
    [...imports.map(({ name }) => name), ...exports]
      .some((name) => name.startsWith("wasi:keyvalue/"))
  );
  if (!usesBuckets) return stores;
  const { buckets } = config.dev.keyvalue;
  for (const { name, backend } of host.buckets.list()) {
    if (backend !== "filesystem") {
      stores.add(backend);
      continue;
    }
    const engine = name === undefined
      ? undefined
      : buckets[name]?.filesystem?.engine;
    stores.add(engine ?? "files");
  }
  return stores;
}
