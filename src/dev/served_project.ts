/**
 * One project that is served: joins the entrance, the loop of builds, the hosts and the watch
 * of files.
 *
 * @module
 */

import { bucketReports, type Host, VolumeError } from "../assemble.ts";
import { type Config, ConfigError } from "../config/mod.ts";
import type { BuildRecord } from "../explorer/api.ts";
import { ListenError } from "../front/mod.ts";
import type { BucketReport } from "../log.ts";
import type { HttpRequest } from "../runtime/http_message.ts";
import { LinkError } from "../runtime/linker.ts";
import {
  AppMaker,
  type MadeApp,
  patienceOf,
  tellApplied,
} from "./app_maker.ts";
import { BuildError, stopped } from "./build_error.ts";
import { ChangeTeller } from "./change_teller.ts";
import type { ConfigChange } from "./config_change.ts";
import { DevLoop } from "./dev_loop.ts";
import type {
  DevServer,
  DevServerOptions,
  SentRequest,
  ServedApp,
} from "./dev_server.ts";
import type { DevState } from "./dev_state.ts";
import { Draining } from "./draining.ts";
import { Entrance, isLoopback } from "./entrance.ts";
import { changedFilesOf } from "./followed_files.ts";
import { Following } from "./following.ts";
import { ProjectHosts } from "./project_hosts.ts";
import { readyReport } from "./ready_report.ts";
import { Reconfiguring } from "./reconfiguring.ts";
import { Requests } from "./requests.ts";
import { settlesWithin } from "../runtime/settles_within.ts";
import { checkStores, type StoreCheck } from "./store_check.ts";

/** Milliseconds that the banner waits for stores to answer. */
const BANNER_PATIENCE = 300;

/** Milliseconds for connections to be cut. */
const PARTING = 500;

/** What can be wrong with a project: told without a stack. */
const USER_FAULTS = [
  BuildError,
  LinkError,
  VolumeError,
  ConfigError,
  ListenError,
];

/** A project being served. */
export class ServedProject implements DevServer {
  readonly #options: DevServerOptions;
  readonly #entrance: Entrance;
  readonly #hosts: ProjectHosts;
  readonly #draining: Draining;
  readonly #teller: ChangeTeller;
  readonly #maker: AppMaker;
  readonly #loop: DevLoop<MadeApp>;
  readonly #requests: Requests;
  readonly #reconfiguring: Reconfiguring;
  readonly #following: Following | undefined;
  readonly #ready = Promise.withResolvers<void>();
  #stores: StoreCheck;
  #isStopping = false;

  private constructor(
    options: DevServerOptions,
    entrance: Entrance,
    requests: (requests: Requests) => void,
  ) {
    const { config, log, watch } = options;
    this.#options = options;
    this.#entrance = entrance;
    // The address is this server's now: a Worker may load its modules while others build.
    this.#hosts = new ProjectHosts(config, log);
    this.#stores = this.#checkStores(config);
    this.#draining = new Draining(log);
    this.#teller = new ChangeTeller(log);
    this.#maker = new AppMaker(config, {
      ...options,
      hosts: this.#hosts,
      teller: this.#teller,
      onBuild: (isRunning) => this.#built(isRunning),
      applied: (change) => this.#applied(change),
    });
    this.#loop = new DevLoop({
      make: (turn) => this.#maker.make(turn, this.config),
      swapped: (next, { changed }, isFirst) => {
        this.#following?.begin();
        if (isFirst) {
          this.#expectSaves(next);
          this.#tellReady();
        } else {
          log.emit({ event: "swapped", changed, steps: next.timings });
        }
      },
      failed: (error, isServing) => this.#failed(error, isServing),
      draining: this.#draining,
    });
    this.#requests = new Requests({ ...options, state: () => this.state });
    requests(this.#requests);
    this.#reconfiguring = new Reconfiguring({
      ...options,
      entrance,
      loop: this.#loop,
      failed: (error) => this.#tellFailed(error),
    });
    if (watch !== undefined && config.dev.watch.enabled) {
      const changed = (paths: readonly string[]) => this.#changed(paths);
      this.#following = new Following({
        watch,
        log,
        files: () => this.#reconfiguring.files(),
        since: options.since ?? Date.now(),
        changed,
      });
    }
    // The owner may stop the server without asking how far it came.
    this.#ready.promise.catch(() => {});
    this.#loop.ask({ changed: [], build: options.build, cause: "start" });
  }

  /** Listens, and begins with the first build. */
  static async start(options: DevServerOptions): Promise<ServedProject> {
    const opened = Promise.withResolvers<Requests>();
    let requests: Requests | undefined;
    const entrance = await Entrance.open(
      options.config,
      options.log,
      (request) =>
        requests?.answer(request) ??
          opened.promise.then((requests) => requests.answer(request)),
    );
    return new ServedProject(options, entrance, (made) => {
      requests = made;
      opened.resolve(made);
    });
  }

  get url(): string {
    return this.#entrance.url;
  }

  get isLocal(): boolean {
    return this.#entrance.isLocal && isLoopback(this.config.dev.address);
  }

  get explorerUrl(): string | undefined {
    const { explorer } = this.#options;
    return explorer && this.config.dev.explorer
      ? `${this.url}${explorer.path()}`
      : undefined;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get state(): DevState {
    return this.#loop.state;
  }

  get serving(): ServedApp | undefined {
    return this.#loop.serving;
  }

  get host(): Host {
    return this.#hosts.current;
  }

  get config(): Config {
    return this.#reconfiguring.config;
  }

  builds(): readonly BuildRecord[] {
    return this.#loop.builds();
  }

  async buckets(): Promise<readonly BucketReport[]> {
    const now = this.#checkStores(this.config);
    await settlesWithin(now.done, BANNER_PATIENCE);
    return bucketReports(this.host.buckets, now.stateOf);
  }

  rebuild(): void {
    const { build } = this.#options;
    this.#loop.ask({ changed: [], build, cause: "asked for" });
  }

  send(request: HttpRequest, replayOf?: string): SentRequest {
    return this.#requests.send(request, replayOf);
  }

  onState(listener: (state: DevState) => void, signal: AbortSignal): void {
    this.#loop.onState(listener, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#options.explorer?.stopping();
    const finished = this.#finish();
    if (await settlesWithin(finished, patienceOf(this.#maker.applied))) {
      await finished;
    } else {
      this.#options.log.emit({
        event: "warning",
        text: "Requests are broken off: they take longer than " +
          "dev.request_timeout allows",
      });
      this.#draining.hurry();
      await settlesWithin(
        Promise.resolve(this.#entrance[Symbol.asyncDispose]()),
        PARTING,
      );
    }
    this.#maker[Symbol.dispose]();
    this.#ready.reject(stopped());
    await this.#hosts[Symbol.asyncDispose]();
  }

  async #finish(): Promise<void> {
    await this.#following?.[Symbol.asyncDispose]();
    await this.#loop.stop();
    await this.#entrance.finish();
    await this.#teller[Symbol.asyncDispose]();
    const { serving } = this.#loop;
    await serving?.app[Symbol.asyncDispose]();
    await serving?.retire();
    await this.#draining.all();
  }

  /** Something was saved. Never rejects. */
  async #changed(paths: readonly string[]): Promise<void> {
    const { config, configFiles } = this.#reconfiguring;
    const { build, cacheDirectory } = this.#options;
    const changed = changedFilesOf({
      config,
      configFiles,
      build,
      cacheDirectory,
    }, paths);
    const folder = `${config.project}/`;
    const names = paths.map((path) =>
      path.startsWith(folder) ? path.slice(folder.length) : path
    );
    const isAsked = await this.#reconfiguring.take(
      changed,
      names,
      this.#following!,
    );
    if (changed.sources || changed.component && !isAsked) {
      this.#loop.ask({ changed: names, build: changed.sources });
    }
  }

  /** Has the next swap go as fast as those after it. */
  async #expectSaves(app: MadeApp): Promise<void> {
    if (this.#following === undefined) return;
    await this.#following.stands;
    const isFirst = this.#loop.serving === app && !this.#isStopping;
    if (isFirst) this.#maker.warm(app);
  }

  #built(isRunning: boolean): void {
    if (isRunning) {
      this.#following?.buildBegins();
      // This thread has nothing else to do now.
      this.#following?.begin();
    } else this.#following?.buildEnds();
  }

  /** An app has taken its place. */
  #applied({ keys, parts }: ConfigChange): void {
    if (parts.has("buckets")) this.#stores = this.#checkStores(this.config);
    if (keys.length > 0) {
      const restarted = [...new Set([...parts, "component"])];
      tellApplied(this.#options.log, keys, restarted);
    }
    // The next swap need not wait until a Worker has its modules.
    if (this.#following !== undefined) this.#hosts.prepare();
  }

  async #tellReady(): Promise<void> {
    const { config, host, timings } = this.#loop.serving!;
    // Requests are served; the banner tells more when it knows more.
    await settlesWithin(this.#stores.done, BANNER_PATIENCE);
    const report = readyReport({
      config,
      host,
      stores: this.#stores,
      entrance: this.#entrance,
      explorer: this.explorerUrl,
      timings,
    });
    this.#options.log.emit({ event: "ready", report });
    this.#ready.resolve();
  }

  #failed(error: Error, isServing: boolean): void {
    if (this.#isStopping) return this.#ready.reject(error);
    // What no save can mend has no next time: its owner tells of it.
    const isLast = this.#following === undefined ||
      error instanceof BuildError && error.code === "cache-unusable";
    if (isLast && !isServing) return this.#ready.reject(error);
    this.#following?.begin();
    this.#tellFailed(error);
  }

  #tellFailed(error: Error): void {
    const output = error instanceof BuildError ? error.output : "";
    const isKnown = USER_FAULTS.some((fault) => error instanceof fault);
    this.#options.log.emit({
      event: "build-failed",
      text: isKnown ? error.message : error.stack ?? error.message,
      ...(output === "" ? {} : { output }),
      serving: this.#loop.serving !== undefined,
    });
  }

  #checkStores({ dev }: Config): StoreCheck {
    const entries = Object.keys(dev.keyvalue.buckets);
    return checkStores(this.host, this.#options.log, entries);
  }
}
