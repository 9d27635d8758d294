/**
 * A guest in this process, opened as `dev` opens it, for what is measured from within.
 *
 * @module
 */

import { type Host, makeHost, openApp, startThreads } from "../src/assemble.ts";
import { type Config, loadConfig } from "../src/config/mod.ts";
import type { Log } from "../src/log.ts";
import type { App } from "../src/runtime/app.ts";
import { cachedArtifact } from "../src/transpile/cache.ts";

/** How it is opened. */
export interface OpenGuestOptions {
  /** Default: the server's own thread alone. */
  readonly lanes?: string;
  /** Default: always fresh. */
  readonly reuse?: string;
  /** Default: nobody listens. */
  readonly log?: Log;
  readonly tracesCalls?: boolean;
}

/** Opens the guest in a file. */
export async function openGuest(
  component: string,
  { lanes = "0", reuse = "1", log = { emit() {} }, tracesCalls = false }:
    OpenGuestOptions = {},
): Promise<{ readonly app: App; readonly config: Config }> {
  const { config } = await loadConfig({
    cwd: Deno.cwd(),
    env: {},
    flags: { component, port: "0", lanes, "instance-reuse": reuse },
    userConfigDir: "/",
  });
  const { artifact } = await cachedArtifact(
    ".wharf/artifacts",
    await Deno.readFile(component),
    { memoryLimit: config.dev.memoryLimit },
  );
  const threads = startThreads(config);
  const host: Host = {
    ...makeHost(config, log),
    ...(threads !== undefined && { threads }),
  };
  return {
    app: await openApp({ artifact, host, config, log, tracesCalls }),
    config,
  };
}
