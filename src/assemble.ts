/**
 * Where choices meet: a configuration and a component become an app that answers requests.
 *
 * @module
 */

import { openBlobFiles } from "./blobstore/filesystem.ts";
import { makeBlobsInMemory } from "./blobstore/in_memory.ts";
import type {
  BucketEntry,
  Config,
  KeyValueConfig,
  SeedValue,
  WorkloadConfig,
} from "./config/mod.ts";
import type { BackendChoice } from "./keyvalue/backends.ts";
import {
  type BucketRule,
  type Buckets,
  type BucketsOptions,
  makeBuckets,
} from "./keyvalue/buckets.ts";
import type { Log } from "./log.ts";
import { App } from "./runtime/app.ts";
import type { Artifact } from "./runtime/artifact.ts";
import { MAIN } from "./runtime/composition.ts";
import { linkComponent, type LinkedComponent } from "./runtime/component.ts";
import type { FaultPolicy } from "./runtime/faults/fault.ts";
import { RecentOutput } from "./runtime/faults/recent_output.ts";
import { readMapBeside } from "./runtime/map_file.ts";
import type { ChangeEntry, HttpEntry } from "./runtime/guest.ts";
import type { GuestOutput, HostInterface } from "./runtime/host_interface.ts";
import { openInlineLane } from "./runtime/inline_lane.ts";
import type { Lane } from "./runtime/lane.ts";
import {
  type EgressPolicy,
  HttpClient,
  incomingHandler,
  logWatching,
  makeEgressPolicy,
  makeRefusalLog,
  makeWatchers,
  VolumeError,
  Volumes,
  wasiInterfaces,
  watchBuckets,
} from "./wasi/mod.ts";

export { VolumeError };

/** How many fresh instances wait for requests; more would only cost memory. */
const INSTANCES_AHEAD = 4;

/** How many instances serve at once; a component with an engine takes some 12 MiB each. */
const MAX_INSTANCES = 256;

/** What a component is served with, before the component is known. */
export interface Host {
  readonly buckets: Buckets;
  readonly interfaces: readonly HostInterface[];
  /** What each component of `dev.components` is served with, in their order. */
  readonly siblingInterfaces: readonly (readonly HostInterface[])[];
  readonly entry: HttpEntry;
  /** How changes reach a component. */
  readonly watchers: readonly ChangeEntry[];
  /** The buckets whose changes the component is told of, by the names that guests use. */
  readonly watched: readonly string[];
  /** How guests call others; it MUST be disposed after the apps that use it. */
  readonly client: HttpClient;
  /** The folders that a component is given; looked for when one is opened. */
  readonly volumes: Volumes;
}

/** A component beside the one that is served. */
export interface Sibling {
  /** What it is called in messages. */
  readonly name: string;
  readonly artifact: Artifact;
  /** The sibling that it was composed into one file with, and that is in front of it. */
  readonly partOf?: string;
  /** Its place in `dev.components`; absent where it is a part of the one that is served. */
  readonly entry?: number;
}

/** Makes what a project's guests are given. Opens no connection. */
export function makeHost(config: Config, log: Log): Host {
  const buckets = openBuckets(
    config.dev.keyvalue,
    (text) => log.emit({ event: "warning", text }),
  );
  const policy = egressPolicy(config);
  const client = openClient(config, policy, log);
  const { blobstorePath } = config.dev;
  const volumes = new Volumes(config.dev.volumes);
  const blobs = blobstorePath === undefined
    ? makeBlobsInMemory()
    : openBlobFiles(blobstorePath);
  const interfacesOf = (
    given: Pick<WorkloadConfig, "environment" | "config">,
  ) =>
    wasiInterfaces({
      environment: given.environment,
      config: given.config,
      buckets: buckets.forGuests(),
      labelledBuckets: (label) => buckets.forGuests(label),
      client,
      sockets: policy,
      volumes,
      blobs,
    });
  return {
    buckets,
    interfaces: interfacesOf(config.workload),
    siblingInterfaces: config.dev.components.map(interfacesOf),
    entry: incomingHandler(),
    watchers: makeWatchers(buckets.forGuests()),
    watched: buckets.watched(),
    client,
    volumes,
  };
}

/** Where guests may connect to. */
function egressPolicy({ workload }: Config): EgressPolicy {
  const { hosts, lookups, loopbackPorts } = workload.egress;
  return makeEgressPolicy({
    hosts,
    lookups,
    // A developer's other servers are here, and so is whatever runs the guest.
    loopback: loopbackPorts.length === 0 ? "any" : loopbackPorts,
  });
}

/** Makes what guests call others with. Connects to nothing. */
function openClient(
  { dev }: Config,
  policy: EgressPolicy,
  log: Log,
): HttpClient {
  const warn = (text: string) => log.emit({ event: "warning", text });
  const { concurrentPerRequest, totalPerRequest, ...connecting } =
    dev.outgoingHttp;
  return new HttpClient({
    ...connecting,
    policy,
    limits: { concurrent: concurrentPerRequest, total: totalPerRequest },
    refused: makeRefusalLog(warn),
    warn,
  });
}

/**
 * Makes a project's buckets. Opens no connection.
 *
 * @param log Told once of each configuration key that was found missing.
 */
export function openBuckets(
  config: KeyValueConfig,
  log: (text: string) => void,
): Buckets {
  return makeBuckets({ ...bucketsOptions(config), log });
}

/**
 * Links a component with a host and makes its first instance.
 *
 * @param faults What clients learn when it fails.
 * @param siblings The components beside it.
 * @throws {LinkError} The component imports what is not offered.
 * @throws {VolumeError} A folder that it is to be given is not there.
 * @throws {GuestTrap} It traps when it is instantiated.
 */
export async function openApp(
  artifact: Artifact,
  host: Host,
  config: Config,
  log: Log,
  faults: FaultPolicy = "hidden",
  siblings: readonly Sibling[] = [],
): Promise<App> {
  const { interfaces, siblingInterfaces, entry, watchers } = host;
  const output = new RecentOutput(guestOutput(log));
  await host.volumes.open();
  const factory = linkComponent(artifact, {
    interfaces,
    entry,
    watchers,
    output,
    siblings: siblings.map(({ entry, ...sibling }) =>
      entry === undefined
        ? { ...sibling, partOf: MAIN, interfaces }
        : { ...sibling, interfaces: siblingInterfaces[entry]! }
    ),
  });
  warnOfUnreached(factory, log);
  const lane = await openInlineLane(factory, {
    pool: {
      reuse: config.dev.instanceReuse,
      ahead: INSTANCES_AHEAD,
      limit: MAX_INSTANCES,
      queueTimeout: config.dev.queueTimeout,
    },
    requestTimeout: config.dev.requestTimeout,
    events: {
      trapped: (request, trap) =>
        log.emit({ event: "guest-trap", request, text: trap.message }),
    },
  });
  return new App(lane, {
    answered({ id, method, url, status, trace, duration }) {
      log.emit({
        event: "request",
        request: {
          id,
          method,
          path: pathOf(url),
          status,
          milliseconds: duration,
          ...(trace === undefined ? {} : { trace }),
        },
      });
    },
    failed(request, error) {
      const text = error instanceof Error
        ? error.stack ?? error.message
        : String(error);
      log.emit({ event: "error", text: `[${request}] ${text}` });
    },
  }, {
    answersHttp: factory.answersHttp,
    faults,
    output,
    source: {
      modules: [...artifact.coreModules.values()],
      readMap: readMapBeside(config.dev.componentPath),
    },
    ...beside(factory, host, { lane, config, log }),
  });
}

function warnOfUnreached({ unreached }: LinkedComponent, log: Log): void {
  for (const name of unreached) {
    log.emit({
      event: "warning",
      text: `The component "${name}" is never called: ` +
        "nothing that is served imports what it exports",
    });
  }
}

/** What tells the component of changes, if it takes them and there is a bucket to watch. */
function beside(
  component: LinkedComponent,
  { buckets, watched }: Host,
  { lane, config, log }: { lane: Lane; config: Config; log: Log },
): { beside?: AsyncDisposable } {
  const warn = (text: string) => log.emit({ event: "warning", text });
  const names = watched.map((name) => JSON.stringify(name)).join(", ");
  if (component.takesChanges && watched.length === 0) {
    warn(
      "The component exports wasi:keyvalue/watcher, and no bucket is watched; " +
        "set dev.keyvalue.buckets.NAME.watch",
    );
  }
  if (!component.takesChanges && watched.length > 0) {
    warn(
      `Changes in ${names} are told to no one: ` +
        "the component does not export wasi:keyvalue/watcher",
    );
  }
  if (!component.takesChanges || watched.length === 0) return {};
  return {
    beside: watchBuckets({
      watched,
      buckets: buckets.forGuests(),
      tell: (change, id) => lane.tell(change, id),
      events: logWatching(log, (bucket) => storeOf(buckets, bucket)),
      drainTimeout: config.dev.requestTimeout,
    }),
  };
}

/** The store of a bucket that need not have a line of its own. */
function storeOf(buckets: Buckets, bucket: string): string {
  const listings = buckets.list();
  const found = listings.find(({ name }) => name === bucket) ??
    listings.find(({ name }) => name === undefined);
  return found?.backend ?? "";
}

function guestOutput(log: Log): GuestOutput {
  return {
    line: (request, stream, text) =>
      log.emit({ event: "guest-output", request, stream, text }),
    message: (request, level, context, text) =>
      log.emit({ event: "guest-log", request, level, context, text }),
  };
}

function bucketsOptions(config: KeyValueConfig): BucketsOptions {
  const { redisUrl, natsUrl, path, dataNatsUrl, denoKv } = config;
  return {
    configured: {
      ...(redisUrl === undefined
        ? {}
        : { redis: { backend: "redis", url: redisUrl } }),
      ...(natsUrl === undefined
        ? {}
        : { nats: { backend: "nats", url: natsUrl } }),
      ...(path === undefined
        ? {}
        : { filesystem: { backend: "filesystem", path } }),
      ...(denoKv === undefined
        ? {}
        : { deno_kv: { backend: "deno_kv", path: denoKv } }),
    },
    ...(dataNatsUrl === undefined
      ? {}
      : { dataNats: { backend: "nats", url: dataNatsUrl } }),
    ...(config.default === undefined ? {} : { default: config.default }),
    ...(config.allow === undefined ? {} : { allow: config.allow }),
    rules: Object.fromEntries(
      Object.entries(config.buckets).map((
        [name, entry],
      ) => [name, bucketRule(entry, config)]),
    ),
  };
}

function bucketRule(entry: BucketEntry, config: KeyValueConfig): BucketRule {
  const { store, name, ttl, maxKeySize, maxValueSize, seed } = entry;
  return {
    store: ownStore(entry, config) ?? store,
    bucket: name,
    readOnly: entry.readOnly,
    watch: entry.watch,
    ...(ttl !== undefined && { ttl }),
    ...(maxKeySize !== undefined && { maxKeySize }),
    ...(maxValueSize !== undefined && { maxValueSize }),
    ...(seed !== undefined && { seed: seedOf(seed) }),
  };
}

function seedOf(
  seed: Readonly<Record<string, SeedValue>>,
): ReadonlyMap<string, Uint8Array> {
  return new Map(
    Object.entries(seed).map(([key, value]) => [
      key,
      typeof value === "string"
        ? new TextEncoder().encode(value)
        : Uint8Array.from(atob(value.base64), (char) => char.charCodeAt(0)),
    ]),
  );
}

/** The store of an entry with a place or settings of its own; where it names no place, the one of all. */
function ownStore(
  { store, path, url, nats, redis, filesystem }: BucketEntry,
  config: KeyValueConfig,
): BackendChoice | undefined {
  const own = path ?? url ?? nats ?? redis ?? filesystem;
  if (own === undefined) return undefined;
  switch (store) {
    case "in_memory":
      return { backend: store };
    case "filesystem":
      return placed(path ?? config.path, (path) => ({
        backend: store,
        path,
        ...filesystem,
      }));
    case "deno_kv":
      return placed(path ?? url ?? config.denoKv, (path) => ({
        backend: store,
        path,
      }));
    case "nats":
      return placed(url ?? config.natsUrl ?? config.dataNatsUrl, (url) => ({
        backend: store,
        url,
        ...nats,
      }));
    case "redis":
      return placed(url ?? config.redisUrl, (url) => ({
        backend: store,
        url,
        ...redis,
      }));
  }
}

function placed(
  place: string | undefined,
  choose: (place: string) => BackendChoice,
): BackendChoice | undefined {
  return place === undefined ? undefined : choose(place);
}

/** What follows the authority; nothing for `CONNECT`. */
function pathOf(url: string): string {
  const slash = url.indexOf("/", url.indexOf("://") + 3);
  return slash < 0 ? "" : url.slice(slash);
}
