/**
 * The configuration room: `.wash/config.yaml`, the environment and flags become a
 * {@linkcode Config}, or a {@linkcode ConfigError} that names all that is wrong. It knows
 * no backend, no WIT package and no command, and reads `Deno.env` and `Deno.args` never:
 * the caller hands over what they hold.
 *
 * ```ts
 * import { loadConfig } from "./mod.ts";
 * import { strictEqual } from "node:assert/strict";
 *
 * const { config } = await loadConfig({
 *   cwd: "/",
 *   env: {},
 *   flags: { component: "hello.wasm", port: 0 },
 * });
 * strictEqual(config.dev.componentPath, "/hello.wasm");
 * strictEqual(config.dev.address.port, 0);
 * ```
 *
 * @module
 */

export {
  type Address,
  formatAddress,
  isEveryAddress,
  parseAddress,
  reachableAddress,
} from "./address.ts";
export { BACKEND_NAMES, type BackendName } from "./backend_name.ts";
export type {
  BucketEntry,
  FilesystemEntry,
  NatsEntry,
  RedisEntry,
  SeedValue,
} from "./bucket_entry.ts";
export type { ComponentEntry } from "./component_entry.ts";
export type {
  BuildConfig,
  Config,
  DevConfig,
  HttpConfig,
  KeyValueConfig,
  NamedTexts,
  NewConfig,
  ServeConfig,
  VolumeEntry,
  WatchConfig,
  WorkloadConfig,
} from "./config.ts";
export type { EgressConfig, OutgoingHttpConfig } from "./egress_config.ts";
export type { HostPattern, LoopbackPort, NamePattern } from "./host_pattern.ts";
export { ConfigError, type ConfigIssue, formatIssue } from "./config_error.ts";
export type { DeployTarget, PlatformApp } from "./deployment.ts";
export { type ConfigFlag, configFlags } from "./flags.ts";
export type { KeyPath } from "./key_path.ts";
export { serveFlags, withServeFlags } from "./serve_flags.ts";
export { loadConfig, type LoadedConfig, type LoadOptions } from "./load.ts";
export { maskUrl } from "./mask.ts";
export { formatPlace, type Place } from "./place.ts";
export type { SecretText } from "./secret_texts.ts";
export type { ShownSetting } from "./setting_list.ts";
export type { Scalar } from "./value_rule.ts";
