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
import { App, type RequestEvent } from "../../src/runtime/app.ts";
import type { Artifact } from "../../src/runtime/artifact.ts";
import type { FaultPolicy } from "../../src/runtime/faults/fault.ts";
import { RecentOutput } from "../../src/runtime/faults/recent_output.ts";
import { linkComponent } from "../../src/runtime/component.ts";
import type { Guest, GuestFactory, GuestRun } from "../../src/runtime/guest.ts";
import type {
  GuestLogLevel,
  GuestStream,
  HostInterface,
} from "../../src/runtime/host_interface.ts";
import type {
  HttpRequest,
  HttpResponse,
} from "../../src/runtime/http_message.ts";
import { openInlineLane } from "../../src/runtime/inline_lane.ts";
import type { PoolOptions } from "../../src/runtime/pool.ts";
import { cachedArtifact } from "../../src/transpile/cache.ts";
import {
  type BucketOpener,
  type HttpClient,
  incomingHandler,
  type LabelledBuckets,
  type SocketPolicy,
  type Volumes,
  wasiInterfaces,
} from "../../src/wasi/mod.ts";

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
  /** In place of all of `src/wasi`. */
  readonly interfaces?: readonly HostInterface[];
  /** Guests beside it, by the names that messages have for them; each has what it has. */
  readonly siblings?: Readonly<Record<string, string>>;
}

/** A line that a guest wrote to stdout or stderr. */
export interface WrittenLine {
  readonly request: string | undefined;
  readonly stream: GuestStream;
  readonly text: string;
}

/** A message that a guest logged. */
export interface LoggedMessage {
  readonly request: string | undefined;
  readonly level: GuestLogLevel;
  readonly context: string;
  readonly text: string;
}

/** What has happened so far. */
export interface GuestAppRecord {
  readonly lines: readonly WrittenLine[];
  readonly messages: readonly LoggedMessage[];
  /** Guests that ended by a trap, the newest last. */
  readonly traps: readonly { readonly request: string; readonly trap: Error }[];
  readonly answered: readonly RequestEvent[];
  /** Faults of Wharf itself. There should be none. */
  readonly failures: readonly unknown[];
  /** How many instances were made. */
  readonly made: number;
  /** How many of them hold something still: those that serve and those that wait. */
  readonly alive: number;
  /** How many serve a request: its code has not returned. */
  readonly serving: number;
}

/** A guest that answers requests. Disposing it waits for those that are running. */
export interface GuestApp extends AsyncDisposable {
  /** Sends a request; a path stands for `http://guest.test` and that path. */
  fetch(request: Request | string, init?: RequestInit): Promise<Response>;
  /** Answers a request as a front door has it. */
  handle(request: HttpRequest): Promise<HttpResponse>;
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
export async function guestArtifact(file: string): Promise<Artifact> {
  const path = file.startsWith("/") ? file : guestPath(file);
  const bytes = await Deno.readFile(path);
  return (await cachedArtifact(ARTIFACT_CACHE, bytes)).artifact;
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
  const artifact = await guestArtifact(file);
  const own = options.buckets === undefined ? makeBuckets() : undefined;
  const record = new Recorder();
  const output = new RecentOutput({
    line: (request, stream, text) =>
      record.lines.push({ request, stream, text }),
    message: (request, level, context, text) =>
      record.messages.push({ request, level, context, text }),
  });
  const interfaces = options.interfaces ?? wasiInterfaces({
    environment: options.environment ?? {},
    config: options.config ?? {},
    buckets: options.buckets ?? own!,
    blobs: options.blobs ?? makeBlobsInMemory(),
    ...(options.volumes === undefined ? {} : { volumes: options.volumes }),
    ...(options.client === undefined ? {} : { client: options.client }),
    ...(options.sockets === undefined ? {} : { sockets: options.sockets }),
    ...(options.labelledBuckets === undefined
      ? {}
      : { labelledBuckets: options.labelledBuckets }),
  });
  const siblings = await Promise.all(
    Object.entries(options.siblings ?? {}).map(async ([name, file]) => ({
      name,
      artifact: await guestArtifact(file),
      interfaces,
    })),
  );
  const factory = linkComponent(artifact, {
    interfaces,
    siblings,
    entry: incomingHandler(),
    output,
  });
  const lane = await openInlineLane(record.watch(factory), {
    pool: {
      reuse: options.reuse ?? 1,
      ahead: options.ahead ?? 1,
      limit: options.limit ?? 256,
      queueTimeout: options.queueTimeout ?? 10_000,
    },
    requestTimeout: options.requestTimeout ?? 30_000,
    events: {
      trapped: (request, trap) => record.traps.push({ request, trap }),
    },
  });
  const app = new App(lane, {
    answered: (event) => record.answered.push(event),
    failed: (_request, error) => record.failures.push(error),
  }, {
    faults: options.faults ?? "shown",
    output,
    source: { modules: [...artifact.coreModules.values()] },
  });
  return {
    record,
    idle: () => record.idle(),
    handle: (request) => app.handle(request),
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

class Recorder implements GuestAppRecord {
  readonly lines: WrittenLine[] = [];
  readonly messages: LoggedMessage[] = [];
  readonly traps: { readonly request: string; readonly trap: Error }[] = [];
  readonly answered: RequestEvent[] = [];
  readonly failures: unknown[] = [];
  made = 0;
  alive = 0;
  serving = 0;
  readonly #waiting: (() => void)[] = [];

  idle(): Promise<void> {
    if (this.serving === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  watch(factory: GuestFactory): GuestFactory {
    return {
      make: async () => {
        const guest = await factory.make();
        this.made++;
        this.alive++;
        return this.#watched(guest);
      },
    };
  }

  #watched(guest: Guest): Guest {
    return {
      get uses() {
        return guest.uses;
      },
      handle: (request, requestId) => {
        this.serving++;
        const call = guest.handle(request, requestId);
        this.#follow(call);
        return call;
      },
      tell: (change, changeId) => {
        this.serving++;
        const run = guest.tell(change, changeId);
        this.#follow(run);
        return run;
      },
      drop: () => {
        this.alive--;
        guest.drop();
      },
    };
  }

  #follow({ finished }: GuestRun): void {
    // After the lane's own reaction, so that a guest that is idle here is so there.
    const over = () => queueMicrotask(() => this.#returned());
    finished.then(over, over);
  }

  #returned(): void {
    this.serving--;
    if (this.serving > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
