/**
 * Which files of a project are watched, and what a change of each of them asks for.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { WatchedFiles } from "./following.ts";

/** What is served, and from where. */
export interface FollowedProject {
  readonly config: Config;
  /** The files that the configuration is read from. */
  readonly configFiles: readonly string[];
  /** Whether the build command runs. */
  readonly build: boolean;
  /** Path of the artifact cache. */
  readonly cacheDirectory: string;
}

/** What changed. */
export interface ChangedFiles {
  /** The configuration, or a file that it names. */
  readonly config: boolean;
  /** The server's certificate or its key. */
  readonly certificate: boolean;
  /** What the component is built from. */
  readonly sources: boolean;
  /** A component that is loaded as it lies there. */
  readonly component: boolean;
}

/** What is watched of a project. */
export function followedFiles(
  { config, configFiles, build, cacheDirectory }: FollowedProject,
): WatchedFiles {
  const { dev, project } = config;
  return {
    project,
    include: dev.watch.include,
    exclude: dev.watch.exclude,
    outputs: [...writtenPlaces(config), cacheDirectory]
      .filter((path) => !isIn(project, path)),
    files: [
      ...new Set([
        ...configFiles,
        ...certificateFiles(config),
        ...dev.components.map(({ file }) => file),
        // With a build, it is the build that writes it.
        ...(build ? [] : [dev.componentPath]),
      ]),
    ],
    sources: build,
  };
}

/** Sorts changed files by what they ask for. */
export function changedFilesOf(
  { config, configFiles, build }: FollowedProject,
  paths: readonly string[],
): ChangedFiles {
  const certificate = certificateFiles(config);
  const components = config.dev.components.map(({ file }) => file);
  const others = paths.filter((path) =>
    !configFiles.includes(path) && !certificate.includes(path)
  );
  const isBuilt = (path: string) => build && !components.includes(path);
  return {
    config: paths.some((path) => configFiles.includes(path)),
    certificate: paths.some((path) => certificate.includes(path)),
    sources: others.some(isBuilt),
    component: others.some((path) => !isBuilt(path)),
  };
}

function certificateFiles({ dev }: Config): readonly string[] {
  return dev.tls === undefined ? [] : [dev.tls.cert, dev.tls.key];
}

/** Where builds and guests write: neither is a reason to build again. */
function writtenPlaces({ dev, build }: Config): readonly string[] {
  const { path, denoKv, buckets } = dev.keyvalue;
  return [
    dev.componentPath,
    build.componentPath,
    path,
    denoKv,
    ...Object.values(buckets).map((bucket) => bucket.path),
    dev.blobstorePath,
    ...dev.volumes.map(({ mode, hostPath }) =>
      mode === "rw" ? hostPath : undefined
    ),
  ].filter((place) => place !== undefined && place.startsWith("/")) as string[];
}

/** Whether a path is a folder or below it. */
function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
