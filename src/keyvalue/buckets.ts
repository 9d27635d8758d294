/**
 * Which store a bucket's name leads to.
 *
 * 1. A name that has a rule goes where the rule says.
 * 2. A backend's own name goes to that backend, if it is configured.
 * 3. Any other name goes to the default backend.
 *
 * @module
 */

import {
  type BackendChoice,
  type BackendName,
  type ChoiceOf,
  openBackend,
  summaryOf,
} from "./backends.ts";
import { BoundedCache } from "./bounded_cache.ts";
import { checkBucketName } from "./key_encoding.ts";
import {
  type Backend,
  type BackendSummary,
  type Bucket,
  KeyValueError,
} from "./store.ts";

/** Where one bucket is kept. */
export interface BucketRule {
  /** The store: one of its own, or a backend as it is configured. Default: the default backend. */
  readonly store?: BackendChoice | BackendName;
  /** The name the bucket has in the store. Default: the name guests use. */
  readonly bucket?: string;
}

/** What {@linkcode makeBuckets} goes by. */
export interface BucketsOptions {
  /** The backends whose configuration key is set; `in_memory` needs none. */
  readonly configured?: { readonly [Name in BackendName]?: ChoiceOf<Name> };
  /** `dev.data_nats_url`: serves `nats` and unnamed buckets where nothing more specific is set. */
  readonly dataNats?: ChoiceOf<"nats">;
  /** `dev.keyvalue.default`. */
  readonly default?: BackendName;
  /** `dev.keyvalue.buckets`, by the name guests use. */
  readonly rules?: Readonly<Record<string, BucketRule>>;
  /** Told once of each configuration key that a guest found missing. */
  readonly log?: (message: string) => void;
  /** How a backend is opened; for tests. */
  readonly open?: (choice: BackendChoice) => Promise<Backend>;
}

/** One line of the banner: a name that guests can open and where it leads. */
export interface BucketListing extends BackendSummary {
  /** The name guests use; `undefined` stands for every name that has no line of its own. */
  readonly name: string | undefined;
  /** The store it leads to. */
  readonly backend: BackendName;
  /** The bucket's name in the store, where it differs from the name guests use. */
  readonly bucket?: string;
}

/** Opens buckets by the names that guests use. */
export interface BucketOpener {
  /** The bucket of that name. */
  open(name: string): Promise<Bucket>;
}

/** A bucket's place: the store and its name there. */
export interface LocatedBucket {
  /** The store. */
  readonly backend: Backend;
  /** The bucket's name in the store. */
  readonly bucket: string;
}

/** The buckets of one host. Disposing closes every backend that was opened. */
export interface Buckets extends AsyncDisposable {
  /** The bucket of that name, as the people who run the host see it: what guests may not do, they may. */
  open(name: string): Promise<Bucket>;
  /**
   * The buckets as guests see them.
   *
   * @param label The label of a labelled import, `import cache: wasi:keyvalue/store`. It names a
   * bucket as `open` does; its own name and the empty one open that bucket, any other name a
   * bucket of that name in the same store.
   */
  forGuests(label?: string): BucketOpener;
  /** Where the bucket of that name is kept; opens the store, and not the bucket. */
  locate(name: string): Promise<LocatedBucket>;
  /** Every name that is known beforehand, and where it leads. Opens nothing. */
  list(): BucketListing[];
}

/** The configuration key that makes a backend available. */
const CONFIG_KEYS: Readonly<Record<BackendName, string>> = {
  in_memory: "",
  filesystem: "dev.wasi_keyvalue_path",
  nats: "dev.wasi_keyvalue_nats_url",
  redis: "dev.wasi_keyvalue_redis_url",
  deno_kv: "dev.wasi_keyvalue_deno_kv",
};

/** Guests name buckets, so the number of open ones needs a bound. */
const MOST_OPEN_BUCKETS = 1000;

/** Makes the buckets that these options describe. Nothing is opened before a guest asks for it. */
export function makeBuckets(options: BucketsOptions = {}): Buckets {
  return new MappedBuckets(options);
}

interface Target {
  readonly choice: BackendChoice;
  readonly bucket: string;
}

class MappedBuckets implements Buckets {
  readonly #options: BucketsOptions;
  readonly #rules: ReadonlyMap<string, BucketRule>;
  readonly #open: (choice: BackendChoice) => Promise<Backend>;
  /** By their options: rules that name the same store share one backend. */
  readonly #backends = new Map<string, Promise<Backend>>();
  readonly #buckets = new BoundedCache<Promise<Bucket>>(MOST_OPEN_BUCKETS);
  readonly #told = new Set<string>();
  #disposed = false;

  constructor(options: BucketsOptions) {
    this.#options = options;
    this.#rules = new Map(Object.entries(options.rules ?? {}));
    this.#open = options.open ?? openBackend;
  }

  open(name: string): Promise<Bucket> {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const opening = this.#openBucket(name);
    this.#buckets.set(name, opening);
    opening.catch(() => this.#buckets.forget(name, opening));
    return opening;
  }

  forGuests(label?: string): BucketOpener {
    if (label === undefined) return this;
    return { open: (name) => this.#openLabelled(label, name) };
  }

  async locate(name: string): Promise<LocatedBucket> {
    checkBucketName(name);
    const target = this.#resolve(name);
    if (typeof target === "string") throw this.#missing(name, target);
    const { choice, bucket } = target;
    return { backend: await this.#backend(choice), bucket };
  }

  list(): BucketListing[] {
    const named = (Object.keys(CONFIG_KEYS) as BackendName[])
      .filter((name) => this.#configured(name) !== undefined);
    const names = new Set<string | undefined>([
      ...this.#rules.keys(),
      ...named,
      undefined,
    ]);
    return [...names].flatMap((name) => this.#listing(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#buckets.clear();
    const opened = await Promise.allSettled(this.#backends.values());
    this.#backends.clear();
    const backends = opened.flatMap((each) =>
      each.status === "fulfilled" ? [each.value] : []
    );
    const closed = await Promise.allSettled(
      backends.map((each) => each[Symbol.asyncDispose]()),
    );
    const failure = closed.find((each) => each.status === "rejected");
    if (failure !== undefined) throw failure.reason;
  }

  async #openBucket(name: string): Promise<Bucket> {
    const { backend, bucket } = await this.locate(name);
    return await backend.open(bucket);
  }

  async #openLabelled(label: string, name: string): Promise<Bucket> {
    if (name === "" || name === label) return await this.open(label);
    checkBucketName(name);
    const { backend } = await this.locate(label);
    return await backend.open(name);
  }

  #backend(choice: BackendChoice): Promise<Backend> {
    if (this.#disposed) {
      return Promise.reject(
        new KeyValueError(
          "other",
          "Cannot open a bucket: the host is stopping",
        ),
      );
    }
    const id = JSON.stringify(choice);
    const known = this.#backends.get(id);
    if (known !== undefined) return known;
    const opening = this.#open(choice);
    this.#backends.set(id, opening);
    // The next caller tries again: a server that was away may be back.
    opening.catch(() => this.#backends.delete(id));
    return opening;
  }

  /** Where a name leads, or the backend whose configuration it lacks. */
  #resolve(name: string): Target | BackendName {
    const rule = this.#rules.get(name);
    if (rule === undefined && isBackendName(name)) {
      return this.#target(name, name);
    }
    return this.#target(rule?.store ?? this.#default(), rule?.bucket ?? name);
  }

  #target(
    store: BackendChoice | BackendName,
    bucket: string,
  ): Target | BackendName {
    const choice = typeof store === "string" ? this.#configured(store) : store;
    return choice === undefined ? store as BackendName : { choice, bucket };
  }

  #configured(name: BackendName): BackendChoice | undefined {
    const choice = this.#options.configured?.[name];
    if (choice !== undefined) return choice;
    if (name === "nats") return this.#options.dataNats;
    return name === "in_memory" ? { backend: "in_memory" } : undefined;
  }

  #default(): BackendName {
    const { configured = {}, dataNats } = this.#options;
    if (this.#options.default !== undefined) return this.#options.default;
    if (configured.redis !== undefined) return "redis";
    if (configured.nats !== undefined) return "nats";
    if (configured.filesystem !== undefined) return "filesystem";
    return dataNats === undefined ? "in_memory" : "nats";
  }

  #missing(name: string, backend: BackendName): KeyValueError {
    const key = CONFIG_KEYS[backend];
    const message =
      `Cannot open bucket ${
        JSON.stringify(name)
      }: it is kept in ${backend}, and "${key}" is not set; ` +
      `set it in .wash/config.yaml`;
    if (!this.#told.has(key)) {
      this.#told.add(key);
      this.#options.log?.(message);
    }
    return new KeyValueError("no-such-store", message);
  }

  #listing(name: string | undefined): BucketListing[] {
    const target = name === undefined
      ? this.#target(this.#default(), "")
      : this.#resolve(name);
    if (typeof target === "string") return [];
    const { choice, bucket } = target;
    return [{
      name,
      backend: choice.backend,
      ...(name !== undefined && bucket !== name ? { bucket } : {}),
      ...summaryOf(choice),
    }];
  }
}

function isBackendName(name: string): name is BackendName {
  return Object.hasOwn(CONFIG_KEYS, name);
}
