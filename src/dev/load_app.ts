/**
 * From a project to an app that answers requests: build, read, transpile, link, instantiate.
 *
 * @module
 */

import { type Host, openApp, type Sibling } from "../assemble.ts";
import type { Config } from "../config/mod.ts";
import type { Log } from "../log.ts";
import type { App } from "../runtime/app.ts";
import type { Artifact } from "../runtime/artifact.ts";
import { guestFrames, GuestTrap } from "../runtime/trap.ts";
import {
  type CachedArtifact,
  cachedArtifact,
  type MakeOptions,
} from "../transpile/cache.ts";
import { decompose } from "../transpile/decompose.ts";
import { MemoryLimitError } from "../transpile/memory_limit.ts";
import type { Transpile } from "../transpile/transpiler.ts";
import { BuildError, stopped } from "./build_error.ts";
import {
  type ComponentFileOptions,
  messageOf,
  openComponentFile,
  unservable,
} from "./component_file.ts";

/** Milliseconds of each step; a step that was not needed is absent. */
export interface LoadTimings {
  readonly build?: number;
  readonly transpile?: number;
  readonly start: number;
}

/** An app, and how long it took to come up. */
export interface LoadedApp {
  readonly app: App;
  /** What it was made of. */
  readonly loaded: LoadedArtifacts;
  readonly timings: LoadTimings;
}

/** How a project is loaded. */
export interface LoadAppOptions {
  readonly config: Config;
  readonly host: Host;
  readonly log: Log;
  /** Whether the log is told of each call that leaves a guest. */
  readonly tracesCalls?: boolean;
  /** Whether the build command runs, or the component is served as it lies there. */
  readonly build: boolean;
  /** Whether a build command ran now or earlier; default: as `build`. */
  readonly isBuilt?: boolean;
  /** Path of the artifact cache. */
  readonly cacheDirectory: string;
  /** What transpiles; default: this thread. */
  readonly transpile?: Transpile;
  /** `PATH` for the build command. */
  readonly searchPath: string;
  /** Ends a build command that is running. */
  readonly signal: AbortSignal;
  /** Told when the build command begins, and when it has ended. */
  readonly onBuild?: (isRunning: boolean) => void;
  /** Takes what the build command writes, line by line. */
  readonly onOutput?: (line: string) => void;
  /** Whether the app itself watches its buckets. */
  readonly watches?: boolean;
}

/**
 * Loads the project's component.
 *
 * @throws {BuildError} There is no component to serve.
 * @throws {LinkError} The component imports what is not offered.
 */
export async function loadApp(options: LoadAppOptions): Promise<LoadedApp> {
  const build = options.build
    ? await timed(() => buildProject(options))
    : undefined;
  // What a newer build will replace need not be transpiled.
  if (options.signal.aborted) throw stopped();
  const startedAt = performance.now();
  const transpile = await timed(() => loadArtifacts(options));
  const loaded = transpile.value;
  const { artifact, siblings, transpiled } = loaded;
  if (options.signal.aborted) throw stopped();
  const app = await startApp(artifact, siblings, options);
  const start = performance.now() - startedAt;
  return {
    app,
    loaded,
    timings: {
      ...(build === undefined ? {} : { build: build.milliseconds }),
      ...(transpiled
        ? {
          transpile: transpile.milliseconds,
          start: start - transpile.milliseconds,
        }
        : { start }),
    },
  };
}

/**
 * Runs the project's build command.
 *
 * @throws {BuildError} There is none, or it failed.
 */
export async function buildProject(
  { config, log, searchPath, signal, onBuild, onOutput }: Pick<
    LoadAppOptions,
    "config" | "log" | "searchPath" | "signal" | "onBuild" | "onOutput"
  >,
): Promise<void> {
  const command = config.dev.command ?? config.build.command;
  if (command === undefined) {
    throw new BuildError(
      "no-command",
      `Cannot build "${config.project}": neither dev.command nor build.command is set; ` +
        `--no-build serves "${config.dev.componentPath}" as it is`,
    );
  }
  log.emit({ event: "build-started", command });
  // A start without a build need not wait for what builds need.
  const { runBuild } = await import("./build.ts");
  onBuild?.(true);
  const run = runBuild({
    command,
    directory: config.project,
    environment: { ...config.dev.environment, ...config.build.env },
    searchPath,
    componentPath: config.dev.componentPath,
    signal,
    onOutput(text) {
      log.emit({ event: "build-output", text });
      onOutput?.(text);
    },
  });
  await run.finally(() => onBuild?.(false));
}

/** A component as it lies in a file. */
export interface ComponentSource {
  /** The file, which can hold several that were composed. */
  readonly path: string;
  /** The component itself. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the file; of one part of several, its own. */
  readonly size: number;
  /** Whether the file is a core module, which was made a component. */
  readonly adapted: boolean;
}

/** The component that is served, and those beside it. */
export interface LoadedArtifacts extends CachedArtifact {
  readonly siblings: readonly Sibling[];
  /** What they were made from: of the one that is served, then of each sibling. */
  readonly sources: readonly ComponentSource[];
}

/**
 * Reads the project's components and transpiles those that the cache does not have.
 *
 * @throws {BuildError} A file is missing, or is nothing that can be served.
 */
export async function loadArtifacts(
  { config, cacheDirectory, build, isBuilt = build, transpile }: Pick<
    LoadAppOptions,
    "config" | "cacheDirectory" | "build" | "isBuilt" | "transpile"
  >,
): Promise<LoadedArtifacts> {
  const { componentPath, components, memoryLimit } = config.dev;
  const options = {
    cacheDirectory,
    memoryLimit,
    ...(transpile !== undefined && { transpile }),
  };
  const [[main, ...parts], ...entries] = await Promise.all([
    loadParts(componentPath, { ...options, isBuilt }),
    ...components.map(({ file }) =>
      loadParts(file, { ...options, isBuilt: false })
    ),
  ]);
  return {
    artifact: main.artifact,
    siblings: [
      ...parts.map(({ artifact }, index) => ({
        name: `part ${index + 2}`,
        artifact,
      })),
      ...entries.flatMap((parts, entry) =>
        parts.map(({ artifact }, index) => {
          const { name } = components[entry]!;
          return index === 0 ? { name, artifact, entry } : {
            name: `${name}, part ${index + 1}`,
            artifact,
            entry,
            partOf: name,
          };
        })
      ),
    ],
    sources: [main, ...parts, ...entries.flat()].map(({ source }) => source),
    transpiled: [main, ...parts, ...entries.flat()]
      .some(({ transpiled }) => transpiled),
  };
}

interface LoadedPart extends CachedArtifact {
  readonly source: ComponentSource;
}

/** A component's artifact; of one that was composed of several, those of all of them. */
async function loadParts(
  path: string,
  options: ComponentFileOptions & MakeOptions,
): Promise<readonly [LoadedPart, ...LoadedPart[]]> {
  const { cacheDirectory } = options;
  const { bytes, ...file } = await openComponentFile(path, options);
  const load = async (part: Uint8Array<ArrayBuffer>): Promise<LoadedPart> => {
    const size = part === bytes ? file.size : part.length;
    return {
      ...await cachedArtifact(cacheDirectory, part, options),
      source: { ...file, path, bytes: part, size },
    };
  };
  try {
    const [main, ...others] = decompose(bytes);
    return await Promise.all([load(main), ...others.map(load)]);
  } catch (error) {
    // What jco throws has no type of its own; what the cache's disk throws has a code.
    if (isDiskError(error)) {
      const { cacheError } = await import("./adapted_component.ts");
      throw cacheError(cacheDirectory, error);
    }
    if (error instanceof MemoryLimitError) {
      throw unservable("not-startable", path, error.message, error);
    }
    throw unservable(
      "not-transpilable",
      path,
      `it cannot be transpiled: ${messageOf(error)}`,
      error,
    );
  }
}

async function startApp(
  artifact: Artifact,
  siblings: readonly Sibling[],
  { config, host, log, tracesCalls = false, watches = true }: LoadAppOptions,
): Promise<App> {
  try {
    return await openApp({
      artifact,
      siblings,
      host,
      config,
      log,
      faults: "shown",
      tracesCalls,
      watches,
    });
  } catch (error) {
    if (!(error instanceof GuestTrap)) throw error;
    const frames = guestFrames(error.cause).map((frame) => `    at ${frame}`);
    throw new BuildError(
      "not-startable",
      [
        `Cannot start "${config.dev.componentPath}": ${error.message}`,
        ...frames,
      ].join("\n"),
      { cause: error },
    );
  }
}

function isDiskError(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable ||
    error instanceof Error && "code" in error &&
      /^E[A-Z0-9]+$/.test(String(error.code));
}

async function timed<T>(
  act: () => Promise<T>,
): Promise<{ value: T; milliseconds: number }> {
  const start = performance.now();
  const value = await act();
  return { value, milliseconds: performance.now() - start };
}
