/**
 * What cannot work where a project is deployed to, found before it is there.
 *
 * @module
 */

import type { Config, SecretText } from "../config/mod.ts";
import type { Host } from "../assemble.ts";
import type { Artifact } from "../runtime/artifact.ts";
import { DeploymentError } from "./deployment_error.ts";
import type { Target } from "./deployment_file.ts";
import { variableProblems } from "./platform_variables.ts";
import { isFile, secretFiles } from "./portable_config.ts";

/** What is looked at. */
export interface FitnessOptions {
  readonly config: Config;
  readonly host: Host;
  readonly target: Target;
  readonly artifacts: readonly Artifact[];
  /** What is read from the environment there. */
  readonly secrets: readonly SecretText[];
  /** The buckets that may lose their data; `*` stands for those without an entry. */
  readonly ephemeral: readonly string[];
  /** Where a key was set, for messages; nothing where it was not. */
  readonly placeOf: (key: string) => string | undefined;
}

/** Stands for the buckets that have no entry of their own. */
const OTHERS = "*";

/** What an instance may take on Deno Deploy, in MiB. */
const PLATFORM_MEMORY = 512;

const MIB = 2 ** 20;

/**
 * Whether a project can run where it is deployed to.
 *
 * @returns What a person should hear of although it can.
 * @throws {DeploymentError} All that cannot work, at once.
 */
export function checkFitness(options: FitnessOptions): readonly string[] {
  if (options.target === "server") return [];
  const lost = ephemeralBuckets(options);
  const refused = [
    ...unfitPaths(options),
    ...variableProblems(options.config, options.secrets),
    ...lost.map(problemOf(options)),
  ];
  if (refused.length > 0) {
    const count = refused.length === 1
      ? "1 problem"
      : `${refused.length} problems`;
    throw new DeploymentError(
      "unfit",
      `Cannot build for Deno Deploy: ${count}\n${refused.join("\n")}${
        lost.length === 0 ? "" : `\n${remedyOf(lost)}`
      }`,
    );
  }
  return [...warnings(options)];
}

function imports(
  { artifacts }: FitnessOptions,
  prefix: string,
): boolean {
  return artifacts.some(({ imports }) =>
    imports.some(({ name }) => name.startsWith(prefix))
  );
}

/** Buckets that an instance would keep to itself, and lose when it stops. */
function ephemeralBuckets(options: FitnessOptions): readonly Listing[] {
  if (!imports(options, "wasi:keyvalue/")) return [];
  const { host, ephemeral, config } = options;
  return host.buckets.list().filter((listing) =>
    isEphemeral(listing, config) && !ephemeral.includes(listing.name ?? OTHERS)
  );
}

function problemOf({ placeOf }: FitnessOptions) {
  return ({ name, location }: Listing): string => {
    const key = name === undefined
      ? "dev.keyvalue.default"
      : `dev.keyvalue.buckets.${name}.store`;
    const place = placeOf(key);
    const bucket = name === undefined
      ? "every other bucket"
      : `the bucket ${JSON.stringify(name)}`;
    return `${place === undefined ? "" : `${place}: `}${bucket} is kept in ` +
      `${location}, which an instance loses when it stops and does not share`;
  };
}

type Listing = ReturnType<Host["buckets"]["list"]>[number];

function isEphemeral(
  { backend, name, access, location }: Listing,
  { dev: { keyvalue } }: Config,
): boolean {
  if (access === "denied") return false;
  switch (backend) {
    case "in_memory":
    case "filesystem":
      return true;
    case "deno_kv": {
      return isFile(denoKvPlace(name, keyvalue)) ||
        location === "Deno KV in memory";
    }
    case "nats":
    case "redis":
      return false;
  }
}

function denoKvPlace(
  name: string | undefined,
  { buckets, denoKv }: Config["dev"]["keyvalue"],
): string {
  const own = name === undefined ? undefined : buckets[name];
  return own?.path ?? own?.url ?? denoKv ?? "";
}

/** The lines of YAML that map buckets to Deno KV, or let them be. */
function remedyOf(lost: readonly Listing[]): string {
  const names = lost.map(({ name }) => name);
  const named = names.filter((name) => name !== undefined);
  return [
    "add to the configuration where they live there, such as Deno KV",
    "  deploy:",
    "    keyvalue:",
    ...(names.includes(undefined) ? ["      default: deno_kv"] : []),
    ...(named.length > 0 ? ["      buckets:"] : []),
    ...named.map((name) => `        ${yamlKey(name)}: { store: deno_kv }`),
    "or that they may be lost",
    "  deploy:",
    `    allow_ephemeral: [${
      names.map((name) => JSON.stringify(name ?? OTHERS)).join(", ")
    }]`,
  ].join("\n");
}

function yamlKey(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name);
}

function* unfitPaths({ config, placeOf }: FitnessOptions): Generator<string> {
  const at = (key: string) => {
    const place = placeOf(key);
    return place === undefined ? key : `${place}: ${key}`;
  };
  for (const [index, { hostPath }] of config.dev.volumes.entries()) {
    yield `${at(`dev.volumes[${index}].host_path`)}: the folder ${
      JSON.stringify(hostPath)
    } does not go along, and what is written there is lost; leave the volume out, or build with --target server`;
  }
  for (
    const [name, entry] of Object.entries(config.dev.keyvalue.buckets)
  ) {
    for (const { place: [field] } of secretFiles(entry)) {
      const key = field === "tls" ? "tls_key" : String(field);
      yield `${
        at(`dev.keyvalue.buckets.${name}.${key}`)
      }: a file with a secret does not go along; log in by token, or by user and password`;
    }
  }
}

function* warnings(options: FitnessOptions): Generator<string> {
  const { config: { dev } } = options;
  if (imports(options, "wasi:blobstore/")) {
    yield "The objects of wasi:blobstore are lost when an instance stops, and no other instance has them";
  }
  if (imports(options, "wasi:sockets/tcp")) {
    yield "Deno Deploy refuses plain TCP connections to port 443; wasi:http makes HTTPS requests";
  }
  if (dev.memoryLimit >= PLATFORM_MEMORY * MIB) {
    yield `dev.memory_limit_mb is ${
      dev.memoryLimit / MIB
    }, and an instance of Deno Deploy has ${PLATFORM_MEMORY} MiB for all requests together`;
  }
  if (dev.httpServer === "node") {
    yield "dev.http_server: node has no effect there: trailers of responses are left out";
  }
  if (dev.tls !== undefined) {
    yield "dev.tls_cert_path has no effect there: the platform has certificates of its own";
  }
  yield* watchWarnings(options);
  const isElsewhere = imports(options, "wasi:keyvalue/") &&
    options.host.buckets.list().some(({ name, backend }) =>
      backend === "deno_kv" &&
      /^https?:/i.test(denoKvPlace(name, dev.keyvalue))
    );
  if (isElsewhere) {
    yield "Deno KV is at a URL, and the platform lets nobody set DENO_KV_ACCESS_TOKEN; without the URL it is the database that is attached to the app";
  }
  const { redisUrl, natsUrl, dataNatsUrl, buckets } = dev.keyvalue;
  const urls = [
    redisUrl,
    natsUrl,
    dataNatsUrl,
    ...Object.values(buckets).map(({ url }) => url),
  ];
  for (const host of new Set(urls.flatMap(loopbackHost))) {
    yield `A store is at ${host}, which is the instance itself there; deploy.keyvalue names another`;
  }
}

/** Watching is there for as long as an instance is. */
function* watchWarnings(
  { artifacts, host }: FitnessOptions,
): Generator<string> {
  const hears = artifacts.some(({ exports }) =>
    exports.some((name) => name.startsWith("wasi:keyvalue/watcher"))
  );
  if (!hears || host.watched.length === 0) return;
  yield "The component is told of changes while an instance runs, and the platform stops one that gets no requests; what is written while none runs is told to nobody";
  const asked = host.buckets.list().filter(({ name, backend }) =>
    backend === "deno_kv" && name !== undefined && host.watched.includes(name)
  );
  if (asked.length === 0) return;
  const names = asked.map(({ name }) => JSON.stringify(name)).join(", ");
  yield `Each instance looks into Deno KV once a second for changes of ${names}: 86,400 reads a day for each of them, and a write every 20 s`;
}

function loopbackHost(url: string | undefined): readonly string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { hostname, host } = new URL(url);
  return /^(?:127\.[\d.]+|localhost|\[::1\])$/.test(hostname) ? [host] : [];
}
