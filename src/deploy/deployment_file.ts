/**
 * `config.json` of a deployment: the configuration that it was built with, but for what is
 * secret and what depends on where its folder stands.
 *
 * Both are marked by where they stand, and not by what is there: the names and values of a
 * user's maps are free, so that no mark in them could be told from a value.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { Sibling } from "../assemble.ts";
import { DeploymentError } from "./deployment_error.ts";

/** Raised whenever a file written by an earlier version could not be read by this one. */
export const DEPLOYMENT_FORMAT = 1;

/** The file's name. */
export const DEPLOYMENT_FILE = "config.json";

/** Where a deployment is to run. */
export const TARGETS = ["server", "deno-deploy"] as const;

/** Where a deployment is to run. */
export type Target = typeof TARGETS[number];

/** The place of a value in a {@linkcode Config}. */
export type ConfigPlace = readonly (string | number)[];

/** A text that is read from the environment when the deployment starts. */
export interface EnvironmentText {
  /** The variable. */
  readonly env: string;
}

/** A variable that has to be set, and what it is for. */
export interface NeededVariable {
  readonly name: string;
  /** The configuration's keys that it gives a value. */
  readonly keys: readonly string[];
  /** Where {@linkcode EnvironmentText} stands for it. */
  readonly places: readonly ConfigPlace[];
}

/** A component beside the one that is served; its artifact is in the folder of its number. */
export type DeployedSibling = Omit<Sibling, "artifact">;

/** The content of the file. */
export interface DeploymentFile {
  readonly format: number;
  readonly target: Target;
  /** A {@linkcode Config} with {@linkcode EnvironmentText} at the places of `environment`. */
  readonly config: Record<string, unknown>;
  /** Where texts stand that are paths as seen from the deployment's folder. */
  readonly paths: readonly ConfigPlace[];
  readonly environment: readonly NeededVariable[];
  readonly siblings: readonly DeployedSibling[];
}

/** The folder of an artifact: 0 is the component that is served, its siblings follow. */
export function artifactFolder(index: number): string {
  return `components/${index}/`;
}

/**
 * Reads the file of a deployment.
 *
 * @param dist The deployment's folder: a `file:` URL that ends in a slash.
 * @throws {DeploymentError} There is none, or one of another version.
 */
export function readDeploymentFile(dist: URL): DeploymentFile {
  const url = new URL(DEPLOYMENT_FILE, dist);
  const unreadable = (state: string, cause?: unknown) =>
    new DeploymentError(
      "unreadable",
      `Cannot serve "${url.pathname}": ${state}; "deno task build" makes it`,
      { cause },
    );
  let text: string;
  try {
    // At the start nothing else could run meanwhile, and what comes next waits for it.
    text = Deno.readTextFileSync(url);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw unreadable("there is no such file", error);
  }
  let file: DeploymentFile | null;
  try {
    file = JSON.parse(text, withoutPrototype);
  } catch (error) {
    throw unreadable("it is damaged", error);
  }
  if (file?.format !== DEPLOYMENT_FORMAT) {
    throw unreadable("it is of another version");
  }
  return file;
}

/**
 * The configuration of a deployment, complete.
 *
 * @throws {DeploymentError} Variables that it needs are not set.
 */
export function resolveDeployment(
  file: DeploymentFile,
  dist: URL,
  env: Readonly<Record<string, string>>,
): Config {
  const missing = file.environment.filter(({ name }) => !isSet(env, name));
  if (missing.length > 0) throw environmentMissing(missing);
  for (const { name, places } of file.environment) {
    for (const place of places) change(file.config, place, () => env[name]!);
  }
  for (const place of file.paths) {
    change(file.config, place, (path) => pathFrom(dist, String(path)));
  }
  return file.config as unknown as Config;
}

/** A variable that is empty counts as not set. */
function isSet(env: Readonly<Record<string, string>>, name: string): boolean {
  return Object.hasOwn(env, name) && env[name] !== "";
}

function environmentMissing(
  missing: readonly NeededVariable[],
): DeploymentError {
  const names = missing.map(({ name, keys }) =>
    `\n  ${name}: ${keys.join(", ")}`
  );
  return new DeploymentError(
    "environment-missing",
    "Cannot start: environment variables are not set; " +
      `set them to what the configuration has at the build${names.join("")}`,
  );
}

/** Maps of names are to find nothing that nobody named. */
function withoutPrototype(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  const bare: Record<string, unknown> = Object.create(null);
  for (const [name, each] of Object.entries(value)) bare[name] = each;
  return bare;
}

/** Changes the value at a place. */
export function change(
  root: Record<string, unknown>,
  place: ConfigPlace,
  by: (value: unknown) => unknown,
): void {
  let holder = root;
  for (const part of place.slice(0, -1)) {
    holder = holder[part] as Record<string, unknown>;
  }
  const last = place.at(-1)!;
  holder[last] = by(holder[last]);
}

/** `node:url` and `node:path` have this, and cost a start some milliseconds. */
function pathFrom(dist: URL, path: string): string {
  const escaped = path.replaceAll("%", "%25").replaceAll("?", "%3F")
    .replaceAll("#", "%23").replaceAll("\\", "%5C");
  const { pathname } = new URL(escaped, dist);
  const decoded = decodeURIComponent(pathname);
  return Deno.build.os === "windows"
    ? decoded.slice(1).replaceAll("/", "\\")
    : decoded;
}
