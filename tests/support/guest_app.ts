/**
 * An app around one of the guests in `tests/guests`, for tests that send it requests: the
 * pieces that `src/assemble.ts` joins, without a configuration, and a record of what happened.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { makeBlobsInMemory } from "../../src/blobstore/in_memory.ts";
import type { BlobStore } from "../../src/blobstore/store.ts";
import { makeBuckets } from "../../src/keyvalue/buckets.ts";
import { serveBuckets } from "../../src/lane/bucket_server.ts";
import type {
  GuestSettings,
  LaneGuests,
  Sibling,
} from "../../src/lane/guests.ts";
import { startLaneThreads } from "../../src/lane/threads.ts";
import { App } from "../../src/runtime/app.ts";
import type { Artifact } from "../../src/runtime/artifact.ts";
import type { FaultPolicy } from "../../src/runtime/faults/fault.ts";
import { RecentOutput } from "../../src/runtime/faults/recent_output.ts";
import { GuestStacks } from "../../src/runtime/faults/trap_fault.ts";
import { linkComponent } from "../../src/runtime/component.ts";
import type {
  GuestOutput,
  HostInterface,
} from "../../src/runtime/host_interface.ts";
import type {
  HttpRequest,
  HttpResponse,
} from "../../src/runtime/http_message.ts";
import { openInlineLane } from "../../src/runtime/inline_lane.ts";
import type { Lane } from "../../src/runtime/lane.ts";
import { openLanes } from "../../src/runtime/lane_dispatcher.ts";
import type { LaneSettings } from "../../src/runtime/lane_protocol.ts";
import type { PoolOptions } from "../../src/runtime/pool.ts";
import { openWorkerLane } from "../../src/runtime/worker_lane.ts";
import { cachedArtifact, type RunOptions } from "../../src/transpile/cache.ts";
import {
  type BucketOpener,
  type HttpClient,
  incomingHandler,
  type LabelledBuckets,
  makeWatchers,
  PathGate,
  type SocketPolicy,
  type Volumes,
  wasiInterfaces,
} from "../../src/wasi/mod.ts";
import { type GuestAppRecord, Recorder } from "./guest_record.ts";

/** What differs from `src/assemble.ts`, where it does. */
export interface GuestAppOptions extends Partial<PoolOptions> {
  /** Milliseconds a guest may keep its client waiting; default 30 seconds. */
  readonly requestTimeout?: number;
  /** What clients learn of faults; default is all. */
  readonly faults?: FaultPolicy;
  /** `wasi:cli/environment`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** `wasi:config/store`. */
  readonly config?: Readonly<Record<string, string>>;
  /** `wasi:keyvalue`; default in memory, empty, and closed with the app. */
  readonly buckets?: BucketOpener;
  /** The same for imports with a label. */
  readonly labelledBuckets?: LabelledBuckets;
  /** `wasi:http/outgoing-handler`; default denies every call. It stays the caller's. */
  readonly client?: HttpClient;
  /** `wasi:sockets`; default is nowhere. */
  readonly sockets?: SocketPolicy;
  /** `wasi:filesystem`, open; default none. */
  readonly volumes?: Volumes;
  /** `wasi:blobstore`; default in memory, empty. */
  readonly blobs?: BlobStore;
  /** In place of all of `src/wasi`; not in Workers. */
  readonly interfaces?: readonly HostInterface[];
  /** Where guests run; default in the thread of the test. */
  readonly lane?: GuestLaneKind;
  /** How many Workers there are; default one. */
  readonly lanes?: number;
  /** What guests in Workers are given, in place of `client`, `sockets`, `volumes` and `blobs`. */
  readonly guests?: Partial<GuestSettings>;
  /** Called with each Worker that is started. */
  readonly onWorker?: (worker: Worker) => void;
  /** The most memory an instance may have, in bytes; default 256 MiB. */
  readonly memoryLimit?: number;
  /** Whether {@linkcode GuestAppRecord.calls} is told of calls; default not. */
  readonly tracesCalls?: boolean;
  /** Guests beside it, by the names that messages have for them; each has what it has. */
  readonly siblings?: Readonly<Record<string, string>>;
}

/** Where guests run: in the thread of the test, or in a Worker. */
export type GuestLaneKind = "inline" | "worker";

/** Both, for tests that hold for either. */
export const LANE_KINDS: readonly GuestLaneKind[] = ["inline", "worker"];

/** A guest that answers requests. Disposing it waits for those that are running. */
export interface GuestApp extends AsyncDisposable {
  /** Sends a request; a path stands for `http://guest.test` and that path. */
  fetch(request: Request | string, init?: RequestInit): Promise<Response>;
  /** Answers a request as a front door has it. */
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** What is behind the app. */
  readonly lane: Lane;
  readonly record: GuestAppRecord;
  /** Resolves when no guest serves a request any more. */
  idle(): Promise<void>;
}

/** Absolute path of a guest's file by its name: `hello`. */
export function guestPath(name: string): string {
  return fileURLToPath(new URL(`../guests/${name}.wasm`, import.meta.url));
}

/** Artifacts of the tests; shared by all runs, as a developer's cache is. */
export const ARTIFACT_CACHE: string = fileURLToPath(
  new URL("../../.wharf/test_artifacts", import.meta.url),
);

/** The artifact of a guest, by its name or an absolute path. */
export async function guestArtifact(
  file: string,
  options?: RunOptions,
): Promise<Artifact> {
  const path = file.startsWith("/") ? file : guestPath(file);
  const bytes = await Deno.readFile(path);
  return (await cachedArtifact(ARTIFACT_CACHE, bytes, options)).artifact;
}

/**
 * Opens an app around a guest.
 *
 * @param file A name in `tests/guests`, or an absolute path.
 */
export async function openGuestApp(
  file: string,
  options: GuestAppOptions = {},
): Promise<GuestApp> {
  const memoryLimit = options.memoryLimit ?? 256 * 2 ** 20;
  const artifact = await guestArtifact(file, { memoryLimit });
  const own = options.buckets === undefined ? makeBuckets() : undefined;
  const buckets = options.buckets ?? own!;
  const record = new Recorder(options.tracesCalls);
  const output = new RecentOutput(record.output);
  const siblings = await Promise.all(
    Object.entries(options.siblings ?? {}).map(async ([name, file]) => ({
      name,
      artifact: await guestArtifact(file, { memoryLimit }),
    })),
  );
  const parts: GuestParts = {
    artifact,
    siblings,
    buckets,
    record,
    output,
    memoryLimit,
  };
  const lane = options.lane === "worker"
    ? await openInWorkers(parts, options)
    : await openInline(parts, options);
  const app = new App(lane, {
    answered: (event) => record.answered.push(event),
    failed: (_request, error) => record.failures.push(error),
  }, {
    faults: options.faults ?? "shown",
    output,
    stacks: new GuestStacks({ modules: [...artifact.coreModules.values()] }),
  });
  return {
    lane,
    record,
    idle: () => record.idle(),
    handle: async (request) => await app.handle(request),
    fetch: (request, init) =>
      app.fetch(
        typeof request === "string"
          ? new Request(new URL(request, "http://guest.test"), init)
          : request,
      ),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await own?.[Symbol.asyncDispose]();
    },
  };
}

interface GuestParts {
  readonly artifact: Artifact;
  readonly siblings: readonly Pick<Sibling, "name" | "artifact">[];
  readonly buckets: BucketOpener;
  readonly record: Recorder;
  readonly output: GuestOutput;
  readonly memoryLimit: number;
}

function openInline(
  { artifact, buckets, record, output, ...parts }: GuestParts,
  options: GuestAppOptions,
): Promise<Lane> {
  const { labelledBuckets, client, sockets, volumes } = options;
  const interfaces = options.interfaces ?? wasiInterfaces({
    environment: options.environment ?? {},
    config: options.config ?? {},
    buckets,
    blobs: options.blobs ?? makeBlobsInMemory(),
    ...(volumes === undefined ? {} : { volumes }),
    ...(client === undefined ? {} : { client }),
    ...(sockets === undefined ? {} : { sockets }),
    ...(labelledBuckets === undefined ? {} : { labelledBuckets }),
  });
  const factory = linkComponent(artifact, {
    interfaces,
    siblings: parts.siblings.map((sibling) => ({ ...sibling, interfaces })),
    entry: incomingHandler(),
    watchers: makeWatchers(buckets),
    output,
    memoryLimit: parts.memoryLimit,
  });
  return openInlineLane(record.watch(factory), {
    ...laneSettings(options),
    events: {
      trapped: (request, trap) => record.traps.push({ request, trap }),
    },
  });
}

async function openInWorkers(
  { artifact, siblings, buckets, record, output, memoryLimit }: GuestParts,
  options: GuestAppOptions,
): Promise<Lane> {
  const { labelledBuckets, lanes = 1 } = options;
  const given = {
    environment: options.environment ?? {},
    config: options.config ?? {},
  };
  const guests: LaneGuests = {
    settings: {
      ...NO_GUEST_SETTINGS,
      ...given,
      components: siblings.map(() => ({ ...NO_GUEST_SETTINGS, ...given })),
      memoryLimit,
      ...options.guests,
    },
    siblings: siblings.map((sibling, entry) => ({ ...sibling, entry })),
  };
  const gate = new PathGate();
  const settings = laneSettings(options);
  const serve = serveBuckets({
    forGuests: (label) =>
      label === undefined ? buckets : labelledBuckets!(label),
  });
  using threads = startLaneThreads(lanes);
  const lane = await openLanes({
    count: lanes,
    queueTimeout: settings.pool.queueTimeout,
    replacing: (reason) => record.replaced.push(reason),
    open: () => {
      const worker = threads.take();
      options.onWorker?.(worker);
      return openWorkerLane({
        worker,
        artifact,
        settings,
        guests,
        output,
        gate,
        warn: (text) => record.warnings.push(text),
        events: {
          trapped: (request, trap) => record.traps.push({ request, trap }),
          returned: () => record.returned(),
        },
        buckets: serve,
      });
    },
  });
  return {
    fetch(request, id) {
      record.serving++;
      return lane.fetch(request, id);
    },
    tell(change, id) {
      record.serving++;
      return lane.tell(change, id);
    },
    underWay: () => lane.underWay(),
    instances: () => lane.instances(),
    breakOff: () => lane.breakOff(),
    [Symbol.asyncDispose]: () => lane[Symbol.asyncDispose](),
  };
}

/** For guests in Workers: no call leads anywhere, and there are no files. */
const NO_GUEST_SETTINGS = {
  egress: { hosts: [], lookups: [], loopback: [] },
  outgoing: {
    limits: { concurrent: 0, total: 0 },
    connections: 0,
    connectionWait: 0,
    caPaths: [],
  },
  volumes: [],
  volumeSecret: "of tests",
} as const;

function laneSettings(options: GuestAppOptions): LaneSettings {
  return {
    pool: {
      reuse: options.reuse ?? 1,
      ahead: options.ahead ?? 1,
      limit: options.limit ?? 256,
      queueTimeout: options.queueTimeout ?? 10_000,
    },
    requestTimeout: options.requestTimeout ?? 30_000,
  };
}

/** Asks for a path and makes sure of the whole answer. */
export async function expectAnswer(
  app: GuestApp,
  path: string,
  status: number,
  body: string | RegExp,
): Promise<void> {
  const response = await app.fetch(path);
  const text = await response.text();
  assert.equal(response.status, status, text);
  if (typeof body === "string") assert.equal(text, body);
  else assert.match(text, body);
}
