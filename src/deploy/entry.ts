// deno-lint-ignore-file no-console -- a deployment is a program like `main.ts`
/**
 * The program of a deployment: what its `main.js` runs.
 *
 * @module
 */

import { formatText, LOG_LEVELS, makeLog } from "../log.ts";
import { DeploymentError } from "./deployment_error.ts";
import type { LoadedDeployment } from "./load_deployment.ts";
import { serveDeployment } from "./serve_deployment.ts";

/** The variable that says how much is told; the platform logs requests itself. */
const LEVEL = "WHARF_LOG_LEVEL";

/**
 * Serves until a signal asks to stop; the next one ends the process at once.
 *
 * @param dist The deployment's folder.
 * @param loading What is read of it.
 * @param laneProgram The program of its Workers.
 */
export async function run(
  dist: URL,
  loading: Promise<LoadedDeployment>,
  laneProgram: URL,
): Promise<void> {
  const env = Deno.env.toObject();
  const level = LOG_LEVELS.find((each) => each === env[LEVEL]) ?? "warn";
  const log = makeLog(
    formatText,
    level,
    (text) => console.log(text),
  );
  try {
    const served = await serveDeployment(dist, {
      env,
      log,
      loaded: await loading,
      laneProgram,
    });
    console.log(`Listening on ${served.url}`);
    stopOnSignal(served);
    await served.ready;
  } catch (error) {
    console.error(
      error instanceof DeploymentError ? error.message : error,
    );
    Deno.exit(1);
  }
}

function stopOnSignal(
  served: Awaited<ReturnType<typeof serveDeployment>>,
): void {
  const signals = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM"] as const;
  const stop = () => {
    // They have their usual meaning again.
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
    served.stop().then((inTime) => Deno.exit(inTime ? 0 : 1), (error) => {
      console.error(error);
      Deno.exit(1);
    });
  };
  for (const signal of signals) Deno.addSignalListener(signal, stop);
}
