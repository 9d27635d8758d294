/**
 * An app whose component is told of changes, as `src/assemble.ts` makes it, and its log.
 *
 * @module
 */

import { makeHost, openApp } from "../../src/assemble.ts";
import { loadConfig } from "../../src/config/mod.ts";
import type { LogEvent } from "../../src/log.ts";
import type { App } from "../../src/runtime/app.ts";
import { type BucketOpener, makeWatchers } from "../../src/wasi/mod.ts";
import { guestArtifact } from "./guest_app.ts";
import { bytes, textAt } from "./keyvalue_values.ts";
import { makeProject } from "./run_main.ts";

/** What differs between the tests. */
export interface WatcherAppOptions {
  /** Default `kv_watcher`. */
  readonly guest?: string;
  /** What stands under `dev` in the configuration, as YAML on one line. */
  readonly dev: string;
  readonly watched: readonly string[];
  /** Stands before the buckets that go with a change. */
  readonly gate?: (buckets: BucketOpener) => BucketOpener;
}

/** A started app. Disposing stops it, and closes its stores. */
export interface WatcherApp extends AsyncDisposable {
  readonly app: App;
  readonly events: readonly LogEvent[];
  set(bucket: string, key: string, value: string): Promise<void>;
  delete(bucket: string, key: string): Promise<void>;
  /** What the guest wrote down of a key's changes. */
  toldOf(key: string): Promise<string | undefined>;
  /** Resolves when there are so many events of that name. */
  until(name: LogEvent["event"], count?: number): Promise<void>;
  /** Events of one name. */
  of<Name extends LogEvent["event"]>(
    name: Name,
  ): Extract<LogEvent, { readonly event: Name }>[];
}

/** Starts one. */
export async function openWatcherApp(
  options: WatcherAppOptions,
): Promise<WatcherApp> {
  const { guest = "kv_watcher", dev, watched, gate } = options;
  await using project = await makeProject(`dev: ${dev}`);
  const { config } = await loadConfig({
    cwd: project.path,
    env: {},
    flags: {},
  });
  const events: LogEvent[] = [];
  const arrivals = new EventTarget();
  const log = {
    emit(event: LogEvent) {
      events.push(event);
      arrivals.dispatchEvent(new Event("arrival"));
    },
  };
  const made = makeHost(config, log);
  const { buckets } = made;
  const host = {
    ...made,
    watched,
    ...(gate === undefined ? {} : { watchers: makeWatchers(gate(buckets)) }),
  };
  const artifact = await guestArtifact(guest);
  const app = await openApp({ artifact, host, config, log, faults: "shown" });
  const of: WatcherApp["of"] = (name) =>
    events.filter((event): event is Extract<LogEvent, { event: typeof name }> =>
      event.event === name
    );
  return {
    app,
    events,
    of,
    async set(bucket, key, value) {
      await (await buckets.open(bucket)).set(key, bytes(value));
    },
    async delete(bucket, key) {
      await (await buckets.open(bucket)).delete(key);
    },
    async toldOf(key) {
      return await textAt(await buckets.open("told"), key);
    },
    async until(name, count = 1) {
      while (of(name).length < count) {
        await new Promise((resolve) =>
          arrivals.addEventListener("arrival", resolve, { once: true })
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await buckets[Symbol.asyncDispose]();
    },
  };
}
