/**
 * What the configuration says, in the form the rest of Wharf reads: plain data, deeply
 * frozen, every path absolute, every default filled in.
 *
 * @module
 */

import type { Address } from "./address.ts";
import type { BackendName } from "./backend_name.ts";
import type { BucketEntry } from "./bucket_entry.ts";
import type { ComponentEntry } from "./component_entry.ts";
import type { EgressConfig, OutgoingHttpConfig } from "./egress_config.ts";

/**
 * Names that the user chose and their values. It has no prototype, so that a name such as
 * `constructor` finds nothing; a copy made by `structuredClone` has one.
 */
export type NamedTexts = Readonly<Record<string, string>>;

/** The configuration of one project. */
export interface Config {
  /** The project's folder: the one that holds `.wash`, or the working directory without a file. */
  readonly project: string;
  /** The project's configuration file, if there is one. */
  readonly file?: string;
  /** The wash version that the file names. */
  readonly version?: string;
  /** How the component is built. */
  readonly build: BuildConfig;
  /** How it is served. */
  readonly dev: DevConfig;
  /** How `serve` runs it, beside what stands in `dev`. */
  readonly serve: ServeConfig;
  /** What it is given. */
  readonly workload: WorkloadConfig;
  /** What happens after a template is copied. */
  readonly new: NewConfig;
}

/** How the component is built. */
export interface BuildConfig {
  /** The shell command that builds it. */
  readonly command?: string;
  /** Environment variables of the build command. */
  readonly env: NamedTexts;
  /** The file that the command writes. */
  readonly componentPath: string;
}

/** What clients may ask of the server. */
export interface HttpConfig {
  /** Bytes of all header lines of a request. */
  readonly maxHeadSize: number;
  /** How many header lines a request may have. */
  readonly maxHeaders: number;
  /** Bytes of a request's body; any number without it. */
  readonly maxRequestBody?: number;
  /** Bytes of a response's body; any number without it. */
  readonly maxResponseBody?: number;
  /** How many requests may be in flight at once. */
  readonly maxRequests: number;
  /** How many connections are served at once; any number without it. */
  readonly maxConnections?: number;
  /** Milliseconds that a client may neither send nor take what is due. */
  readonly clientTimeout: number;
}

/** Which changes of files start a build. */
export interface WatchConfig {
  /** Whether any does. */
  readonly enabled: boolean;
  /** Patterns, as `.gitignore` has them, of files that count although they usually would not. */
  readonly include: readonly string[];
  /** Patterns of files that do not count. */
  readonly exclude: readonly string[];
}

/** How the component is served. */
export interface DevConfig {
  /** The shell command that builds the component for dev; `build.command` unless it has its own. */
  readonly command?: string;
  /** The component to serve; `build.componentPath` unless it has its own. */
  readonly componentPath: string;
  /** Where the server listens. */
  readonly address: Address;
  /** The server it is served by. */
  readonly httpServer: "deno" | "node";
  /** What clients may ask of that. */
  readonly http: HttpConfig;
  /** The server's certificate and its key, absolute paths; plain HTTP without it. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Environment variables for build commands, under those of `build.env`. */
  readonly environment: NamedTexts;
  /** Milliseconds that a request may take. */
  readonly requestTimeout: number;
  /** Milliseconds that a request waits for an instance before it is turned away. */
  readonly queueTimeout: number;
  /** How many requests an instance serves; 1 is a fresh instance for every request. */
  readonly instanceReuse: number;
  /** How many Workers run components, 0 for none; as many as suit the machine where nobody says. */
  readonly lanes?: number;
  /** Bytes of memory that one instance may take. */
  readonly memoryLimit: number;
  /** Where buckets are kept. */
  readonly keyvalue: KeyValueConfig;
  /** Components beside the one that is served, whose exports it can import. */
  readonly components: readonly ComponentEntry[];
  /** How outgoing requests are made. */
  readonly outgoingHttp: OutgoingHttpConfig;
  /** The folders that the component is given. */
  readonly volumes: readonly VolumeEntry[];
  /** The folder of `wasi:blobstore`, absolute; its objects are in memory without it. */
  readonly blobstorePath?: string;
  /** Which changes of files start a build. */
  readonly watch: WatchConfig;
  /** Whether the explorer is served at `/_wharf/`. */
  readonly explorer: boolean;
}

/** How `serve` runs a component, beside what stands in `dev`. Times in milliseconds. */
export interface ServeConfig {
  /** Where health and metrics are. */
  readonly adminAddress: Address;
  /** How long it goes on to answer after it was told to stop; not at all without it. */
  readonly drainDelay?: number;
  /** How long requests in flight may take to end when it stops. */
  readonly drainTimeout: number;
  /** Whether lines of the access log have the query. */
  readonly logsQuery: boolean;
}

/** A folder that the component is given. */
export interface VolumeEntry {
  /** The folder on this machine, absolute. */
  readonly hostPath: string;
  /** Where the component sees it. */
  readonly guestPath: string;
  /** Whether the component may write into it. */
  readonly mode: "ro" | "rw";
}

/** Where buckets are kept. */
export interface KeyValueConfig {
  /** The store of every bucket that no other rule places. */
  readonly default?: BackendName;
  /** The only buckets that components may open; any without it. */
  readonly allow?: readonly string[];
  /** Buckets with a place or settings of their own, by the name that components open them by. It has no prototype. */
  readonly buckets: Readonly<Record<string, BucketEntry>>;
  /** `dev.wasi_keyvalue_redis_url`; may hold a password. */
  readonly redisUrl?: string;
  /** `dev.wasi_keyvalue_nats_url`; may hold a password. */
  readonly natsUrl?: string;
  /** `dev.wasi_keyvalue_path`, absolute. */
  readonly path?: string;
  /** `dev.data_nats_url`; may hold a password. */
  readonly dataNatsUrl?: string;
  /** `dev.wasi_keyvalue_deno_kv`: an absolute path, `:memory:` or a URL. */
  readonly denoKv?: string;
}

/** What the component is given. */
export interface WorkloadConfig {
  /** The environment variables that it sees, `configFrom` and `secretFrom` included. */
  readonly environment: NamedTexts;
  /** What it reads through `wasi:config/store`. */
  readonly config: NamedTexts;
  /** Where it may connect to. */
  readonly egress: EgressConfig;
}

/** What happens after a template is copied. */
export interface NewConfig {
  /** The shell command that prepares the new project. */
  readonly command?: string;
}
