/**
 * Opens what `deno task build` made: from a folder to an app that answers requests. It reads
 * neither YAML nor components, and transpiles nothing.
 *
 * @module
 */

import {
  type Host,
  makeHost,
  openApp,
  type Sibling,
  startThreads,
} from "../assemble.ts";
import type { Config } from "../config/mod.ts";
import type { Log } from "../log.ts";
import type { App } from "../runtime/app.ts";
import { resolveDeployment, type Target } from "./deployment_file.ts";
import { loadDeployment, type LoadedDeployment } from "./load_deployment.ts";

/** How a deployment is opened. */
export interface OpenDeploymentOptions {
  /** Where the values are that are not in the deployment. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Whether the log is told of each call that leaves a guest. Default: it is not. */
  readonly tracesCalls?: boolean;
  /** Whether a span is recorded for each of them, by Deno's exporter. Default: none is. */
  readonly recordsSpans?: boolean;
  /** Changes the configuration before anything is made of it; waited for. */
  readonly adapt?: (config: Config) => Config | Promise<Config>;
  /** The program of the Workers; default: the one of this copy of Wharf. */
  readonly laneProgram?: URL;
}

/** A deployment that answers requests. Disposing finishes those under way and closes all. */
export interface Deployment extends AsyncDisposable {
  readonly app: App;
  readonly host: Host;
  readonly config: Config;
  /** Where it was built to run. */
  readonly target: Target;
}

/**
 * Opens a deployment. Clients learn nothing of its faults but that there was one.
 *
 * @param dist The deployment's folder: a `file:` URL that ends in a slash.
 * @throws {DeploymentError} It is none, or variables that it needs are not set.
 * @throws {LinkError} The component imports what is not offered.
 * @throws {VolumeError} A folder that it is to be given is not there.
 * @throws {GuestTrap} It traps when it is instantiated.
 */
export async function openDeployment(
  dist: URL,
  { env, adapt, ...options }: OpenDeploymentOptions,
): Promise<Deployment> {
  const loaded = await loadDeployment(dist);
  const config = resolveDeployment(loaded.file, dist, env);
  return await openLoaded(loaded, await adapt?.(config) ?? config, options);
}

/**
 * Opens a deployment that was read.
 *
 * @param config Its own, complete.
 * @throws As {@linkcode openDeployment}.
 */
export async function openLoaded(
  { file, artifacts }: LoadedDeployment,
  config: Config,
  { log, tracesCalls = false, recordsSpans = false, laneProgram }: Omit<
    OpenDeploymentOptions,
    "env" | "adapt"
  >,
): Promise<Deployment> {
  await using opening = new AsyncDisposableStack();
  const threads = startThreads(config, laneProgram);
  if (threads !== undefined) opening.use(threads);
  const host: Host = {
    ...makeHost(config, log),
    ...(threads === undefined ? {} : { threads }),
  };
  opening.use(host.buckets);
  opening.use(host.blobFolder);
  opening.use(host.clients);
  const [artifact, ...beside] = await artifacts;
  const app = opening.use(
    await openApp({
      artifact: artifact!,
      siblings: file.siblings.map((sibling, index): Sibling => ({
        ...sibling,
        artifact: beside[index]!,
      })),
      host,
      config,
      log,
      faults: "hidden",
      tracesCalls,
      recordsSpans,
    }),
  );
  const opened = opening.move();
  return {
    app,
    host,
    config,
    target: file.target,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
