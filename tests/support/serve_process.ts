/**
 * `main.ts serve` as a process of its own, on free ports, and deployments to serve.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { LogEvent } from "../../src/log.ts";
import { buildDeployment, projectOf } from "./deployment.ts";
import type { DevEnd, DevProcess, EventOf } from "./dev_process.ts";
import { TextLineStream } from "./text_line_stream.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What `serve` is permitted by the task that starts it. */
const PERMISSIONS = ["read", "write", "net", "env", "run", "sys"]
  .map((name) => `--allow-${name}`);

/** A deployment in a folder. Disposing removes it. */
export interface MadeDeployment extends AsyncDisposable {
  /** Absolute. */
  readonly dist: string;
}

/**
 * Builds a deployment of a guest, for a server.
 *
 * @param guest A name in `tests/guests`.
 * @param config The project's configuration, as YAML.
 */
export async function makeDeployment(
  guest: string,
  config = "",
): Promise<MadeDeployment> {
  const project = await projectOf(
    guest,
    `build: {component_path: guest.wasm}\n${config}`,
  );
  return {
    dist: await buildDeployment(project, "--target", "server"),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

/** How `serve` is started. */
export interface ServeProcessOptions {
  readonly args?: readonly string[];
  /** Flags of `deno run`; default: those of the task. */
  readonly permissions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A running `serve`. Disposing it ends it at once, if it has not ended. */
export interface ServeProcess
  extends
    AsyncDisposable,
    Pick<DevProcess, "events" | "lines" | "event" | "ended"> {
  kill(signal: Deno.Signal): void;
}

/** A running `serve` that answers requests. */
export interface ReadyServeProcess extends ServeProcess {
  readonly url: string;
  /** Where health and metrics are: `http://127.0.0.1:9000/_wharf`. */
  readonly admin: string;
}

/** Starts `serve` and waits until it answers requests. */
export async function startServe(
  dist: string,
  options: ServeProcessOptions = {},
): Promise<ReadyServeProcess> {
  const served = spawnServe(dist, options);
  const { report } = await served.event("ready");
  return Object.assign(served, {
    url: report.url,
    admin: report.admin!.replace(/\/health$/, ""),
  });
}

/** Starts `serve`. */
export function spawnServe(
  dist: string,
  { args = [], permissions = PERMISSIONS, env }: ServeProcessOptions = {},
): ServeProcess {
  return readServeEvents(new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...permissions,
      `${ROOT}main.ts`,
      "serve",
      dist,
      ...["--port", "0", "--admin-address", "127.0.0.1:0"],
      ...args,
    ],
    cwd: "/",
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn());
}

/** Reads what a `serve` writes that was started otherwise: its stdout and stderr piped. */
export function readServeEvents(child: Deno.ChildProcess): ServeProcess {
  const events: LogEvent[] = [];
  const lines: string[] = [];
  const arrivals = new EventTarget();
  let end: DevEnd | undefined;
  const ended = (async () => {
    const errors = new Response(child.stderr).text();
    for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
      lines.push(line);
      if (line.startsWith("{")) events.push(JSON.parse(line));
      arrivals.dispatchEvent(new Event("arrival"));
    }
    const [{ code, signal }, stderr] = await Promise.all([
      child.status,
      errors,
    ]);
    end = { code, signal, stderr };
    arrivals.dispatchEvent(new Event("arrival"));
    return end;
  })();
  return {
    events,
    lines,
    ended,
    kill: (signal) => child.kill(signal),
    async event<Name extends LogEvent["event"]>(name: Name, number = 1) {
      const isIt = (event: LogEvent): event is EventOf<Name> =>
        event.event === name;
      for (;;) {
        const found = events.filter(isIt)[number - 1];
        if (found !== undefined) return found;
        if (end !== undefined) {
          throw new Error(
            `serve ended with ${end.code} before ${name}:\n${
              [...lines, end.stderr].join("\n")
            }`,
          );
        }
        await new Promise((resolve) =>
          arrivals.addEventListener("arrival", resolve, { once: true })
        );
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await ended;
    },
  };
}
