/**
 * A project that is served in the test's own process, and whose files are said to have changed
 * by the test: nothing waits for a file system to tell.
 *
 * @module
 */

import { loadConfig } from "../../src/config/mod.ts";
import { type DevServer, startDevServer } from "../../src/dev/dev_server.ts";
import type {
  SourceWatcher,
  SourceWatcherOptions,
} from "../../src/dev/source_watcher.ts";
import type { LogEvent } from "../../src/log.ts";
import { ARTIFACT_CACHE, guestPath } from "./guest_app.ts";
import { makeProject } from "./run_main.ts";

/** How a project is served. */
export interface DevProjectOptions {
  /** `.wash/config.yaml`; default builds by {@linkcode COPY}. */
  readonly config?: string;
  /** The guest that is built first; default `hello`. */
  readonly guest?: string;
  /** Whether the build command runs; default it does. */
  readonly build?: boolean;
  /** Whether files are watched; default they are. */
  readonly watch?: boolean;
  /** Flags of the command line; default asks for any free port. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly intercept?: Parameters<typeof startDevServer>[0]["intercept"];
  readonly observe?: Parameters<typeof startDevServer>[0]["observe"];
}

/** An event of one name. */
export type EventOf<Name extends LogEvent["event"]> = Extract<
  LogEvent,
  { readonly event: Name }
>;

/** A project being served. Disposing stops it, unless that was done, and removes it. */
export interface DevProject extends AsyncDisposable {
  /** Absolute, without links. */
  readonly path: string;
  readonly server: DevServer;
  readonly events: readonly LogEvent[];
  /** What is watched now; the last watcher alone is not disposed. */
  readonly watchers: readonly FakeWatcher[];
  /** Writes a file below the project and tells the watcher. */
  save(file: string, text: string): Promise<void>;
  /** Has {@linkcode COPY} build another guest. */
  saveGuest(name: string): Promise<void>;
  /** The event of a name and a number, from 1, waited for if it has not come yet. */
  event<Name extends LogEvent["event"]>(
    name: Name,
    number?: number,
  ): Promise<EventOf<Name>>;
  /** Events of one name so far. */
  of<Name extends LogEvent["event"]>(name: Name): EventOf<Name>[];
}

/** A build: copies the guest whose path stands in `src/guest`. */
export const COPY = 'cp "$(cat src/guest)" "$WASH_COMPONENT_PATH"';

/** A configuration with a build command, and more under `dev`. */
export function built(command: string, dev = ""): string {
  return `build:
  command: ${JSON.stringify(command)}
  component_path: out.wasm
${dev === "" ? "" : `dev:\n${dev.replace(/^/gm, "  ")}\n`}`;
}

/** Tells of what the test says. */
export class FakeWatcher implements SourceWatcher {
  readonly ready: Promise<void> = Promise.resolve();
  /** How often a build began, and ended. */
  readonly builds = { begun: 0, ended: 0 };
  isDisposed = false;
  #changed: string[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(readonly options: SourceWatcherOptions) {}

  /** These files have changed. */
  tell(paths: readonly string[]): void {
    this.#changed.push(...paths);
    this.#wake.resolve();
  }

  async next(signal: AbortSignal): Promise<readonly string[]> {
    while (this.#changed.length === 0) {
      signal.throwIfAborted();
      await Promise.race([
        this.#wake.promise,
        new Promise((resolve) =>
          signal.addEventListener("abort", resolve, { once: true })
        ),
      ]);
      this.#wake = Promise.withResolvers();
    }
    return this.#changed.splice(0);
  }

  look(): Promise<readonly string[]> {
    return Promise.resolve(this.#changed.splice(0));
  }

  buildBegins(): void {
    this.builds.begun++;
  }

  buildEnds(): void {
    this.builds.ended++;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

/** Serves a project; it need not be ready. */
export async function serveProject(
  options: DevProjectOptions = {},
): Promise<DevProject> {
  const { guest = "hello", build = true, watch = true } = options;
  const { flags = { address: "127.0.0.1:0" } } = options;
  const { intercept, observe } = options;
  const project = await makeProject(options.config ?? built(COPY));
  const { path } = project;
  await Deno.mkdir(`${path}/src`);
  await Deno.writeTextFile(`${path}/src/guest`, guestPath(guest));
  const events: LogEvent[] = [];
  const arrivals = new EventTarget();
  const watchers: FakeWatcher[] = [];
  const load = () =>
    loadConfig({
      cwd: path,
      env: {},
      flags,
      userConfigDir: `${path}/nowhere`,
    });
  const { config, files } = await load();
  const server = await startDevServer({
    config,
    configFiles: files,
    reload: load,
    log: {
      emit(event) {
        events.push(event);
        arrivals.dispatchEvent(new Event("arrival"));
      },
    },
    build,
    cacheDirectory: ARTIFACT_CACHE,
    searchPath: Deno.env.get("PATH") ?? "",
    ...(watch && {
      watch(options: SourceWatcherOptions) {
        const watcher = new FakeWatcher(options);
        watchers.push(watcher);
        return Promise.resolve(watcher);
      },
    }),
    ...(intercept && { intercept }),
    ...(observe && { observe }),
  });
  const of = <Name extends LogEvent["event"]>(name: Name) =>
    events.filter((event): event is EventOf<Name> => event.event === name);
  const save = async (file: string, text: string) => {
    await Deno.writeTextFile(`${path}/${file}`, text);
    watchers.at(-1)!.tell([`${path}/${file}`]);
  };
  return {
    path,
    server,
    events,
    watchers,
    of,
    save,
    saveGuest: (name) => save("src/guest", guestPath(name)),
    async event(name, number = 1) {
      for (;;) {
        const found = of(name)[number - 1];
        if (found !== undefined) return found;
        await new Promise((resolve) =>
          arrivals.addEventListener("arrival", resolve, { once: true })
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
    },
  };
}

/** The text of a page that is answered with 200. */
export async function textOf(url: string, init?: RequestInit): Promise<string> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return text;
}
