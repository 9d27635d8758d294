/**
 * The dev server: listens first, then builds, so that a busy port is known at once and the
 * requests of an impatient client wait for the component instead of being refused. After that
 * it builds with each save, and swaps.
 *
 * @module
 */

import type { Host } from "../assemble.ts";
import type { Config, LoadedConfig } from "../config/mod.ts";
import type { BuildRecord } from "../explorer/api.ts";
import type { BucketReport, Log } from "../log.ts";
import type { App } from "../runtime/app.ts";
import type {
  HttpAnswer,
  HttpRequest,
  HttpResponse,
} from "../runtime/http_message.ts";
import type { DevState } from "./dev_state.ts";
import type { WatchSources } from "./following.ts";
import type { LoadedArtifacts } from "./load_app.ts";
import { ServedProject } from "./served_project.ts";

/** How the dev server runs. */
export interface DevServerOptions {
  readonly config: Config;
  readonly log: Log;
  /** Whether the log is told of each call that leaves a guest. */
  readonly tracesCalls?: boolean;
  /** Whether the build command runs. */
  readonly build: boolean;
  /** Path of the artifact cache. */
  readonly cacheDirectory: string;
  /** `PATH` for the build command. */
  readonly searchPath: string;
  /** Watches files; without it, or with `dev.watch.enabled: false`, nothing is built twice. */
  readonly watch?: WatchSources;
  /** When the configuration was read, in ms since the epoch: what is saved later is built. */
  readonly since?: number;
  /** The files that the configuration was read from. */
  readonly configFiles?: readonly string[];
  /** Reads the configuration again, as it was read first. Rejects with {@linkcode ConfigError}. */
  readonly reload?: () => Promise<LoadedConfig>;
  /** Answers requests that are not the component's; `undefined` for those that are. */
  readonly intercept?: (
    request: HttpRequest,
  ) => Promise<HttpResponse> | undefined;
  /** Stands around each request of the component, whoever sends it. */
  readonly observe?: RequestObserver;
  /** The explorer that {@linkcode DevServerOptions.intercept} leads to. */
  readonly explorer?: ExplorerPlace;
}

/** Where the explorer is, and what it has to hear. */
export interface ExplorerPlace {
  /** The path that a person opens now, with all that it takes to come in. */
  readonly path: () => string;
  /** Called when the server begins to stop: what holds connections open ends. */
  readonly stopping: () => void;
}

/** Sees a request and its response. */
export type RequestObserver = (
  request: HttpRequest,
  call: RequestCall,
  /** Answers it. Never rejects. */
  next: (request: HttpRequest) => HttpAnswer,
) => HttpAnswer;

/** What a request goes by. */
export interface RequestCall {
  readonly id: string;
  /** The request that it repeats. */
  readonly replayOf?: string;
}

/** A request that was given to the component. */
export interface SentRequest {
  readonly id: string;
  /** Never rejects. */
  readonly response: HttpAnswer;
}

/** What serves. */
export interface ServedApp {
  readonly app: App;
  readonly host: Host;
  /** What it was made of. */
  readonly loaded: LoadedArtifacts;
  /** What it was made by. */
  readonly config: Config;
}

/**
 * A project being served. Disposing it ends a build under way, or finishes the requests in
 * flight. It gives up on those that take much longer than a request may; they end with the
 * process.
 */
export interface DevServer extends AsyncDisposable {
  /** Where a client on this machine finds it, from the start: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Whether only this machine reaches it, and is to by its configuration. */
  readonly isLocal: boolean;
  /** Where a person opens the explorer; `undefined` where there is none. */
  readonly explorerUrl: string | undefined;
  /**
   * Resolves when the component answers requests.
   *
   * Without a watch it rejects with {@linkcode BuildError}, {@linkcode LinkError} or
   * {@linkcode VolumeError} when there is none. With one, the next save may mend it: it is
   * told by the log, and this rejects only if the server is stopped before, or if the artifact
   * cache cannot be used, which no save mends.
   */
  readonly ready: Promise<void>;
  /** What it is doing. */
  readonly state: DevState;
  /** What serves now; `undefined` while nothing does. */
  readonly serving: ServedApp | undefined;
  /** What components are given now. */
  readonly host: Host;
  /** The last configuration that could be read; what serves may still be made by an earlier one. */
  readonly config: Config;
  /** The last builds, the newest first. */
  builds(): readonly BuildRecord[];
  /** The banner's table as it would be now: stores that can be away are tried again. */
  buckets(): Promise<readonly BucketReport[]>;
  /** Builds and swaps as after a save. */
  rebuild(): void;
  /** Gives a request to the component as if a client had sent it. */
  send(request: HttpRequest, replayOf?: string): SentRequest;
  /** Calls back at each change of the state, until the signal aborts. */
  onState(listener: (state: DevState) => void, signal: AbortSignal): void;
}

/**
 * Starts to serve a project.
 *
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function startDevServer(
  options: DevServerOptions,
): Promise<DevServer> {
  return await ServedProject.start(options);
}
