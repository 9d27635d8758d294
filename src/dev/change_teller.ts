/**
 * Tells the component that is served of changes in watched buckets, whichever component that
 * is by then.
 *
 * The watch belongs to the buckets and not to an app, so a swap neither loses a change nor
 * tells it twice: what is in hand goes to whoever serves. Where the buckets themselves are
 * others, the new watch begins before the old one ends, and a change in between is told twice.
 *
 * @module
 */

import { watchChanges } from "../assemble.ts";
import type { Config } from "../config/mod.ts";
import { type Log, logFault } from "../log.ts";
import type { App } from "../runtime/app.ts";
import type { BucketChange } from "../runtime/guest.ts";
import type { HostLease } from "./project_hosts.ts";

/** What serves now. */
export interface Teller {
  readonly app: App;
  readonly lease: HostLease;
  readonly config: Config;
}

interface Watch {
  readonly lease: HostLease;
  readonly watching: AsyncDisposable;
}

/** Follows what serves. */
export class ChangeTeller implements AsyncDisposable {
  readonly #log: Log;
  readonly #ending = new Set<Promise<void>>();
  #app: App | undefined;
  #watch: Watch | undefined;
  #count = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** From now on this component is told. */
  follow({ app, lease, config }: Teller): void {
    this.#app = app;
    const before = this.#watch;
    const { buckets, watched } = lease.host;
    const wanted = app.takesChanges && watched.length > 0;
    if (wanted && before?.lease.host.buckets === buckets) return;
    this.#watch = wanted
      ? {
        lease: lease.share(),
        watching: watchChanges(lease.host, {
          config,
          log: this.#log,
          tell: (change, id) => this.#tell(change, id),
          nextId: () => `change-${++this.#count}`,
        }),
      }
      : undefined;
    if (before !== undefined) this.#end(before);
  }

  /** Takes no more changes; resolves when those in hand are told. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#watch !== undefined) this.#end(this.#watch);
    this.#watch = undefined;
    await Promise.all(this.#ending);
  }

  #end(watch: Watch): void {
    const ended: Promise<void> = this.#ended(watch)
      .then(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  async #ended({ lease, watching }: Watch): Promise<void> {
    try {
      await watching[Symbol.asyncDispose]();
      await lease.letGo();
    } catch (error) {
      logFault(this.#log, error);
    }
  }

  #tell(change: BucketChange, id: string): Promise<void> {
    return this.#app!.tell(change, id);
  }
}
