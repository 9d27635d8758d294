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
  /** The import as the component spells it; of a labelled one the label alone. */
  readonly label: string;
  /** The import is a labelled one, `import cache: wasi:keyvalue/store`. */
  readonly labelled?: true;
  /** WIT name to WIT type, as in `HostInterface.functions`. */
  readonly functions: Readonly<Record<string, string>>;
  /** WIT name to definition, as in `HostInterface.types`. */
  readonly types: Readonly<Record<string, string>>;
}

/** Functions by WIT name, with types in which nothing is left to look up. */
export type FunctionTypes = Readonly<Record<string, string>>;

/** Where a resource comes from. */
export type ResourceOrigin =
  /** The component makes it. */
  | { readonly kind: "own" }
  /** An import gives it, under this name. */
  | {
    readonly kind: "import";
    readonly label: string;
    readonly resource: string;
  };

/** An exported interface. */
export interface ExportSignatures {
  /** Its functions. */
  readonly functions: FunctionTypes;
  /** Its resources by name: places in {@linkcode Signatures.resources}. */
  readonly resources: Readonly<Record<string, number>>;
}

/** What two components have to agree on before one can serve the other. */
export interface Signatures {
  /** Every resource of the component; function types write the first one `resource_0`. */
  readonly resources: readonly ResourceOrigin[];
  /** Imported interfaces by label. */
  readonly imports: Readonly<Record<string, FunctionTypes>>;
  /** Exported interfaces by name. */
  readonly exports: Readonly<Record<string, ExportSignatures>>;
}

/** Everything that is needed to make instances of a component. */
export interface Artifact {
  /** What it imports. */
  readonly imports: readonly WantedInterface[];
  /** Names of the component's exports. */
  readonly exports: readonly string[];
  /** For components that are joined with others; absent where nothing is known of it. */
  readonly signatures?: Signatures;
  /** How its core modules are joined. */
  readonly plan: LinkPlan;
  /**
   * Whether all that code can change of its core modules is in memories and globals that they
   * export for it, so that an instance can be put back to its first state.
   */
  readonly isRestorable?: boolean;
  /** Compiled core modules by file name. */
  readonly coreModules: ReadonlyMap<string, WebAssembly.Module>;
}

/** What an artifact's folder says of itself, in `artifact.json`. */
export interface ArtifactManifest {
  /** {@linkcode ARTIFACT_FORMAT} of the version that wrote it. */
  readonly format: number;
  /** As {@linkcode Artifact.imports}. */
  readonly imports: readonly WantedInterface[];
  /** As {@linkcode Artifact.exports}. */
  readonly exports: readonly string[];
  /** As {@linkcode Artifact.signatures}. */
  readonly signatures: Signatures;
  /** As {@linkcode Artifact.plan}. */
  readonly plan: LinkPlan;
  /** As {@linkcode Artifact.isRestorable}. */
  readonly isRestorable: boolean;
  /** SHA-256 of every core module by its file's name, in lower-case hexadecimal. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Raised whenever a folder written by an earlier version could not be read by this one. */
export const ARTIFACT_FORMAT = 5;

/** The file that is written last and names all others. */
export const MANIFEST_FILE = "artifact.json";

/** The folder holds no artifact, or one that is damaged or of another format. */
export class ArtifactError extends Error {
  /** Told in place of "Error". */
  override readonly name = "ArtifactError";
}

/** Where an artifact's files are. */
export interface ArtifactSource {
  /** What stands before the files' names in messages. */
  readonly place: string;
  /** A file by its name; throws or rejects when there is none. */
  read(
    name: string,
  ): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
}

/** Changes a core module before it is compiled. */
export type RewriteModule = (
  bytes: Uint8Array<ArrayBuffer>,
) => Uint8Array<ArrayBuffer>;

/**
 * Reads an artifact's folder and compiles its modules.
 *
 * @param directory A `file:` URL that ends in a slash.
 * @throws {ArtifactError} A file is missing or is not what was written.
 */
export function loadArtifact(
  directory: URL,
  rewrite?: RewriteModule,
): Promise<Artifact> {
  return readArtifact({
    place: directory.pathname,
    read: (name) => Deno.readFile(new URL(name, directory)),
  }, rewrite);
}

/**
 * Reads an artifact from wherever its files are and compiles its modules.
 *
 * @throws {ArtifactError} A file is missing or is not what was written.
 */
export async function readArtifact(
  source: ArtifactSource,
  rewrite: RewriteModule = (bytes) => bytes,
): Promise<Artifact> {
  const { manifest: { hashes, ...manifest }, checked } = await openManifest(
    source,
  );
  const { imports, exports, signatures, plan, isRestorable } = manifest;
  // They are read and compiled while it is checked, and of no use where it is damaged.
  const reading = readModules(source, hashes, rewrite);
  reading.catch(() => {});
  await checked;
  return {
    imports,
    exports,
    signatures,
    plan,
    isRestorable,
    coreModules: await reading,
  };
}

async function readModules(
  source: ArtifactSource,
  hashes: ArtifactManifest["hashes"],
  rewrite: RewriteModule,
): Promise<ReadonlyMap<string, WebAssembly.Module>> {
  const modules = Object.entries(hashes).map(async ([name, hash]) => {
    const bytes = await readFile(source, name);
    const compiling = compileModule(bytes, rewrite);
    compiling.catch(() => {});
    if (await sha256(bytes) !== hash) throw changed(source, name);
    return [name, await compiling] as const;
  });
  return new Map(await Promise.all(modules));
}

/** What it throws of damaged bytes comes as a rejection, behind the check of the bytes. */
async function compileModule(
  bytes: Uint8Array<ArrayBuffer>,
  rewrite: RewriteModule,
): Promise<WebAssembly.Module> {
  const code = rewrite(bytes);
  // Threads of V8 would take turns with this one, at twice the time of the processor.
  if (navigator.hardwareConcurrency === 1) return new WebAssembly.Module(code);
  return await WebAssembly.compile(code);
}

/** What is in `artifact.json`: a manifest, and how to tell that it is as it was written. */
interface ManifestFile {
  readonly digest: string;
  readonly manifest: ArtifactManifest;
}

/** The content of `artifact.json`. */
export async function formatManifest(
  manifest: ArtifactManifest,
): Promise<Uint8Array<ArrayBuffer>> {
  const file: ManifestFile = { digest: await digestOf(manifest), manifest };
  return new TextEncoder().encode(JSON.stringify(file));
}

/**
 * What an artifact says of itself.
 *
 * @throws {ArtifactError} It is missing or is not what was written.
 */
export async function readManifest(
  source: ArtifactSource,
): Promise<ArtifactManifest> {
  const { manifest, checked } = await openManifest(source);
  await checked;
  return manifest;
}

/** A manifest of this version. */
interface OpenedManifest {
  readonly manifest: ArtifactManifest;
  /** Resolves where it is as it was written, and rejects where it is not. */
  readonly checked: Promise<void>;
}

async function openManifest(source: ArtifactSource): Promise<OpenedManifest> {
  const text = new TextDecoder().decode(await readFile(source, MANIFEST_FILE));
  let file: Partial<ManifestFile> | null;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw unreadable(source, MANIFEST_FILE, "it is damaged", { cause });
  }
  const manifest = file?.manifest;
  if (manifest?.format !== ARTIFACT_FORMAT) {
    throw unreadable(source, MANIFEST_FILE, "it is of another version");
  }
  const checked = checkManifest(source, { digest: file?.digest, manifest });
  checked.catch(() => {});
  return { manifest, checked };
}

async function checkManifest(
  source: ArtifactSource,
  { digest, manifest }: {
    readonly digest: string | undefined;
    readonly manifest: ArtifactManifest;
  },
): Promise<void> {
  if (await digestOf(manifest) !== digest) throw changed(source, MANIFEST_FILE);
}

async function readFile(
  source: ArtifactSource,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await source.read(name);
  } catch (cause) {
    throw unreadable(source, name, "it is missing", { cause });
  }
}

function digestOf(manifest: ArtifactManifest): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(manifest)));
}

function changed(source: ArtifactSource, name: string): ArtifactError {
  return unreadable(source, name, "it was changed since it was written");
}

function unreadable(
  { place }: ArtifactSource,
  name: string,
  state: string,
  options?: ErrorOptions,
): ArtifactError {
  return new ArtifactError(`Cannot read "${place}${name}": ${state}`, options);
}

/** SHA-256 in lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
