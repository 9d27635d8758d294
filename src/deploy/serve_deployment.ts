/**
 * Serves a deployment in a process of its own. It listens at once; requests wait for the
 * component.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import { doorUrl, type FrontDoor } from "../front/mod.ts";
import { openProjectDoor } from "../front/project_door.ts";
import type { Log } from "../log.ts";
import { settlesWithin } from "../runtime/settles_within.ts";
import { resolveDeployment } from "./deployment_file.ts";
import type { LoadedDeployment } from "./load_deployment.ts";
import { type Deployment, openLoaded } from "./open_deployment.ts";

/** How long what is in flight may take once the process is told to stop: Deno Deploy ends it after five seconds. */
const DRAIN = 4000;

/** How long stores may take to close after that. */
const FLUSH = 500;

/** What a deployment is served with. */
export interface ServeDeploymentOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly log: Log;
  /** What was read of the deployment. */
  readonly loaded: LoadedDeployment;
  readonly laneProgram: URL;
}

/** A deployment that listens. */
export interface ServedDeployment {
  readonly url: string;
  /** Resolves when the component answers; rejects when it cannot. */
  readonly ready: Promise<void>;
  /**
   * Takes no more requests and finishes those in flight; resolves to whether they came to
   * their end in time.
   */
  stop(): Promise<boolean>;
}

/**
 * Listens, and opens the deployment.
 *
 * @param dist The deployment's folder.
 * @throws {DeploymentError} Variables that it needs are not set.
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function serveDeployment(
  dist: URL,
  { env, log, loaded, laneProgram }: ServeDeploymentOptions,
): Promise<ServedDeployment> {
  const config = servedConfig(
    resolveDeployment(loaded.file, dist, env),
    isOnDenoDeploy(env),
  );
  const opening = openLoaded(loaded, config, { log, laneProgram });
  let opened: Awaited<typeof opening> | undefined;
  opening.then((loaded) => opened = loaded, () => {});
  const door = await openProjectDoor({
    config,
    log,
    handle: (request) =>
      opened === undefined
        ? opening.then(({ app }) => app.handle(request))
        : opened.app.handle(request),
  });
  return {
    url: doorUrl(door),
    ready: opening.then(() => {}),
    stop: () => stop(door, opening),
  };
}

/** The platform says `true` in its documents and `1` in its changelog. */
function isOnDenoDeploy(env: Readonly<Record<string, string>>): boolean {
  return (env["DENO_DEPLOY"] ?? "") !== "";
}

/** On Deno Deploy the platform speaks TLS and chooses the address. */
function servedConfig(config: Config, isOnDeploy: boolean): Config {
  if (!isOnDeploy) return config;
  const { tls: _, ...dev } = config.dev;
  return {
    ...config,
    dev: {
      ...dev,
      address: { hostname: "0.0.0.0", port: 8000 },
      httpServer: "deno",
    },
  };
}

async function stop(
  door: FrontDoor,
  opening: Promise<Deployment>,
): Promise<boolean> {
  const close = async () => {
    const opened = await opening.catch(() => undefined);
    await opened?.[Symbol.asyncDispose]();
  };
  const closed = door.shutdown().then(close);
  if (await settlesWithin(closed, DRAIN)) return await closed.then(() => true);
  const opened = await Promise.race([opening, undefined])
    .catch(() => undefined);
  // A client that takes nothing more may hold up its connection's end.
  const isIdle = opened?.app.usage().every((calls) => calls === 0) ?? false;
  return isIdle && await settlesWithin(close(), FLUSH);
}
