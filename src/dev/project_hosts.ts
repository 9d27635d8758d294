/**
 * The hosts of a project, one after the other as its configuration changes. They share what
 * stays the same, and what is in memory outlives them all.
 *
 * @module
 */

import {
  type Host,
  keepInMemory,
  type KeptStores,
  type LaneThreads,
  makeBlobFolder,
  makeHost,
  openBuckets,
  startThreads,
} from "../assemble.ts";
import type { Config } from "../config/mod.ts";
import { type Log, logFault } from "../log.ts";
import type { Part } from "./config_change.ts";
import { Shared } from "./shared.ts";

/** The right to use a host. */
export interface HostLease {
  readonly host: Host;
  /** The same for another user. */
  share(): HostLease;
  /** Lets go of it: the last one closes it. */
  letGo(): Promise<void>;
}

type Buckets = Host["buckets"];

/** What a host was made of. */
interface Made {
  readonly host: Shared<Host>;
  readonly buckets: Shared<Buckets>;
}

/** Makes hosts, and closes each one when its last app is gone. */
export class ProjectHosts implements AsyncDisposable {
  readonly #log: Log;
  readonly #stores: KeptStores = keepInMemory();
  readonly #blobFolder: Host["blobFolder"] = makeBlobFolder();
  readonly #leases = new WeakMap<HostLease, Made>();
  readonly #open = new Set<Shared<Host>>();
  #threads: LaneThreads | undefined;
  #gate: Host["gate"] | undefined;
  #current: HostLease;

  /** Starts the first Worker, if there are to be any. */
  constructor(config: Config, log: Log) {
    this.#log = log;
    this.#threads = startThreads(config);
    const buckets = this.#makeBuckets(config);
    this.#current = this.#lease(this.#make(config, buckets));
  }

  /** The one that is leased next if the configuration stays as it is. */
  get current(): Host {
    return this.#current.host;
  }

  /**
   * A host for a configuration. It takes the place of the current one only by
   * {@linkcode ProjectHosts.settle}.
   *
   * @param parts What differs from the configuration of the current host.
   */
  lease(config: Config, parts: ReadonlySet<Part>): HostLease {
    const { host, buckets } = this.#leases.get(this.#current)!;
    if (parts.has("lanes")) {
      this.#threads?.[Symbol.dispose]();
      this.#threads = startThreads(config);
    }
    if (parts.has("buckets")) {
      return this.#lease(this.#make(config, this.#makeBuckets(config)));
    }
    if (!parts.has("guests") && !parts.has("lanes")) {
      return this.#lease({ host: host.use(), buckets });
    }
    return this.#lease(this.#make(config, buckets.use()));
  }

  /** Makes a leased host the current one. */
  settle(lease: HostLease): void {
    const before = this.#current;
    if (before.host === lease.host) return;
    this.#current = lease.share();
    before.letGo().catch((error) => logFault(this.#log, error));
  }

  /** Has a Worker ready for the next app, so that a swap need not wait for its modules. */
  prepare(): void {
    this.#threads?.prepare();
  }

  /** Closes all hosts, leased or not, and forgets what was in memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#threads?.[Symbol.dispose]();
    await this.#current.letGo();
    // Whose requests were given up on is not gone yet.
    for (const host of [...this.#open]) await host.end();
    await this.#blobFolder[Symbol.asyncDispose]();
    await this.#stores[Symbol.asyncDispose]();
  }

  #lease(made: Made): HostLease {
    const lease: HostLease = {
      host: made.host.value,
      share: () => this.#lease({ ...made, host: made.host.use() }),
      letGo: () => made.host.letGo(),
    };
    this.#leases.set(lease, made);
    return lease;
  }

  #makeBuckets({ dev }: Config): Shared<Buckets> {
    const warn = (text: string) => this.#log.emit({ event: "warning", text });
    const open: KeptStores["open"] = (choice) => this.#stores.open(choice);
    return new Shared(
      openBuckets(dev.keyvalue, warn, open),
      (buckets) => Promise.resolve(buckets[Symbol.asyncDispose]()),
    );
  }

  /** @param buckets The host's to let go of. */
  #make(config: Config, buckets: Shared<Buckets>): Made {
    const threads = this.#threads;
    const host: Host = {
      ...makeHost(config, this.#log, {
        buckets: buckets.value,
        // Guests of the old host and of the new one may follow the same paths.
        ...(this.#gate === undefined ? {} : { gate: this.#gate }),
        blobFolder: this.#blobFolder,
      }),
      ...(threads === undefined ? {} : { threads }),
    };
    this.#gate ??= host.gate;
    const shared = new Shared(host, async ({ clients }) => {
      this.#open.delete(shared);
      await clients[Symbol.asyncDispose]();
      await buckets.letGo();
    });
    this.#open.add(shared);
    return { host: shared, buckets };
  }
}
