/**
 * From a project to an app that answers requests: build, read, transpile, link, instantiate.
 *
 * @module
 */

import { type Host, openApp } from "../assemble.ts";
import type { Config } from "../config/mod.ts";
import type { Log } from "../log.ts";
import type { App } from "../runtime/app.ts";
import { type CachedArtifact, cachedArtifact } from "../transpile/cache.ts";
import { runBuild } from "./build.ts";
import { BuildError } from "./build_error.ts";
import { readComponentFile } from "./component_file.ts";

/** Milliseconds of each step; a step that was not needed is absent. */
export interface LoadTimings {
  readonly build?: number;
  readonly transpile?: number;
  readonly start: number;
}

/** An app, and how long it took to come up. */
export interface LoadedApp {
  readonly app: App;
  readonly timings: LoadTimings;
}

/** How a project is loaded. */
export interface LoadAppOptions {
  readonly config: Config;
  readonly host: Host;
  readonly log: Log;
  /** Whether the build command runs, or the component is served as it lies there. */
  readonly build: boolean;
  /** Absolute path of the artifact cache. */
  readonly cacheDirectory: string;
}

/**
 * Loads the project's component.
 *
 * @throws {BuildError} There is no component to serve.
 * @throws {LinkError} The component imports what is not offered.
 * @throws {GuestTrap} It traps when it is instantiated.
 */
export async function loadApp(options: LoadAppOptions): Promise<LoadedApp> {
  const { config, host, log } = options;
  const build = options.build
    ? await timed(() => buildProject(config, log))
    : undefined;
  const startedAt = performance.now();
  const bytes = await readComponentFile(config.dev.componentPath);
  const transpile = await timed(() => transpileComponent(bytes, options));
  const { artifact, transpiled } = transpile.value;
  const app = await openApp(artifact, host, config, log);
  const start = performance.now() - startedAt;
  return {
    app,
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

async function buildProject(config: Config, log: Log): Promise<void> {
  const command = config.dev.command ?? config.build.command;
  if (command === undefined) {
    throw new BuildError(
      "no-command",
      `Cannot build "${config.project}": neither dev.command nor build.command is set; ` +
        `--no-build serves "${config.dev.componentPath}" as it is`,
    );
  }
  log.emit({ event: "build-started", command });
  await runBuild({
    command,
    directory: config.project,
    environment: { ...config.dev.environment, ...config.build.env },
    componentPath: config.dev.componentPath,
    onOutput: (text) => log.emit({ event: "build-output", text }),
  });
}

async function transpileComponent(
  bytes: Uint8Array<ArrayBuffer>,
  { config, cacheDirectory }: LoadAppOptions,
): Promise<CachedArtifact> {
  try {
    return await cachedArtifact(cacheDirectory, bytes);
  } catch (error) {
    // What jco throws has no type of its own; what the cache's disk throws has.
    if (error instanceof Deno.errors.NotCapable || isDiskError(error)) {
      throw error;
    }
    const detail = error instanceof Error
      ? error.message
      : JSON.stringify(error);
    throw new BuildError(
      "not-transpilable",
      `Cannot serve "${config.dev.componentPath}": jco cannot transpile it: ${detail}`,
      "",
      { cause: error },
    );
  }
}

function isDiskError(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    typeof error.code === "string";
}

async function timed<T>(
  act: () => Promise<T>,
): Promise<{ value: T; milliseconds: number }> {
  const start = performance.now();
  const value = await act();
  return { value, milliseconds: performance.now() - start };
}
