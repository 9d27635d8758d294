/**
 * Where choices meet: a configuration and a component become an app that answers requests.
 *
 * @module
 */

import { beside } from "./assemble/changes.ts";
import { storeNames } from "./assemble/store_names.ts";
import { tellTrap } from "./assemble/trap_report.ts";
import type {
  BucketEntry,
  Config,
  EgressConfig,
  KeyValueConfig,
  SeedValue,
} from "./config/mod.ts";
import type { BackendChoice } from "./keyvalue/backends.ts";
import {
  type BucketRule,
  type Buckets,
  type BucketsOptions,
  makeBuckets,
} from "./keyvalue/buckets.ts";
import type { Log } from "./log.ts";
import {
  type GuestSettings,
  type GuestSurroundings,
  makeGuestInterfaces,
  type Sibling,
  siblingParts,
} from "./lane/guests.ts";
import { type LaneHost, type OpenedLane, openLane } from "./lane/open_lane.ts";
import { TemporaryFolder } from "./lane/temporary_folder.ts";
import {
  type LaneThreads,
  startLaneThreads,
  usualLanes,
} from "./lane/threads.ts";
import { App } from "./runtime/app.ts";
import type { Artifact } from "./runtime/artifact.ts";
import type { FaultPolicy } from "./runtime/faults/fault.ts";
import { RecentOutput } from "./runtime/faults/recent_output.ts";
import { GuestStacks } from "./runtime/faults/trap_fault.ts";
import { readMapBeside } from "./runtime/map_file.ts";
import type { GuestOutput, HostCall } from "./runtime/host_interface.ts";
import type { LaneSettings } from "./runtime/lane_protocol.ts";
import { pathOf } from "./runtime/request_path.ts";
import { PathGate, VolumeError } from "./wasi/mod.ts";

export { bucketReports, type StoreState } from "./assemble/bucket_reports.ts";
export { watchChanges, type WatchChangesOptions } from "./assemble/changes.ts";
export { keepInMemory, type KeptStores } from "./keyvalue/kept_stores.ts";
export { type Sibling, siblingParts, VolumeError };
export type { LaneThreads } from "./lane/threads.ts";

/** How many fresh instances wait for requests; more would only cost memory. */
const INSTANCES_AHEAD = 4;

/** How many instances serve at once; a component with an engine takes some 12 MiB each. */
const MAX_INSTANCES = 256;

/** What a component is served with, before the component is known. */
export interface Host extends LaneHost {
  readonly buckets: Buckets;
  /** The buckets whose changes the component is told of, by the names that guests use. */
  readonly watched: readonly string[];
}

/** What hosts that follow each other have in common. They stay their owner's. */
export type SharedParts = Pick<Host, "buckets" | "gate" | "blobFolder">;

/**
 * Makes what a project's guests are given. Opens no connection.
 *
 * @param shared What it has in common with others.
 */
export function makeHost(
  config: Config,
  log: Log,
  shared: Partial<SharedParts> = {},
): Host {
  const warn = (text: string) => log.emit({ event: "warning", text });
  const buckets = shared.buckets ?? openBuckets(config.dev.keyvalue, warn);
  const gate = shared.gate ?? new PathGate();
  const surroundings: GuestSurroundings = { buckets, gate, warn };
  const settings = guestSettings(config);
  return {
    ...makeGuestInterfaces(settings, surroundings),
    ...surroundings,
    buckets,
    settings,
    blobFolder: shared.blobFolder ?? makeBlobFolder(),
    watched: buckets.watched(),
  };
}

/** Where objects are kept that nobody asked to keep. */
export function makeBlobFolder(): TemporaryFolder {
  return new TemporaryFolder("wharf-objects-");
}

/**
 * Starts the first Worker that `dev.lanes` asks for; nothing where it asks for none.
 *
 * @param program What Workers run; default: the one that lies with this code.
 */
export function startThreads(
  config: Config,
  program?: URL,
): LaneThreads | undefined {
  const count = laneCount(config);
  return count === 0 ? undefined : startLaneThreads(count, program);
}

/** How many Workers run the guests; 0 where the server's own thread does. */
export function laneCount({ dev }: Config): number {
  return dev.lanes ?? usualLanes();
}

function guestSettings({ workload, dev }: Config): GuestSettings {
  const { environment, config } = workload;
  const { concurrentPerRequest, totalPerRequest, ...connecting } =
    dev.outgoingHttp;
  return {
    environment,
    config,
    egress: egressOptions(workload.egress),
    components: dev.components.map((
      { environment, config, egress },
      index,
    ) => ({
      environment,
      config,
      egress: egress === undefined ? egressOptions(workload.egress) : {
        ...egressOptions(egress),
        section: `dev.components[${index}]`,
      },
    })),
    outgoing: {
      ...connecting,
      limits: { concurrent: concurrentPerRequest, total: totalPerRequest },
    },
    volumes: dev.volumes,
    volumeSecret: crypto.randomUUID(),
    ...(dev.blobstorePath !== undefined &&
      { blobstorePath: dev.blobstorePath }),
    memoryLimit: dev.memoryLimit,
  };
}

function egressOptions(
  { hosts, lookups, loopbackPorts }: EgressConfig,
): GuestSettings["egress"] {
  return {
    hosts,
    lookups,
    // A developer's other servers are here, and so is whatever runs the guest.
    loopback: loopbackPorts.length === 0 ? "any" : loopbackPorts,
  };
}

/**
 * Makes a project's buckets. Opens no connection.
 *
 * @param log Told once of each configuration key that was found missing.
 * @param open Opens the stores, where that is not as usual.
 */
export function openBuckets(
  config: KeyValueConfig,
  log: (text: string) => void,
  open?: BucketsOptions["open"],
): Buckets {
  return makeBuckets({
    ...bucketsOptions(config),
    log,
    ...(open === undefined ? {} : { open }),
  });
}

/** What {@linkcode openApp} makes an app of. */
export interface OpenAppOptions {
  readonly artifact: Artifact;
  /** The components beside it. */
  readonly siblings?: readonly Sibling[];
  readonly host: Host;
  readonly config: Config;
  readonly log: Log;
  /** What clients learn when it fails; default: nothing. */
  readonly faults?: FaultPolicy;
  /** Whether the log is told of each call that leaves a guest. */
  readonly tracesCalls?: boolean;
  /** Whether a span is recorded for each of them, by Deno's exporter. Default: none is. */
  readonly recordsSpans?: boolean;
  /** Whether the app itself watches its buckets, or its owner does. Default: it does. */
  readonly watches?: boolean;
}

/**
 * Links a component with a host and makes its first instance.
 *
 * @throws {LinkError} The component imports what is not offered.
 * @throws {VolumeError} A folder that it is to be given is not there.
 * @throws {GuestTrap} It traps when it is instantiated.
 */
export async function openApp(options: OpenAppOptions): Promise<App> {
  const { artifact, siblings = [], host, config, log } = options;
  const { faults = "hidden", tracesCalls = false } = options;
  const written = guestOutput(log, tracesCalls);
  const output = faults === "shown" ? new RecentOutput(written) : undefined;
  const stacks = new GuestStacks({
    modules: [...artifact.coreModules.values()],
    readMap: readMapBeside(config.dev.componentPath),
  });
  const opened = await openLane({
    artifact,
    siblings,
    host,
    settings: laneSettings(config, host.threads?.count ?? 1),
    events: {
      trapped: (request, trap) =>
        void tellTrap(log, {
          request,
          trap,
          stacks: faults === "shown" ? stacks : undefined,
        }),
    },
    output: output ?? written,
    ...(options.recordsSpans && { spans: storeNames(host.buckets) }),
  });
  warnOfUnreached(opened, log);
  return new App(opened.lane, {
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
    answersHttp: opened.answersHttp,
    takesChanges: opened.takesChanges,
    faults,
    ...(output && { output }),
    stacks,
    ...beside(opened, options),
  });
}

function warnOfUnreached({ unreached }: OpenedLane, log: Log): void {
  for (const name of unreached) {
    log.emit({
      event: "warning",
      text: `The component "${name}" is never called: ` +
        "nothing that is served imports what it exports",
    });
  }
}

function laneSettings({ dev }: Config, lanes: number): LaneSettings {
  return {
    pool: {
      reuse: dev.instanceReuse,
      ahead: INSTANCES_AHEAD,
      limit: Math.ceil(MAX_INSTANCES / lanes),
      queueTimeout: dev.queueTimeout,
    },
    requestTimeout: dev.requestTimeout,
  };
}

function guestOutput(log: Log, tracesCalls: boolean): GuestOutput {
  return {
    ...(tracesCalls && {
      call: (request: string | undefined, call: HostCall) =>
        log.emit({ event: "host-call", request, call }),
    }),
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
