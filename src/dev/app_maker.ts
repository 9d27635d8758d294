/**
 * Makes the apps of a project, each on the host that its configuration asks for.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { Log } from "../log.ts";
import type { ChangeTeller } from "./change_teller.ts";
import type { ConfigChange, Part } from "./config_change.ts";
import type { LoopTurn, NextApp } from "./dev_loop.ts";
import type { DevServerOptions, ServedApp } from "./dev_server.ts";
import { loadApp } from "./load_app.ts";
import type { ProjectHosts } from "./project_hosts.ts";
import { SpareTranspiler } from "./spare_transpiler.ts";

/** What another app is made for. */
export const OF_THE_APP: readonly Part[] = [
  "buckets",
  "guests",
  "lanes",
  "component",
  "build",
];

/** An app that serves or is to, with what it was made by. */
export interface MadeApp extends NextApp, ServedApp {}

/** What apps are made with. */
export interface AppMakerOptions extends
  Pick<
    DevServerOptions,
    "build" | "cacheDirectory" | "log" | "searchPath" | "tracesCalls"
  > {
  readonly hosts: ProjectHosts;
  readonly teller: ChangeTeller;
  /** Told when the build command begins, and when it has ended. */
  readonly onBuild: (isRunning: boolean) => void;
  /** Called when an app has taken its place, with what its configuration has changed. */
  readonly applied: (change: ConfigChange) => void;
}

/** Makes apps. Disposing ends what is kept for the next one. */
export class AppMaker implements Disposable {
  readonly #options: AppMakerOptions;
  readonly #transpiler = new SpareTranspiler();
  #applied: Config;
  #isServing = false;
  /** The warnings of the app that serves: with each save they would be the same. */
  #told: ReadonlySet<string> = new Set();

  /** @param config What the first host was made by. */
  constructor(config: Config, options: AppMakerOptions) {
    this.#applied = config;
    this.#options = options;
  }

  /** What the app that serves was made by. */
  get applied(): Config {
    return this.#applied;
  }

  /** The next app. */
  async make(turn: LoopTurn, config: Config): Promise<MadeApp> {
    const { build, hosts, teller, applied, ...options } = this.#options;
    const change = await changeBetween(this.#applied, config, OF_THE_APP);
    const lease = hosts.lease(config, change.parts);
    const told = new Set<string>();
    try {
      const { app, loaded, timings } = await loadApp({
        ...options,
        config,
        log: this.#logTo(told),
        host: lease.host,
        build: build && (turn.build || change.parts.has("build")),
        isBuilt: build,
        signal: turn.signal,
        onOutput: turn.onOutput,
        watches: false,
        // This thread has requests to answer, once there is something that can.
        ...(this.#isServing && {
          transpile: this.#transpiler.take(turn.signal),
        }),
      });
      return {
        app,
        loaded,
        timings,
        config,
        host: lease.host,
        patience: patienceOf(config),
        retire: () => lease.letGo(),
        swapped: () => {
          this.#isServing = true;
          this.#applied = config;
          this.#told = told;
          teller.follow({ app, lease, config });
          hosts.settle(lease);
          applied(change);
        },
      };
    } catch (error) {
      await lease.letGo();
      throw error;
    } finally {
      this.#transpiler.rest();
    }
  }

  /** There will be another one, much like this. */
  warm({ loaded }: MadeApp): void {
    const [source] = loaded.sources;
    if (source !== undefined) this.#transpiler.warm(source.bytes);
  }

  [Symbol.dispose](): void {
    this.#transpiler[Symbol.dispose]();
  }

  /** The log, without warnings that were told of the app that serves. */
  #logTo(told: Set<string>): Log {
    const { log } = this.#options;
    return {
      emit: (event) => {
        if (event.event === "warning") {
          told.add(event.text);
          if (this.#told.has(event.text)) return;
        }
        log.emit(event);
      },
    };
  }
}

/**
 * How long requests may take to finish, in milliseconds. A guest is held to its deadline; a
 * client that never ends its request, or a response without end, is not.
 */
export function patienceOf({ dev }: Config): number {
  return 500 + dev.requestTimeout * 1.1;
}

const SAME: ConfigChange = { keys: [], parts: new Set() };

/** What differs between two configurations, in some parts. */
export async function changeBetween(
  before: Config,
  after: Config,
  among: readonly Part[],
): Promise<ConfigChange> {
  if (before === after) return SAME;
  // Who never changes the configuration need not load it.
  const { configChange } = await import("./config_change.ts");
  return configChange(before, after, among);
}

/** Tells which keys hold from now on. */
export function tellApplied(
  log: Log,
  applied: readonly string[],
  restarted: readonly string[],
): void {
  log.emit({ event: "reconfigured", applied, restarted });
}
