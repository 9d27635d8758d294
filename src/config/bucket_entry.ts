import type { BackendName } from "./backend_name.ts";

/** A bucket with a place or settings of its own. */
export interface BucketEntry {
  /** The store it lives in. */
  readonly store: BackendName;
  /** Its name in the store. */
  readonly name: string;
  /** Its own folder or file, absolute. */
  readonly path?: string;
  /** Its own server; may hold a password. */
  readonly url?: string;
  /** Whether components may only read it. */
  readonly readOnly: boolean;
  /** Milliseconds that a value lives which was written without a ttl of its own. */
  readonly ttl?: number;
  /** The most bytes of a key that is written. */
  readonly maxKeySize?: number;
  /** The most bytes of a value that is written. */
  readonly maxValueSize?: number;
  /** What is written when it is first opened, by key, where the key is absent. It has no prototype. */
  readonly seed?: Readonly<Record<string, SeedValue>>;
  /** Whether the component's watcher is called for its changes. */
  readonly watch: boolean;
  /** Settings of the store nats. */
  readonly nats?: NatsEntry;
  /** Settings of the store redis. */
  readonly redis?: RedisEntry;
  /** Settings of the store filesystem. */
  readonly filesystem?: FilesystemEntry;
}

/** A value that a bucket begins with: a text, or bytes in base64. */
export type SeedValue = string | { readonly base64: string };

/** What a bucket of NATS is made with, and who asks for it. */
export interface NatsEntry {
  /** Whether it is made if it does not exist. */
  readonly create?: boolean;
  /** How many values of a key it remembers. */
  readonly history?: number;
  /** How many servers keep it. */
  readonly replicas?: number;
  /** Where the server keeps it. */
  readonly storage?: "file" | "memory";
  /** A secret. */
  readonly token?: string;
  /** Who logs in. */
  readonly user?: string;
  /** A secret. */
  readonly password?: string;
  /** The absolute path of a credentials file. */
  readonly credentials?: string;
  /** The absolute path of a file with an nkey seed. */
  readonly nkey?: string;
  /** The absolute paths of files for TLS. */
  readonly tls?: {
    /** The certificates to trust. */
    readonly ca?: string;
    /** The certificate that Wharf shows. */
    readonly cert?: string;
    /** Its private key. */
    readonly key?: string;
  };
}

/** How a bucket is kept in Redis. */
export interface RedisEntry {
  /** What stands in front of a key. */
  readonly prefix?: string;
  /** The absolute path of the certificates to trust. */
  readonly caFile?: string;
}

/** How a bucket is kept in files. */
export interface FilesystemEntry {
  /** A file for each key, or one database. */
  readonly engine?: "files" | "sqlite";
  /** What a write outlives once it is acknowledged. */
  readonly durability?: "power-cut" | "crash";
}
