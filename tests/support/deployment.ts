/**
 * Deployments: built by `build`, and run as the platform would run them.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type PlatformOptions,
  type PlatformProcess,
  startOnPlatform,
} from "../../src/deploy/platform_process.ts";
import { guestPath } from "./guest_app.ts";
import { makeProject, type Project, run } from "./run_main.ts";

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
export type DeploymentProcessOptions = Omit<PlatformOptions, "surroundings">;

/** Runs a deployment as Deno Deploy does: its variables and no others, and what is cached. */
export function spawnDeployment(
  dist: string,
  options: DeploymentProcessOptions = {},
): PlatformProcess {
  return startOnPlatform(dist, {
    surroundings: Deno.env.toObject(),
    ...options,
  });
}
