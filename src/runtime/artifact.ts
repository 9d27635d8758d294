/**
 * The port between transpiling and running: a component as core modules plus the plan that
 * joins them. Made by `src/transpile` in `dev`, read from `dist/` on a server.
 *
 * @module
 */

import type { LinkPlan } from "./link_plan.ts";

/** One import of a component, with the type of all it uses. */
export interface WantedInterface {
  /** `namespace:package/interface`; empty for a function imported by the world itself. */
  readonly name: string;
  /** `0.2.3`, `0.2.0-draft`, or empty where the import carries none. */
  readonly version: string;
  /** The import as the component spells it. */
  readonly label: string;
  /** WIT name to WIT type, as in `HostInterface.functions`. */
  readonly functions: Readonly<Record<string, string>>;
  /** WIT name to definition, as in `HostInterface.types`. */
  readonly types: Readonly<Record<string, string>>;
}

/** Everything that is needed to make instances of a component. */
export interface Artifact {
  readonly imports: readonly WantedInterface[];
  /** Names of the component's exports. */
  readonly exports: readonly string[];
  /** How its core modules are joined. */
  readonly plan: LinkPlan;
  /** Compiled core modules by file name. */
  readonly coreModules: ReadonlyMap<string, WebAssembly.Module>;
}

/** What an artifact's folder says of itself, in `artifact.json`. */
export interface ArtifactManifest {
  readonly format: number;
  readonly imports: readonly WantedInterface[];
  readonly exports: readonly string[];
  readonly plan: LinkPlan;
  /** SHA-256 of every core module by its file's name, in lower-case hexadecimal. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Raised whenever a folder written by an earlier version could not be read by this one. */
export const ARTIFACT_FORMAT = 1;

/** The file that is written last and names all others. */
export const MANIFEST_FILE = "artifact.json";

/** The folder holds no artifact, or one that is damaged or of another format. */
export class ArtifactError extends Error {
  override readonly name = "ArtifactError";
}

/**
 * Reads an artifact's folder and compiles its modules.
 *
 * @param directory A `file:` URL that ends in a slash.
 * @throws {ArtifactError} A file is missing or is not what was written.
 */
export async function loadArtifact(directory: URL): Promise<Artifact> {
  const { imports, exports, plan, hashes } = await loadManifest(directory);
  const coreModules = await Promise.all(
    Object.entries(hashes).map(async ([name, hash]) => {
      const bytes = await readChecked(new URL(name, directory), hash);
      return [name, await WebAssembly.compile(bytes)] as const;
    }),
  );
  return { imports, exports, plan, coreModules: new Map(coreModules) };
}

async function loadManifest(directory: URL): Promise<ArtifactManifest> {
  const url = new URL(MANIFEST_FILE, directory);
  try {
    const manifest = JSON.parse(
      await Deno.readTextFile(url),
    ) as ArtifactManifest;
    if (manifest.format === ARTIFACT_FORMAT) return manifest;
  } catch (error) {
    throw new ArtifactError(
      `Cannot read "${url.pathname}": it is missing or damaged`,
      {
        cause: error,
      },
    );
  }
  throw new ArtifactError(
    `Cannot read "${url.pathname}": it is of another version`,
  );
}

async function readChecked(
  url: URL,
  hash: string,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(url);
  } catch (error) {
    throw new ArtifactError(`Cannot read "${url.pathname}": it is missing`, {
      cause: error,
    });
  }
  if (await sha256(bytes) !== hash) {
    throw new ArtifactError(
      `Cannot read "${url.pathname}": it was changed since it was written`,
    );
  }
  return bytes;
}

/** SHA-256 in lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
