/**
 * From a project whose components are loaded to the folder that is deployed. The same inputs
 * make the same bytes, wherever they lie.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import type { Sibling } from "../assemble.ts";
import type { Config, SecretText } from "../config/mod.ts";
import type { ArtifactFiles } from "../transpile/transpile.ts";
import {
  bundleRuntime,
  CODE_FOLDER,
  MAIN_MODULE,
  type StoreModule,
} from "./bundle.ts";
import { DeploymentError } from "./deployment_error.ts";
import {
  artifactFolder,
  type DeployedSibling,
  DEPLOYMENT_FILE,
  DEPLOYMENT_FORMAT,
  type DeploymentFile,
  type NeededVariable,
  type Target,
} from "./deployment_file.ts";
import { packageFiles } from "./packages.ts";
import { portableConfig } from "./portable_config.ts";

/** What a deployment is made of. */
export interface MakeDeploymentOptions {
  readonly config: Config;
  readonly secrets: readonly SecretText[];
  readonly target: Target;
  /** The deployment's folder, absolute; an earlier deployment there is replaced. */
  readonly out: string;
  /** The artifact of the component that is served, then those of its siblings. */
  readonly artifacts: readonly ArtifactFiles[];
  readonly siblings: readonly Sibling[];
  /** The stores that buckets can lead to. */
  readonly stores: ReadonlySet<StoreModule>;
}

/** What was made. */
export interface MadeDeployment {
  /** Bytes of each group of files. */
  readonly sizes: Readonly<Record<string, number>>;
  /** What has to be set where it runs. */
  readonly environment: readonly NeededVariable[];
  /** The stores that buckets can lead to. */
  readonly stores: ReadonlySet<StoreModule>;
}

/**
 * Writes a deployment.
 *
 * @throws {DeploymentError} It cannot be written, or something else is in the folder.
 */
export async function makeDeployment(
  options: MakeDeploymentOptions,
): Promise<MadeDeployment> {
  const { out, target } = options;
  await checkReplaceable(out);
  const config = deployedConfig(options.config, target);
  const portable = portableConfig(config, { secrets: options.secrets, out });
  const file: DeploymentFile = {
    format: DEPLOYMENT_FORMAT,
    target,
    config: portable.config,
    paths: portable.paths,
    environment: portable.environment,
    siblings: options.siblings.map(siblingOf),
  };
  await Deno.mkdir(dirname(out), { recursive: true });
  const made = await Deno.makeTempDir({
    dir: dirname(out),
    prefix: `.${basename(out)}-`,
  });
  try {
    await bundleRuntime(`${made}/${CODE_FOLDER}`, options.stores);
    for (const [index, files] of options.artifacts.entries()) {
      await writeAll(`${made}/${artifactFolder(index)}`, files);
    }
    for (const [name, path] of portable.carried) {
      await writeAll(`${made}/`, [[name, await Deno.readFile(path)]]);
    }
    const texts = {
      ...await packageFiles(options),
      "main.js": MAIN_MODULE,
      [DEPLOYMENT_FILE]: `${JSON.stringify(file, undefined, 2)}\n`,
    };
    for (const [name, text] of Object.entries(texts)) {
      await Deno.writeTextFile(`${made}/${name}`, text);
    }
    const sizes = await measure(made);
    await Deno.chmod(made, 0o755);
    await putInPlace(made, out);
    return {
      sizes,
      environment: portable.environment,
      stores: options.stores,
    };
  } finally {
    await Deno.remove(made, { recursive: true }).catch(() => {});
  }
}

/** Guests run in the thread that serves, on a platform that gives a process one core. */
function deployedConfig(config: Config, target: Target): Config {
  if (target === "server") return config;
  const { tls: _, blobstorePath: __, ...dev } = config.dev;
  return { ...config, dev: { ...dev, lanes: dev.lanes ?? 0 } };
}

function siblingOf({ artifact: _, ...sibling }: Sibling): DeployedSibling {
  return sibling;
}

/** Nothing that somebody else wrote is ever removed. */
async function checkReplaceable(out: string): Promise<void> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(out)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new DeploymentError(
      "unwritable",
      `Cannot write "${out}": it is no folder; --out names another`,
    );
  }
  if (names.length === 0 || await isDeployment(out)) return;
  throw new DeploymentError(
    "unwritable",
    `Cannot write "${out}": the folder holds something else than a deployment; empty it, or name another with --out`,
  );
}

async function isDeployment(folder: string): Promise<boolean> {
  try {
    const file = JSON.parse(
      await Deno.readTextFile(`${folder}/${DEPLOYMENT_FILE}`),
    );
    return typeof file?.format === "number" && Array.isArray(file?.siblings);
  } catch {
    return false;
  }
}

async function writeAll(
  folder: string,
  files: Iterable<readonly [string, Uint8Array]>,
): Promise<void> {
  for (const [name, content] of files) {
    const path = `${folder}${name}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, content);
  }
}

/** Puts a whole folder where another one may stand. */
async function putInPlace(made: string, out: string): Promise<void> {
  const aside = `${made}-old`;
  try {
    await Deno.rename(out, aside);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.rename(made, out);
  await Deno.remove(aside, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Bytes by the first part of each path; a file counts by its name. */
async function measure(folder: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (
    const { name, isDirectory } of entries.toSorted((a, b) =>
      a.name < b.name ? -1 : 1
    )
  ) {
    const path = `${folder}/${name}`;
    sizes[isDirectory ? `${name}/` : name] = isDirectory
      ? Object.values(await measure(path)).reduce((sum, one) => sum + one, 0)
      : (await Deno.stat(path)).size;
  }
  return sizes;
}
