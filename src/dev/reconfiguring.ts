/**
 * Applies another configuration to a project that is served: what can be is changed in place,
 * and what must be is begun anew.
 *
 * @module
 */

import { type Config, ConfigError } from "../config/mod.ts";
import { ListenError } from "../front/mod.ts";
import {
  changeBetween,
  type MadeApp,
  OF_THE_APP,
  tellApplied,
} from "./app_maker.ts";
import type { DevLoop } from "./dev_loop.ts";
import type { DevServerOptions } from "./dev_server.ts";
import type { Entrance } from "./entrance.ts";
import { type ChangedFiles, followedFiles } from "./followed_files.ts";
import type { Following, WatchedFiles } from "./following.ts";

/** What a configuration is applied to. */
export interface ReconfiguringOptions extends
  Pick<
    DevServerOptions,
    "build" | "cacheDirectory" | "config" | "configFiles" | "log" | "reload"
  > {
  readonly entrance: Entrance;
  readonly loop: DevLoop<MadeApp>;
  /** Tells of a configuration that cannot be applied. */
  readonly failed: (error: Error) => void;
}

/** The configuration of a project that is served. */
export class Reconfiguring {
  readonly #options: ReconfiguringOptions;
  #wanted: Config;
  #doorConfig: Config;
  #configFiles: readonly string[];
  #watched = "";
  #told: readonly string[] = [];

  constructor(options: ReconfiguringOptions) {
    this.#options = options;
    this.#wanted = this.#doorConfig = options.config;
    this.#configFiles = options.configFiles ?? [];
  }

  /** The last one that could be read. */
  get config(): Config {
    return this.#wanted;
  }

  /** The files that the configuration is read from. */
  get configFiles(): readonly string[] {
    return this.#configFiles;
  }

  /** What is watched of the project. */
  files(): WatchedFiles {
    const { build, cacheDirectory } = this.#options;
    const files = followedFiles({
      config: this.#wanted,
      configFiles: this.#configFiles,
      build,
      cacheDirectory,
    });
    const { enabled } = this.#wanted.dev.watch;
    // The configuration is followed still, so that it can be switched on again.
    const wanted = enabled
      ? files
      : { ...files, files: this.#configFiles, sources: false };
    this.#watched = JSON.stringify(wanted);
    return wanted;
  }

  /**
   * Takes up changed files that concern the configuration. Never rejects.
   *
   * @param names The changed files, for messages.
   * @returns Whether the loop was asked for another app.
   */
  async take(
    changed: ChangedFiles,
    names: readonly string[],
    following: Following,
  ): Promise<boolean> {
    const before = this.#wanted;
    const since = Date.now();
    const isRead = changed.config && await this.#read();
    const config = this.#wanted;
    const keys: string[] = [];
    // One that cannot be read may name a file that is not there yet.
    if (changed.config) {
      keys.push(...await this.#refollow({ before, since, following }));
    }
    if (isRead) {
      keys.push(...await this.#reopen());
    } else if (!changed.config && changed.certificate) {
      await this.#move(["dev.tls_cert_path"]);
    }
    if (!isRead) return false;
    const { loop, log } = this.#options;
    const app = await changeBetween(before, config, OF_THE_APP);
    if (app.keys.length > 0 || loop.hasFailed) {
      loop.ask({ changed: names, build: app.parts.has("build") });
      return true;
    }
    if (keys.length === 0) tellApplied(log, [], []);
    return false;
  }

  async #read(): Promise<boolean> {
    const { reload, log, loop, failed } = this.#options;
    if (reload === undefined) return false;
    try {
      const { config, files, warnings } = await reload();
      if (config.project !== this.#wanted.project) throw gone(this.#wanted);
      for (const text of warnings) {
        if (!this.#told.includes(text)) log.emit({ event: "warning", text });
      }
      this.#told = warnings;
      this.#wanted = config;
      this.#configFiles = files;
      loop.setFault(undefined);
      return true;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      if (error instanceof ConfigError) {
        this.#configFiles = [
          ...new Set([...this.#configFiles, ...error.files]),
        ];
      }
      loop.setFault(error);
      failed(error);
      return false;
    }
  }

  /** Watches what the configuration says; the keys that asked for it. */
  async #refollow(
    { before, since, following }: {
      readonly before: Config;
      /** When the configuration was read. */
      readonly since: number;
      readonly following: Following;
    },
  ): Promise<readonly string[]> {
    const { log } = this.#options;
    const watched = this.#watched;
    const files = this.files();
    if (this.#watched === watched) return [];
    await following.change(files, since);
    const { keys } = await changeBetween(before, this.#wanted, ["watcher"]);
    if (keys.length > 0) tellApplied(log, keys, ["watcher"]);
    return keys;
  }

  /** Listens as the configuration says; the keys that asked for it. */
  async #reopen(): Promise<readonly string[]> {
    const { log } = this.#options;
    const { keys, parts } = await changeBetween(
      this.#doorConfig,
      this.#wanted,
      ["server", "explorer"],
    );
    if (parts.has("server")) await this.#move(keys);
    else if (keys.length > 0) {
      this.#doorConfig = this.#wanted;
      tellApplied(log, keys, []);
    }
    return keys;
  }

  async #move(keys: readonly string[]): Promise<void> {
    const { entrance, loop, log, failed } = this.#options;
    try {
      await entrance.move(this.#wanted);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      loop.setFault(error);
      return failed(error);
    }
    this.#doorConfig = this.#wanted;
    if (loop.fault instanceof ListenError) loop.setFault(undefined);
    tellApplied(log, keys, [`server, now at ${entrance.url}`]);
  }
}

/** Without its file, a project further up would be found in its place. */
function gone({ project, file }: Config): ConfigError {
  const name = file ?? `${project}/.wash/config.yaml`;
  return new ConfigError(
    `Cannot read "${name}": it is gone, and the next one belongs to another project; ` +
      "write it again, or stop dev",
    [],
  );
}
