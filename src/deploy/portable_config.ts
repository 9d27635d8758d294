/**
 * A configuration as a deployment carries it: without what is for development, without
 * secrets, and with paths as seen from the deployment's folder.
 *
 * @module
 */

import { basename, isAbsolute, relative } from "node:path";
import type { Config, SecretText } from "../config/mod.ts";
import {
  change,
  type ConfigPlace,
  type NeededVariable,
} from "./deployment_file.ts";

/** What is made portable, and where it is to be. */
export interface PortableOptions {
  readonly secrets: readonly SecretText[];
  /** The deployment's folder, absolute. */
  readonly out: string;
}

/** A configuration that can be written down and moved. */
export interface PortableConfig {
  readonly config: Record<string, unknown>;
  readonly paths: readonly ConfigPlace[];
  readonly environment: readonly NeededVariable[];
  /** Files of this machine that are carried along, by their path in the deployment's folder. */
  readonly carried: ReadonlyMap<string, string>;
}

/** A path in a configuration. */
interface FoundPath {
  readonly place: ConfigPlace;
  readonly path: string;
  /** It holds certificates to trust: no secret, and part of what is deployed. */
  readonly isCarried?: true;
}

/** Makes a configuration portable. */
export function portableConfig(
  config: Config,
  { secrets, out }: PortableOptions,
): PortableConfig {
  const { environment: _, command: __, watch: ___, ...dev } = config.dev;
  const plain: Record<string, unknown> = JSON.parse(JSON.stringify({
    project: "",
    build: { env: {}, componentPath: basename(dev.componentPath) },
    dev: {
      ...dev,
      componentPath: basename(dev.componentPath),
      environment: {},
      components: dev.components.map((entry) => ({
        ...entry,
        file: basename(entry.file),
      })),
      watch: { enabled: false, include: [], exclude: [] },
      explorer: false,
    },
    serve: config.serve,
    workload: config.workload,
    new: {},
  }));
  const carried = new Map<string, string>();
  const paths: ConfigPlace[] = [["project"]];
  for (const { place, path, isCarried } of pathsOf(config)) {
    paths.push(place);
    change(plain, place, () => {
      if (isCarried === undefined) return seenFrom(out, path, config.project);
      const name = `files/${carried.size}.pem`;
      carried.set(name, path);
      return name;
    });
  }
  for (const { place, variable } of secrets) {
    change(plain, place, () => ({ env: variable }));
  }
  return { config: plain, paths, environment: neededOf(secrets), carried };
}

/**
 * A path of the project as seen from the deployment, if that is a part of the project too:
 * then it does not matter where the project lies.
 */
function seenFrom(out: string, path: string, project: string): string {
  return isBelow(path, project) && isBelow(out, project)
    ? relative(out, path).replaceAll("\\", "/")
    : path;
}

function isBelow(path: string, folder: string): boolean {
  const seen = relative(folder, path);
  return seen !== ".." && !/^\.\.[/\\]/.test(seen) && !isAbsolute(seen);
}

/** Every path in a configuration that the served component depends on. */
function* pathsOf({ dev }: Config): Generator<FoundPath> {
  const { keyvalue, tls } = dev;
  if (tls !== undefined) {
    yield { place: ["dev", "tls", "cert"], path: tls.cert };
    yield { place: ["dev", "tls", "key"], path: tls.key };
  }
  if (dev.blobstorePath !== undefined) {
    yield { place: ["dev", "blobstorePath"], path: dev.blobstorePath };
  }
  for (const [index, { hostPath }] of dev.volumes.entries()) {
    yield { place: ["dev", "volumes", index, "hostPath"], path: hostPath };
  }
  for (const [index, path] of dev.outgoingHttp.caPaths.entries()) {
    const place = ["dev", "outgoingHttp", "caPaths", index];
    yield { place, path, isCarried: true };
  }
  const stores = ["dev", "keyvalue"];
  if (keyvalue.path !== undefined) {
    yield { place: [...stores, "path"], path: keyvalue.path };
  }
  if (keyvalue.denoKv !== undefined && isFile(keyvalue.denoKv)) {
    yield { place: [...stores, "denoKv"], path: keyvalue.denoKv };
  }
  for (const [name, entry] of Object.entries(keyvalue.buckets)) {
    const bucket = [...stores, "buckets", name];
    const { path, nats, redis } = entry;
    if (path !== undefined && isFile(path)) {
      yield { place: [...bucket, "path"], path };
    }
    if (redis?.caFile !== undefined) {
      const place = [...bucket, "redis", "caFile"];
      yield { place, path: redis.caFile, isCarried: true };
    }
    if (nats?.tls?.ca !== undefined) {
      const place = [...bucket, "nats", "tls", "ca"];
      yield { place, path: nats.tls.ca, isCarried: true };
    }
    for (const { place, path } of secretFiles(entry)) {
      yield { place: [...bucket, "nats", ...place], path };
    }
  }
}

/** Whether a place of Deno KV is a file. */
export function isFile(place: string): boolean {
  return place !== "" && place !== ":memory:" && !/^https?:/i.test(place);
}

/** Files that hold secrets, with their places in the settings of NATS. */
export function secretFiles(
  { nats }: Config["dev"]["keyvalue"]["buckets"][string],
): readonly FoundPath[] {
  const { credentials, nkey, tls } = nats ?? {};
  const files: readonly (readonly [readonly string[], string | undefined])[] = [
    [["credentials"], credentials],
    [["nkey"], nkey],
    [["tls", "cert"], tls?.cert],
    [["tls", "key"], tls?.key],
  ];
  return files.flatMap(([place, path]) =>
    path === undefined ? [] : [{ place, path }]
  );
}

function neededOf(secrets: readonly SecretText[]): readonly NeededVariable[] {
  const byName = Map.groupBy(secrets, ({ variable }) => variable);
  return [...byName].map(([name, texts]) => ({
    name,
    keys: [...new Set(texts.map(({ key }) => key))],
    places: texts.map(({ place }) => place),
  }));
}
