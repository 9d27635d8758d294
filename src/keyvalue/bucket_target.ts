import type { BackendChoice } from "./backends.ts";

/** Where a name leads. */
export interface BucketTarget {
  /** The store. */
  readonly choice: BackendChoice;
  /** The bucket's name in the store. */
  readonly bucket: string;
}

/** A text that two names share which lead to one bucket, however its store is set up. */
export function identityOf({ choice, bucket }: BucketTarget): string {
  switch (choice.backend) {
    case "in_memory":
      return JSON.stringify([choice.backend, bucket]);
    case "filesystem": {
      const { backend, path, engine = "files" } = choice;
      return JSON.stringify([backend, path, engine, bucket]);
    }
    case "deno_kv":
      return JSON.stringify([choice.backend, choice.path, bucket]);
    case "nats":
      return JSON.stringify([choice.backend, choice.url, bucket]);
    case "redis": {
      const { backend, url, prefix = "{bucket}:" } = choice;
      const shown = prefix.replaceAll("{bucket}", () => bucket);
      return JSON.stringify([backend, url, shown]);
    }
  }
}
