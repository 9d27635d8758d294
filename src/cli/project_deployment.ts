/**
 * From a project's folder to the folder that is deployed: what `build` and `deploy` both do.
 *
 * @module
 */

import { relative, resolve } from "node:path";
import { makeHost, VolumeError } from "../assemble.ts";
import { ConfigError, formatPlace, type LoadedConfig } from "../config/mod.ts";
import { checkFitness } from "../deploy/fitness.ts";
import {
  type MadeDeployment,
  makeDeployment,
} from "../deploy/make_deployment.ts";
import { DeploymentError, type Target } from "../deploy/mod.ts";
import { storesOf } from "../deploy/stores.ts";
import { BuildError } from "../dev/build_error.ts";
import { surveyLoaded } from "../dev/component_report.ts";
import {
  buildProject,
  loadArtifacts,
  type LoadedArtifacts,
} from "../dev/load_app.ts";
import {
  formatText,
  type Log,
  makeLog,
  printable,
  printableLines,
} from "../log.ts";
import { LinkError } from "../runtime/linker.ts";
import { artifactFiles } from "../transpile/cache.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { cacheDirectory } from "./cache_directory.ts";
import { type CommandContext, type ErrorClass, UsageError } from "./command.ts";
import { loadProject } from "./project_flags.ts";
import { stopSignals } from "./stop_signals.ts";

/** Beside what a guest's own build puts into `dist`, and ignored with it. */
const DEFAULT_OUT = "dist/wharf";

/** The flags of what a deployment is built from, beside those of the project. */
export const BUILD_FLAGS: readonly Flag[] = [
  {
    name: "out",
    short: "o",
    value: "DIR",
    doc: `The folder to write; default ${DEFAULT_OUT} in the project`,
  },
  {
    name: "no-build",
    doc: "Take the component as it lies there, without the build command",
  },
];

/** What a person can mend when a deployment is built. */
export const BUILD_FAULTS: readonly ErrorClass[] = [
  UsageError,
  ConfigError,
  BuildError,
  LinkError,
  VolumeError,
  DeploymentError,
];

/** A project's deployment. */
export interface ProjectDeployment {
  readonly loaded: LoadedConfig;
  readonly made: MadeDeployment;
  /** Its folder, absolute. */
  readonly out: string;
}

/** How a project is deployed. */
export interface DeployProjectOptions {
  readonly target: Target;
  /** Looks at the configuration before anything is built; may throw. */
  readonly check?: (loaded: LoadedConfig) => void;
}

/** Builds a project's component and its deployment, and prints what that is. */
export async function deployProject(
  given: Arguments,
  context: CommandContext,
  { target, check }: DeployProjectOptions,
): Promise<ProjectDeployment> {
  const loaded = await loadProject(given, context, target);
  check?.(loaded);
  const log = makeLog(formatText, "info", context.printError);
  const warn = (text: string) => log.emit({ event: "warning", text });
  loaded.warnings.forEach(warn);
  await buildComponent(given, loaded, { context, log });
  const components = await loadArtifacts({
    config: loaded.config,
    cacheDirectory: cacheDirectory(context.env),
    build: given.flags["no-build"] !== true,
  });
  const out = outOf(given, loaded, context);
  const made = await deploy({ loaded, components, target, out, warn, context });
  context.print(
    printableLines(
      renderMade(made, target, relative(context.cwd, out) || "."),
    ),
  );
  return { loaded, made, out };
}

interface DeployOptions {
  readonly loaded: LoadedConfig;
  readonly components: LoadedArtifacts;
  readonly target: Target;
  readonly out: string;
  readonly warn: (text: string) => void;
  readonly context: CommandContext;
}

async function deploy(
  { loaded, components, target, out, warn, context }: DeployOptions,
): Promise<MadeDeployment> {
  const { config, secrets, ephemeral, origins } = loaded;
  // Nothing of it is used: it is asked what guests would be given.
  const host = makeHost(config, { emit() {} });
  await using _client = host.clients;
  await using _folder = host.blobFolder;
  await using _buckets = host.buckets;
  const { missing } = surveyLoaded(components, host);
  if (missing.length > 0) throw new LinkError(missing);
  const { artifact, siblings, sources } = components;
  const artifacts = [artifact, ...siblings.map(({ artifact }) => artifact)];
  checkFitness({
    config,
    host,
    target,
    artifacts,
    secrets,
    ephemeral,
    placeOf: (key) => {
      const place = origins[key];
      return place === undefined || place.kind === "default"
        ? undefined
        : formatPlace(place);
    },
  }).forEach(warn);
  const { memoryLimit } = config.dev;
  return await makeDeployment({
    config,
    secrets,
    target,
    out,
    artifacts: await Promise.all(
      sources.map(({ bytes }) =>
        artifactFiles(cacheDirectory(context.env), bytes, { memoryLimit })
      ),
    ),
    siblings,
    stores: storesOf({ config, host, artifacts }),
  });
}

/** Runs the build command, if the project has one and it is wanted. */
async function buildComponent(
  { flags }: Arguments,
  { config }: LoadedConfig,
  { context, log }: { readonly context: CommandContext; readonly log: Log },
): Promise<void> {
  if (flags["no-build"] === true || flags["component"] !== undefined) return;
  using stop = stopSignals();
  const ending = new AbortController();
  stop.requested.then(() => ending.abort());
  await buildProject({
    config,
    log,
    searchPath: context.env["PATH"] ?? context.env["Path"] ?? "",
    signal: ending.signal,
  });
}

function outOf(
  { flags }: Arguments,
  { config }: LoadedConfig,
  { cwd }: CommandContext,
): string {
  const { out } = flags;
  return typeof out === "string"
    ? resolve(cwd, out)
    : resolve(config.project, DEFAULT_OUT);
}

function renderMade(
  { sizes, environment }: MadeDeployment,
  target: Target,
  out: string,
): string {
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const rows = [...Object.entries(sizes), ["total", total] as const];
  const width = Math.max(...rows.map(([name]) => name.length));
  const place = target === "server" ? "a server" : "Deno Deploy";
  return [
    `Built ${printable(out)} for ${place}:`,
    ...rows.map(([name, size]) =>
      `  ${name.padEnd(width)}  ${(size / 1024).toFixed(1).padStart(9)} KiB`
    ),
    ...(environment.length === 0 ? [] : [
      "It needs these environment variables:",
      ...environment.map(({ name, keys }) => `  ${name}  ${keys.join(", ")}`),
    ]),
  ].join("\n");
}
