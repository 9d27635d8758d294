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
import {
  type BucketPolicy,
  limitBucket,
  limitsWrites,
} from "./bucket_policy.ts";
import { type BucketTarget, identityOf } from "./bucket_target.ts";
import { GuestBuckets } from "./guest_buckets.ts";
import { checkBucketName } from "./key_encoding.ts";
import { OpenBuckets } from "./open_buckets.ts";
import { Seeding } from "./seeding.ts";
import {
  type Backend,
  type BackendSummary,
  type Bucket,
  KeyValueError,
} from "./store.ts";

/** Where one bucket is kept, and what it is held to. */
export interface BucketRule extends BucketPolicy {
  /** The store: one of its own, or a backend as it is configured. Default: the default backend. */
  readonly store?: BackendChoice | BackendName;
  /** The name the bucket has in the store. Default: the name guests use. */
  readonly bucket?: string;
  /** Whether the component's watcher is called for its changes. */
  readonly watch?: boolean;
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
  /** `dev.keyvalue.allow`: the only names that guests may open. Default: any. */
  readonly allow?: readonly string[];
  /** Told once of each configuration key that a guest found missing. */
  readonly log?: (message: string) => void;
  /** How a backend is opened; for tests. */
  readonly open?: (choice: BackendChoice) => Promise<Backend>;
}

/** One line of the banner: a name that can be opened and where it leads. */
export interface BucketListing extends BackendSummary {
  /** The name guests use; `undefined` stands for every name that has no line of its own. */
  readonly name: string | undefined;
  /** The store it leads to. */
  readonly backend: BackendName;
  /** The bucket's name in the store, where it differs from the name guests use. */
  readonly bucket?: string;
  /** What guests may not do; absent where they may read and write. */
  readonly access?: "read-only" | "denied";
}

/** Opens buckets by the names that guests use. */
export interface BucketOpener {
  /** The bucket of that name. */
  open(name: string): Promise<Bucket>;
  /** The same where it is open already; it never fails. */
  known?(name: string): Bucket | undefined;
}

/** A bucket's place: the store and its name there. */
export interface LocatedBucket {
  /** The store. */
  readonly backend: Backend;
  /** The bucket's name in the store. */
  readonly bucket: string;
}

/** The buckets of one host. Disposing closes every backend that was opened. */
export interface Buckets extends BucketOpener, AsyncDisposable {
  /**
   * The bucket of that name, as the people who run the host see it: what guests may not do,
   * they may. Its lifetime, its limits and its seed hold for them too.
   */
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
  /** The names of the buckets whose changes the component's watcher hears of. */
  watched(): readonly string[];
  /** What the bucket of that name is held to; nothing where no rule applies. */
  policy(name: string): BucketPolicy;
}

/** The configuration key that makes a backend available. */
const CONFIG_KEYS: Readonly<Record<BackendName, string>> = {
  in_memory: "",
  filesystem: "dev.wasi_keyvalue_path",
  nats: "dev.wasi_keyvalue_nats_url",
  redis: "dev.wasi_keyvalue_redis_url",
  deno_kv: "dev.wasi_keyvalue_deno_kv",
};

/** Makes the buckets that these options describe. Nothing is opened before a guest asks for it. */
export function makeBuckets(options: BucketsOptions = {}): Buckets {
  return new MappedBuckets(options);
}

/** A rule and the name it stands under. */
interface Policed {
  readonly name: string;
  readonly rule: BucketRule;
}

class MappedBuckets implements Buckets {
  readonly #options: BucketsOptions;
  readonly #rules: ReadonlyMap<string, BucketRule>;
  readonly #allow: ReadonlySet<string> | undefined;
  /** The rules that hold a bucket to something, by the bucket itself: it has other names too. */
  readonly #policies = new Map<string, Policed>();
  readonly #seeding = new Seeding();
  readonly #open: (choice: BackendChoice) => Promise<Backend>;
  /** By their options: rules that name the same store share one backend. */
  readonly #backends = new Map<string, Promise<Backend>>();
  readonly #buckets = new OpenBuckets();
  readonly #told = new Set<string>();
  #disposed = false;

  constructor(options: BucketsOptions) {
    this.#options = options;
    this.#rules = new Map(Object.entries(options.rules ?? {}));
    this.#open = options.open ?? openBackend;
    this.#allow = options.allow && new Set(options.allow);
    for (const [name, rule] of this.#rules) {
      const target = this.#resolve(name);
      if (!holds(rule) || typeof target === "string") continue;
      const id = identityOf(target);
      if (!this.#policies.has(id)) this.#policies.set(id, { name, rule });
    }
  }

  open(name: string): Promise<Bucket> {
    return this.#buckets.open(name, () => this.#openBucket(name));
  }

  known(name: string): Bucket | undefined {
    return this.#buckets.known(name);
  }

  forGuests(label?: string): BucketOpener {
    const open = label === undefined
      ? (name: string) => this.open(name)
      : (name: string) => this.#openLabelled(label, name);
    const free = this.#allow === undefined &&
      !this.#policies.values().some(({ rule }) => rule.readOnly);
    const known = (name: string) => {
      const [global] = this.#labelled(label, name);
      return global === undefined ? undefined : this.known(global);
    };
    // Without a rule on access, guests go straight to the cache of buckets.
    if (free) return label === undefined ? this : { open, known };
    return new GuestBuckets({
      open,
      known,
      label,
      allow: this.#allow,
      readOnlyBy: (name) => {
        const policy = this.#policyOf(...this.#labelled(label, name));
        return policy?.rule.readOnly ? policy.name : undefined;
      },
    });
  }

  async locate(name: string): Promise<LocatedBucket> {
    const { choice, bucket } = this.#targetOf(name);
    return { backend: await this.#backend(choice), bucket };
  }

  list(): BucketListing[] {
    const named = (Object.keys(CONFIG_KEYS) as BackendName[])
      .filter((name) => this.#configured(name) !== undefined);
    const names = new Set<string | undefined>([
      ...this.#rules.keys(),
      ...named,
      ...this.#allow ?? [],
      undefined,
    ]);
    return [...names].flatMap((name) => this.#listing(name));
  }

  watched(): readonly string[] {
    return [...this.#rules].flatMap(([name, { watch }]) =>
      watch && this.#allow?.has(name) !== false ? [name] : []
    );
  }

  policy(name: string): BucketPolicy {
    return this.#policyOf(name, () => this.#targetOf(name))?.rule ?? {};
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

  #openBucket(name: string): Promise<Bucket> {
    return this.#openTarget(name, () => this.#targetOf(name));
  }

  #openLabelled(label: string, name: string): Promise<Bucket> {
    const [known, find] = this.#labelled(label, name);
    return known === undefined
      ? this.#openTarget(known, find)
      : this.open(known);
  }

  /** What a name means behind a label: a name that has its place by itself, or one in the label's store. */
  #labelled(
    label: string | undefined,
    name: string,
  ): [name: string | undefined, target: () => BucketTarget] {
    if (label === undefined) return [name, () => this.#targetOf(name)];
    if (name === "" || name === label) {
      return [label, () => this.#targetOf(label)];
    }
    return [undefined, () => {
      checkBucketName(name);
      return { choice: this.#targetOf(label).choice, bucket: name };
    }];
  }

  async #openTarget(
    name: string | undefined,
    find: () => BucketTarget,
  ): Promise<Bucket> {
    const { choice, bucket } = find();
    const backend = await this.#backend(choice);
    const opened = await backend.open(bucket);
    const policy = this.#policyOf(name, find);
    if (policy === undefined) return opened;
    const { rule } = policy;
    if (rule.seed !== undefined) {
      await this.#seeding.once(policy.name, opened, rule.seed);
    }
    return limitsWrites(rule) ? limitBucket(opened, policy.name, rule) : opened;
  }

  /** What holds for a name: its own rule, or that of the same bucket under another name. */
  #policyOf(
    name: string | undefined,
    find: () => BucketTarget,
  ): Policed | undefined {
    if (this.#policies.size === 0) return undefined;
    const rule = name === undefined ? undefined : this.#rules.get(name);
    if (name !== undefined && rule !== undefined) return { name, rule };
    return this.#policies.get(identityOf(find()));
  }

  #targetOf(name: string): BucketTarget {
    checkBucketName(name);
    const target = this.#resolve(name);
    if (typeof target === "string") throw this.#missing(name, target);
    return target;
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
  #resolve(name: string): BucketTarget | BackendName {
    const rule = this.#rules.get(name);
    if (rule === undefined && isBackendName(name)) {
      return this.#target(name, name);
    }
    return this.#target(rule?.store ?? this.#default(), rule?.bucket ?? name);
  }

  #target(
    store: BackendChoice | BackendName,
    bucket: string,
  ): BucketTarget | BackendName {
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
    const access = this.#accessOf(name);
    return [{
      name,
      backend: choice.backend,
      ...(name !== undefined && bucket !== name ? { bucket } : {}),
      ...(access === undefined ? {} : { access }),
      ...summaryOf(choice),
    }];
  }

  #accessOf(name: string | undefined): BucketListing["access"] {
    if (name === undefined) return this.#allow && "denied";
    if (this.#allow?.has(name) === false) return "denied";
    const policy = this.#policyOf(name, () => this.#targetOf(name));
    return policy?.rule.readOnly ? "read-only" : undefined;
  }
}

function isBackendName(name: string): name is BackendName {
  return Object.hasOwn(CONFIG_KEYS, name);
}

function holds(rule: BucketRule): boolean {
  return limitsWrites(rule) || rule.readOnly === true ||
    rule.seed !== undefined;
}
