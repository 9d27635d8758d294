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
    case "nats": {
      const { backend, url, token, user, credentials, nkey } = choice;
      // Who logs in may have an account, and so buckets, of their own.
      const who = [token, user, credentials, nkey, URL.parse(url)?.username];
      return JSON.stringify([backend, serverOf(url, "4222"), ...who, bucket]);
    }
    case "redis": {
      const { backend, url, prefix = "{bucket}:" } = choice;
      const shown = prefix.replaceAll("{bucket}", () => bucket);
      return JSON.stringify([backend, serverOf(url, "6379"), shown]);
    }
  }
}

/** Host, port and database, however the URL spells them. */
function serverOf(url: string, defaultPort: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return url;
  const { hostname, port, pathname } = parsed;
  const database = pathname.replace(/^\/?$/, "/0");
  return `${hostname}:${port || defaultPort}${database}`;
}
