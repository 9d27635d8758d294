import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { yamlProject } from "./_temporary_project.ts";
import { ConfigError } from "./config_error.ts";
import { serveFlags, withServeFlags } from "./serve_flags.ts";

Deno.test("withServeFlags() puts every flag of serve over a complete configuration", async () => {
  await using project = await yamlProject("dev: {component_path: a.wasm}\n");
  const { config } = await project.load();
  const given = {
    "address": "0.0.0.0:80",
    "port": "8080",
    "http-server": "node",
    "instance-reuse": "100",
    "request-timeout": "5s",
    "queue-timeout": "1s",
    "lanes": "3",
    "admin-address": "[::1]:9100",
    "drain-delay": "4s",
    "drain-timeout": "2m",
    "log-query": true,
  };
  deepStrictEqual(
    serveFlags().map(({ name }) => name).sort(),
    Object.keys(given).sort(),
  );
  const { dev, serve } = withServeFlags(config, given);
  deepStrictEqual(dev, {
    ...config.dev,
    address: { hostname: "0.0.0.0", port: 8080 },
    httpServer: "node",
    instanceReuse: 100,
    requestTimeout: 5000,
    queueTimeout: 1000,
    lanes: 3,
  });
  deepStrictEqual(serve, {
    adminAddress: { hostname: "::1", port: 9100 },
    drainDelay: 4000,
    drainTimeout: 120_000,
    logsQuery: true,
  });
  deepStrictEqual(withServeFlags(config, {}), config);
});

Deno.test("withServeFlags() names the flags that are wrong", async () => {
  await using project = await yamlProject("dev: {component_path: a.wasm}\n");
  const { config } = await project.load();
  throws(
    () => withServeFlags(config, { "lanes": "many", "drain-delay": "5" }),
    (error) => {
      strictEqual(error instanceof ConfigError && error.issues.length, 2);
      return true;
    },
  );
});
