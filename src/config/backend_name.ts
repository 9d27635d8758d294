/** The names of the stores a bucket can live in, as the configuration writes them. */
export const BACKEND_NAMES = [
  "in_memory",
  "filesystem",
  "nats",
  "redis",
  "deno_kv",
] as const;

/** A store that a bucket can live in. */
export type BackendName = typeof BACKEND_NAMES[number];
