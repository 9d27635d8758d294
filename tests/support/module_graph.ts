/**
 * What a module loads before it runs.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What `deno info --json` says of a module, as far as it is read here. */
interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    /** Absent where only types are imported. */
    readonly code?: { readonly specifier?: string };
    readonly isDynamic?: boolean;
  }[];
}

/**
 * Specifiers of all that is loaded with some modules of this project: what they import, and
 * what that imports, but nothing that is imported on demand.
 *
 * @param paths Seen from the project's folder.
 */
export async function modulesLoadedBy(
  ...paths: readonly string[]
): Promise<readonly string[]> {
  const graphs = await Promise.all(paths.map(readGraph));
  return [...new Set(graphs.flat())];
}

async function readGraph(path: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", path],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly roots: readonly string[];
    readonly modules: readonly ModuleInfo[];
  };
  const known = new Map(modules.map((each) => [each.specifier, each]));
  const loaded = new Set(roots);
  // A set takes what is added while it is walked.
  for (const specifier of loaded) {
    for (
      const { code, isDynamic } of known.get(specifier)?.dependencies ?? []
    ) {
      if (code?.specifier !== undefined && !isDynamic) {
        loaded.add(code.specifier);
      }
    }
  }
  return [...loaded];
}
