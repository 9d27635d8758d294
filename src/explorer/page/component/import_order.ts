import type { ImportFacts } from "../../api.ts";

const ORDER = { nothing: 0, component: 1, wharf: 2 } as const;

/** Imports with those in front that somebody may have to do something about. */
export function sortImports(
  imports: readonly ImportFacts[],
): readonly ImportFacts[] {
  return imports.toSorted((a, b) =>
    ORDER[a.by] - ORDER[b.by] || compare(a.name, b.name) ||
    compare(a.label ?? "", b.label ?? "")
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
