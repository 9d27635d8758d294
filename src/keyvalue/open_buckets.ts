import { BoundedCache } from "./bounded_cache.ts";
import type { Bucket } from "./store.ts";

/** Guests name buckets, so the number of open ones needs a bound. */
const MOST_OPEN_BUCKETS = 1000;

/** A bucket that is being opened, or is open. */
interface Opening {
  readonly promise: Promise<Bucket>;
  bucket: Bucket | undefined;
}

/** The buckets that are open, by the names that guests use. */
export class OpenBuckets {
  readonly #openings = new BoundedCache<Opening>(MOST_OPEN_BUCKETS);

  /** The bucket of that name; opened where it is not open. What fails is tried again by the next. */
  open(name: string, open: () => Promise<Bucket>): Promise<Bucket> {
    const known = this.#openings.get(name);
    if (known !== undefined) return known.promise;
    const opening: Opening = { promise: open(), bucket: undefined };
    this.#openings.set(name, opening);
    opening.promise.then(
      (bucket) => opening.bucket = bucket,
      () => this.#openings.forget(name, opening),
    );
    return opening.promise;
  }

  /** The bucket of that name, where it is open. */
  known(name: string): Bucket | undefined {
    return this.#openings.get(name)?.bucket;
  }

  /** Forgets all of them. */
  clear(): void {
    this.#openings.clear();
  }
}
