/**
 * The flags that hold for a configuration that is complete already: that of a deployment, whose
 * files are not there any more.
 *
 * @module
 */

import { parseAddress } from "./address.ts";
import type { CheckContext } from "./check.ts";
import type { Config, DevConfig, ServeConfig } from "./config.ts";
import { configError } from "./config_error.ts";
import {
  type ConfigFlag,
  configFlags,
  readFlags,
  readPortFlag,
} from "./flags.ts";
import { resolvePath } from "./paths.ts";
import { valueAt } from "./setting.ts";
import type { Scalar } from "./value_rule.ts";

/** The fields that keys of `dev` become. */
type DevKeys = Readonly<
  Record<string, (value: Scalar) => Partial<DevConfig>>
>;

const DEV_KEYS: DevKeys = {
  "dev.address": (value) => ({ address: addressOf(value) }),
  "dev.http_server": (value) => ({
    httpServer: value === "node" ? "node" : "deno",
  }),
  "dev.instance_reuse": (value) => ({ instanceReuse: Number(value) }),
  "dev.request_timeout": (value) => ({ requestTimeout: Number(value) }),
  "dev.queue_timeout": (value) => ({ queueTimeout: Number(value) }),
  "dev.lanes": (value) => ({ lanes: Number(value) }),
};

const SERVE_KEYS: Readonly<
  Record<string, (value: Scalar) => Partial<ServeConfig>>
> = {
  "serve.admin_address": (value) => ({ adminAddress: addressOf(value) }),
  "serve.drain_delay": (value) => ({ drainDelay: Number(value) }),
  "serve.drain_timeout": (value) => ({ drainTimeout: Number(value) }),
  "serve.log_query": (value) => ({ logsQuery: value === true }),
};

/** The flags that {@linkcode withServeFlags} takes, in the order of the schema. */
export function serveFlags(): readonly ConfigFlag[] {
  return configFlags().filter(({ key }) =>
    Object.hasOwn(DEV_KEYS, key) || Object.hasOwn(SERVE_KEYS, key)
  );
}

/**
 * A configuration with what flags say in place of what it says.
 *
 * @param flags By name without `--`.
 * @throws {ConfigError} All that is wrong with them.
 */
export function withServeFlags(
  config: Config,
  flags: Readonly<Record<string, Scalar>>,
): Config {
  const context: CheckContext = {
    issues: [],
    notSupported: [],
    resolvePath: (path) => resolvePath(config.project, path),
  };
  const settings = readFlags(flags, context);
  const port = readPortFlag(flags, context);
  if (context.issues.length > 0) throw configError(context.issues, []);
  const given = <Fields>(
    keys: Readonly<Record<string, (value: Scalar) => Partial<Fields>>>,
  ): Partial<Fields> =>
    Object.assign(
      {},
      ...Object.entries(keys).map(([key, field]) => {
        const setting = valueAt(settings, key.split("."));
        return setting === undefined ? {} : field(setting.value);
      }),
    );
  const dev = { ...config.dev, ...given(DEV_KEYS) };
  return {
    ...config,
    dev: port === undefined
      ? dev
      : { ...dev, address: { ...dev.address, port } },
    serve: { ...config.serve, ...given(SERVE_KEYS) },
  };
}

function addressOf(value: Scalar) {
  const address = parseAddress(String(value));
  if ("refused" in address) throw new TypeError(`No address: ${value}`);
  return address;
}
