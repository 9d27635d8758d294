/**
 * The npm packages that a deployment needs: Wharf's own, of the same versions, and no others.
 *
 * @module
 */

import { STORE_MODULES, type StoreModule } from "./bundle.ts";
import type { Target } from "./deployment_file.ts";

/** Wharf's `deno.json`, as far as it is read here. */
interface ProjectFile {
  readonly imports: Readonly<Record<string, string>>;
}

interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

/** `deno.lock`, as far as it is read here. */
interface LockFile {
  readonly version: string;
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, LockedPackage>>;
}

/** What a deployment's packages are told by. */
export interface PackageOptions {
  readonly stores: ReadonlySet<StoreModule>;
  readonly target: Target;
}

/** `deno.json` of a deployment, and its `deno.lock` where it has packages. */
export async function packageFiles(
  { stores, target }: PackageOptions,
): Promise<Readonly<Record<string, string>>> {
  const project: ProjectFile = await readJson("deno.json");
  const imports = importsOf(project, stores);
  const isPlatform = target === "deno-deploy";
  const config = {
    nodeModulesDir: "none",
    ...(Object.keys(imports).length > 0 && { imports }),
    // On Deno Deploy it is there without being asked for.
    ...(stores.has("deno_kv") && !isPlatform && { unstable: ["kv"] }),
    ...(isPlatform && { deploy: { runtime: { entrypoint: "main.js" } } }),
  };
  if (Object.keys(imports).length === 0) return { "deno.json": text(config) };
  const lock: LockFile = await readJson("deno.lock");
  return {
    "deno.json": text(config),
    "deno.lock": text(lockOf(lock, Object.values(imports))),
  };
}

function importsOf(
  { imports }: ProjectFile,
  stores: ReadonlySet<StoreModule>,
): Record<string, string> {
  const names = [...stores].flatMap((store): readonly string[] =>
    STORE_MODULES[store].packages
  );
  return Object.fromEntries(
    Object.entries(imports).filter(([specifier]) =>
      names.some((name) =>
        name.endsWith("/") ? specifier.startsWith(name) : specifier === name
      )
    ),
  );
}

/** The part of a lock file that some packages and all that they need stand in. */
function lockOf(
  { version, specifiers, npm }: LockFile,
  wanted: readonly string[],
): LockFile & { readonly workspace: unknown } {
  const roots = Object.keys(specifiers).filter((specifier) =>
    wanted.some((each) =>
      each === specifier || each.startsWith(`${specifier}/`)
    )
  );
  const ids = new Set(
    roots.map((root) =>
      `${nameOf(root.slice("npm:".length))}@${specifiers[root]}`
    ),
  );
  // A set takes what is added while it is walked.
  for (const id of ids) {
    const { dependencies = [], optionalDependencies = [] } = npm[id] ?? {};
    for (const name of [...dependencies, ...optionalDependencies]) {
      ids.add(idOf(name, npm));
    }
  }
  return {
    version,
    specifiers: pick(specifiers, new Set(roots)),
    npm: pick(npm, ids),
    workspace: { dependencies: roots },
  };
}

/** A dependency is written without its version where there is one version alone. */
function idOf(name: string, npm: LockFile["npm"]): string {
  if (Object.hasOwn(npm, name)) return name;
  const id = Object.keys(npm).find((id) => nameOf(id) === name);
  if (id !== undefined) return id;
  throw new TypeError(`Cannot lock "${name}": deno.lock does not have it`);
}

/** `@scope/name` of `@scope/name@1.0.0`. */
function nameOf(id: string): string {
  return id.slice(0, id.indexOf("@", 1));
}

function pick<Value>(
  values: Readonly<Record<string, Value>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => names.has(name)),
  );
}

async function readJson<Content>(name: string): Promise<Content> {
  const url = new URL(`../../${name}`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}

function text(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
