import { readOnlyBucket } from "./bucket_policy.ts";
import type { BucketOpener } from "./buckets.ts";
import { quote } from "./key_encoding.ts";
import { type Bucket, KeyValueError } from "./store.ts";

/** What {@linkcode GuestBuckets} goes by. */
export interface GuestBucketsOptions {
  /** Opens a bucket as those do who run the host. */
  readonly open: (name: string) => Promise<Bucket>;
  /** The same where it is open already. */
  readonly known: (name: string) => Bucket | undefined;
  /** The label of the import, a bucket's name too; absent where it has none. */
  readonly label: string | undefined;
  /** The only names that may be opened; absent where all may. */
  readonly allow: ReadonlySet<string> | undefined;
  /** The name in the configuration by which the bucket is read-only, if it is. */
  readonly readOnlyBy: (name: string) => string | undefined;
}

/** The buckets as guests see them where access is restricted. */
export class GuestBuckets implements BucketOpener {
  readonly #options: GuestBucketsOptions;
  /** By the bucket behind: guests open one on every request. */
  readonly #readOnly = new WeakMap<Bucket, Bucket>();

  constructor(options: GuestBucketsOptions) {
    this.#options = options;
  }

  async open(name: string): Promise<Bucket> {
    const { open, readOnlyBy } = this.#options;
    this.#checkAllowed(name);
    const bucket = await open(name);
    const restricted = readOnlyBy(name);
    if (restricted === undefined) return bucket;
    const known = this.#readOnly.get(bucket);
    if (known !== undefined) return known;
    const readOnly = readOnlyBucket(bucket, restricted);
    this.#readOnly.set(bucket, readOnly);
    return readOnly;
  }

  known(name: string): Bucket | undefined {
    const { known, readOnlyBy } = this.#options;
    if (this.#denied(name) !== undefined) return undefined;
    const bucket = known(name);
    return bucket === undefined || readOnlyBy(name) === undefined
      ? bucket
      : this.#readOnly.get(bucket);
  }

  /** Through a label, another bucket of its store can be opened: both must be allowed. */
  #denied(name: string): string | undefined {
    const { allow, label } = this.#options;
    if (allow === undefined) return undefined;
    const names = label === undefined
      ? [name]
      : name === ""
      ? [label]
      : [label, name];
    return names.find((each) => !allow.has(each));
  }

  #checkAllowed(name: string): void {
    const denied = this.#denied(name);
    if (denied === undefined) return;
    throw new KeyValueError(
      "access-denied",
      `Cannot open bucket ${
        quote(denied)
      }: "dev.keyvalue.allow" does not name it; add it there`,
    );
  }
}
