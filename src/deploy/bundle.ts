/**
 * Wharf's own code as a deployment carries it: bundled, since a cold start pays for every file,
 * and without what the deployment does not use.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { DeploymentError } from "./deployment_error.ts";

/** The folder that holds `src`. */
const WHARF = new URL("../../", import.meta.url);

/** The modules of stores, each with the packages that it needs. */
export const STORE_MODULES = {
  in_memory: { module: "in_memory.ts", packages: [] },
  files: { module: "filesystem.ts", packages: [] },
  sqlite: { module: "sqlite.ts", packages: [] },
  deno_kv: { module: "deno_kv.ts", packages: [] },
  redis: { module: "redis.ts", packages: ["ioredis"] },
  nats: { module: "nats.ts", packages: ["@nats-io/"] },
} as const;

/** A store that can be left out. */
export type StoreModule = keyof typeof STORE_MODULES;

/** Where a deployment's code is in its folder. */
export const CODE_FOLDER = "code";

/** What `main.js` runs. The component is compiled while the rest of the code is loaded. */
export const MAIN_MODULE =
  `// Made by "deno task build"; the next one replaces it.
import { loadDeployment } from "./${CODE_FOLDER}/deploy/load_deployment.js";

const dist = new URL("./", import.meta.url);
const loading = loadDeployment(dist);
loading.catch(() => {});
const { run } = await import("./${CODE_FOLDER}/deploy/entry.js");
await run(dist, loading, new URL("./${CODE_FOLDER}/lane/entry.js", dist));
`;

/**
 * Bundles what serves a deployment.
 *
 * @param directory An empty folder, absolute; takes the files.
 * @param stores Those that buckets can lead to.
 * @throws {DeploymentError} Deno cannot bundle it.
 */
export async function bundleRuntime(
  directory: string,
  stores: ReadonlySet<StoreModule>,
): Promise<void> {
  const workspace = await Deno.makeTempDir({ prefix: "wharf-bundle-" });
  try {
    const config = `${workspace}/deno.json`;
    await Deno.writeTextFile(config, JSON.stringify(bundleConfig(stores)));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        "--quiet",
        "--no-lock",
        "--config",
        config,
        "--platform",
        "deno",
        "--code-splitting",
        ...Object.values(STORE_MODULES)
          .flatMap(({ packages }) => packages)
          .flatMap((name) => [
            "--external",
            name.endsWith("/") ? `${name}*` : name,
          ]),
        "--outdir",
        directory,
        "src/deploy/load_deployment.ts",
        "src/deploy/entry.ts",
        "src/lane/entry.ts",
      ],
      // What is written names the sources as seen from here.
      cwd: fileURLToPath(WHARF),
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return;
    throw new DeploymentError(
      "unwritable",
      `Cannot bundle Wharf: "deno bundle" says ${
        JSON.stringify(new TextDecoder().decode(stderr).trim())
      }`,
    );
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
}

/** A `deno.json` in which the modules of other stores, and what records spans, are replaced. */
function bundleConfig(stores: ReadonlySet<StoreModule>) {
  const url = (path: string) => new URL(path, WHARF).href;
  const replaced = Object.entries(STORE_MODULES)
    .filter(([name]) => !stores.has(name as StoreModule))
    .map(([, { module }]) => [
      url(`src/keyvalue/${module}`),
      url("src/deploy/left_out_store.ts"),
    ]);
  return {
    imports: {
      ...Object.fromEntries(replaced),
      [url("src/lane/call_spans.ts")]: url("src/deploy/left_out_spans.ts"),
    },
  };
}
