/**
 * What another configuration means for a project that is served: which keys differ, and what
 * must be begun anew for them.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/mod.ts";

/** What can be begun anew by itself. */
export type Part =
  /** What listens. */
  | "server"
  /** The stores; what is in memory stays. */
  | "buckets"
  /** What guests are given. */
  | "guests"
  /** The Workers. */
  | "lanes"
  /** The component alone. */
  | "component"
  | "build"
  /** What looks for changes. */
  | "watcher"
  /** Asked for with each request, so that nothing is begun anew. */
  | "explorer";

/** What differs between two configurations. */
export interface ConfigChange {
  /** Keys, by their sections where all of one goes together. */
  readonly keys: readonly string[];
  readonly parts: ReadonlySet<Part>;
}

interface Setting {
  readonly key: string;
  readonly part: Part;
  readonly of: (config: Config) => unknown;
}

const SETTINGS: readonly Setting[] = [
  { key: "dev.address", part: "server", of: ({ dev }) => dev.address },
  { key: "dev.http_server", part: "server", of: ({ dev }) => dev.httpServer },
  { key: "dev.http", part: "server", of: ({ dev }) => dev.http },
  { key: "dev.tls_cert_path", part: "server", of: ({ dev }) => dev.tls?.cert },
  { key: "dev.tls_key_path", part: "server", of: ({ dev }) => dev.tls?.key },
  { key: "dev.keyvalue", part: "buckets", of: ({ dev }) => dev.keyvalue },
  { key: "workload", part: "guests", of: ({ workload }) => workload },
  {
    key: "dev.outgoing_http",
    part: "guests",
    of: ({ dev }) => dev.outgoingHttp,
  },
  { key: "dev.volumes", part: "guests", of: ({ dev }) => dev.volumes },
  {
    key: "dev.wasi_blobstore_path",
    part: "guests",
    of: ({ dev }) => dev.blobstorePath,
  },
  { key: "dev.components", part: "guests", of: ({ dev }) => dev.components },
  {
    key: "dev.memory_limit_mb",
    part: "guests",
    of: ({ dev }) => dev.memoryLimit,
  },
  { key: "dev.lanes", part: "lanes", of: ({ dev }) => dev.lanes },
  {
    key: "dev.request_timeout",
    part: "component",
    of: ({ dev }) => dev.requestTimeout,
  },
  {
    key: "dev.queue_timeout",
    part: "component",
    of: ({ dev }) => dev.queueTimeout,
  },
  {
    key: "dev.instance_reuse",
    part: "component",
    of: ({ dev }) => dev.instanceReuse,
  },
  {
    key: "dev.command",
    part: "build",
    of: ({ dev, build }) => dev.command ?? build.command,
  },
  {
    key: "dev.component_path",
    part: "build",
    of: ({ dev }) => dev.componentPath,
  },
  { key: "dev.environment", part: "build", of: ({ dev }) => dev.environment },
  { key: "build.env", part: "build", of: ({ build }) => build.env },
  { key: "dev.watch", part: "watcher", of: ({ dev }) => dev.watch },
  { key: "dev.explorer", part: "explorer", of: ({ dev }) => dev.explorer },
];

/**
 * Compares by meaning: the order of names in a map says nothing.
 *
 * @param among The parts that are looked at; default all.
 */
export function configChange(
  before: Config,
  after: Config,
  among?: readonly Part[],
): ConfigChange {
  const changed = SETTINGS.filter(({ of, part }) =>
    (among === undefined || among.includes(part)) &&
    !isDeepStrictEqual(of(before), of(after))
  );
  return {
    keys: changed.map(({ key }) => key),
    parts: new Set(changed.map(({ part }) => part)),
  };
}
