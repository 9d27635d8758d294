/**
 * Deployments: built by `build`, and run as the platform would run them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { guestPath } from "./guest_app.ts";
import { makeProject, type Project, run } from "./run_main.ts";
import { TextLineStream } from "./text_line_stream.ts";

/** A project with a guest in it, ready to be built. */
export async function projectOf(
  guest: string,
  config: string,
): Promise<Project> {
  const project = await makeProject(config);
  await Deno.copyFile(guestPath(guest), `${project.path}/guest.wasm`);
  return project;
}

/** Builds a project's deployment; resolves to its folder, with a slash at its end. */
export async function buildDeployment(
  project: Project,
  ...args: readonly string[]
): Promise<string> {
  const { code, stderr } = await run([
    "build",
    "--no-build",
    "-C",
    project.path,
    ...args,
  ]);
  assert.equal(code, 0, stderr);
  return `${project.path}/dist/wharf/`;
}

/** How a deployment is run. */
export interface DeploymentProcessOptions {
  /** Variables beside those of the platform. */
  readonly env?: Readonly<Record<string, string>>;
  /** The Deno that runs it; default: this one. */
  readonly deno?: string;
  /** Flags of `deno run`. */
  readonly denoArgs?: readonly string[];
}

/** How it ended. */
export interface DeploymentEnd {
  readonly code: number;
  readonly stderr: string;
}

/** A running deployment. Disposing ends it at once, if it has not ended. */
export interface DeploymentProcess extends AsyncDisposable {
  readonly pid: number;
  /** Where it listens; rejects when it ends before. */
  readonly url: Promise<string>;
  readonly ended: Promise<DeploymentEnd>;
  kill(signal: Deno.Signal): void;
}

/** Runs a deployment as Deno Deploy does: its variables and no others, and what is cached. */
export function spawnDeployment(
  dist: string,
  { env = {}, deno = Deno.execPath(), denoArgs = [] }:
    DeploymentProcessOptions = {},
): DeploymentProcess {
  const child = new Deno.Command(deno, {
    args: [
      "run",
      "-A",
      "--no-prompt",
      "--cached-only",
      ...denoArgs,
      `${dist}main.js`,
    ],
    cwd: "/",
    clearEnv: true,
    env: {
      ...inherited("PATH", "HOME", "DENO_DIR"),
      NO_COLOR: "1",
      DENO_DEPLOY: "1",
      DENO_TIMELINE: "production",
      DENO_KV_REQUIRES_DISTRIBUTED_DATABASE: "error",
      DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const url = Promise.withResolvers<string>();
  url.promise.catch(() => {});
  const lines = child.stdout.pipeThrough(new TextLineStream());
  const read = (async () => {
    for await (const line of lines) {
      const found = /^Listening on (http\S+)$/.exec(line)?.[1];
      if (found !== undefined) url.resolve(found);
    }
  })();
  const stderr = new Response(child.stderr).text();
  let isEnded = false;
  const ended = child.status.then(async ({ code }) => {
    isEnded = true;
    await read;
    const end = { code, stderr: await stderr };
    url.reject(new Error(`It ended with ${code}: ${end.stderr}`));
    return end;
  });
  return {
    pid: child.pid,
    url: url.promise,
    ended,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (!isEnded) child.kill("SIGKILL");
      await ended;
    },
  };
}

function inherited(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}
