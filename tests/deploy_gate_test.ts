/**
 * What is deployed runs as Deno Deploy runs it: no variables but the platform's, no flags, no
 * packages but cached ones, another working directory.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { BackendName } from "../src/keyvalue/backends.ts";
import {
  buildDeployment,
  type DeploymentProcessOptions,
  projectOf,
  spawnDeployment,
} from "./support/deployment.ts";
import { startKvConnectServer } from "./support/kv_connect_server.ts";
import { natsMissing, startNatsServer } from "./support/nats_server.ts";
import { residentMemory } from "./support/process_usage.ts";
import { redisMissing, startRedis } from "./support/redis_server.ts";
import { run } from "./support/run_main.ts";
import { walkTable } from "./support/template_table.ts";
import { readTranscript, runTranscript } from "./support/transcript.ts";

const TEMPLATE = fileURLToPath(
  new URL("../templates/http-kv-handler", import.meta.url),
);

/** More than one value of Deno KV can hold. */
const LARGE = "0123456789abcdef".repeat(6400);

/** More than one page of a listing can hold. */
const MANY = 1100;

/** What an instance has on Deno Deploy, in MiB. */
const MEMORY = 512;

/** How long the platform waits for the end, in milliseconds. */
const PATIENCE = 5000;

/** The oldest Deno that the platform is known to run; `WHARF_DENO_2_5` is the path of one. */
const OLD_DENO = Deno.env.get("WHARF_DENO_2_5") ?? "";

interface Runtime extends Pick<DeploymentProcessOptions, "deno" | "denoArgs"> {
  readonly name: string;
  readonly missing?: string;
}

const RUNTIMES: readonly Runtime[] = [
  { name: "this Deno" },
  {
    name: "Deno 2.5",
    deno: OLD_DENO,
    // It does not know how the platform provides Deno KV.
    denoArgs: ["--unstable-kv"],
    ...(OLD_DENO === "" && { missing: "WHARF_DENO_2_5 names none" }),
  },
];

/** A store where a deployment finds it. */
interface Store extends AsyncDisposable {
  /** What stands in an entry of `deploy.keyvalue.buckets`. */
  readonly entry: string;
  /** What the platform sets. */
  readonly env: Readonly<Record<string, string>>;
}

const STORES: Readonly<
  Partial<Record<BackendName, { missing?: string; start(): Promise<Store> }>>
> = {
  deno_kv: {
    start() {
      const server = startKvConnectServer("token");
      return Promise.resolve({
        entry: "store: deno_kv",
        env: {
          DENO_KV_DEFAULT_PATH: server.url,
          DENO_KV_ACCESS_TOKEN: "token",
        },
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      });
    },
  },
  nats: {
    ...optional(natsMissing()),
    start: async () => storeAt("nats", await startNatsServer()),
  },
  redis: {
    ...optional(redisMissing()),
    start: async () => storeAt("redis", await startRedis()),
  },
};

function optional(missing: string | undefined): { missing?: string } {
  return missing === undefined ? {} : { missing };
}

function storeAt(
  store: BackendName,
  server: AsyncDisposable & { readonly url: string },
): Store {
  return {
    entry: `store: ${store}, url: "${server.url}"`,
    env: {},
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test("the template's deployment answers as it does at home", async (test) => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const project = {
    path: `${folder}/app`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
  await using _project = project;
  await copyFolder(TEMPLATE, project.path);
  const config = `${project.path}/.wash/config.yaml`;
  const original = await Deno.readTextFile(config);
  const readme = new URL("../README.md", import.meta.url);
  const transcript = readTranscript(await Deno.readTextFile(readme));
  // Builds the component, for all that follow.
  const { code, stderr } = await run(["build", "-C", project.path], {
    env: Deno.env.toObject(),
  });
  assert.equal(code, 0, stderr);
  await eachStore(test, async (store, runtime) => {
    await Deno.writeTextFile(
      config,
      `${original}\ndeploy: { keyvalue: { default: in_memory, buckets: { in_memory: { ${store.entry} } } }, allow_ephemeral: ["*"] }\n`,
    );
    const dist = await buildDeployment(project, "--target", "deno-deploy");
    await using deployment = spawnDeployment(dist, {
      ...runtime,
      env: store.env,
    });
    const url = await deployment.url;
    await runTranscript(transcript, url);
    await walkTable(url, "in_memory");
    using client = Deno.createHttpClient({ allowHost: true });
    const stored = await fetch(url, {
      client,
      method: "POST",
      headers: { host: "app.example" },
      body: JSON.stringify({ key: "large", value: LARGE }),
    });
    assert.equal(await stored.text(), "[in_memory] Stored 'large'\n");
    const large = await fetch(`${url}/?key=large`);
    assert.equal(await large.text(), `[in_memory] ${LARGE}\n`);
    assert.ok(await residentMemory(deployment.pid) < MEMORY);
    const asked = performance.now();
    deployment.kill("SIGINT");
    assert.deepEqual(await deployment.ended, { code: 0, stderr: "" });
    assert.ok(performance.now() - asked < PATIENCE);
  });
});

const GUESTS: readonly [guest: string, path: string][] = [
  ["every_import", "/kv?bucket=main"],
  ["kv_draft2", "/check?bucket=main"],
];

for (const [guest, path] of GUESTS) {
  Deno.test(`the deployment of ${guest} finds each function of its buckets as it should be`, async (test) => {
    await eachStore(test, async (store, runtime) => {
      await using project = await projectOf(
        guest,
        `build: { component_path: guest.wasm }
deploy:
  keyvalue:
    buckets:
      main: { ${store.entry}, seed: { file: seed.json } }
  allow_ephemeral: [in_memory, "*"]
`,
      );
      const seed = Object.fromEntries(
        Array.from({ length: MANY }, (_, index) => [`seeded/${index}`, "x"]),
      );
      await Deno.writeTextFile(
        `${project.path}/seed.json`,
        JSON.stringify(seed),
      );
      const dist = await buildDeployment(project, "--target", "deno-deploy");
      await using deployment = spawnDeployment(dist, {
        ...runtime,
        env: store.env,
      });
      const response = await fetch(`${await deployment.url}${path}`);
      const body = await response.text();
      assert.equal(response.status, 200, body);
      assert.match(body, /^ok .*bucket\.list-keys$/m);
      deployment.kill("SIGINT");
      assert.deepEqual(await deployment.ended, { code: 0, stderr: "" });
    });
  });
}

Deno.test("a deployment that is told to stop finishes what is in flight", async () => {
  await using project = await projectOf("echo", ECHO);
  const dist = await buildDeployment(project, "--target", "deno-deploy");
  await using deployment = spawnDeployment(dist);
  const response = await fetch(`${await deployment.url}/slow?n=5&ms=50`);
  let isTold = false;
  let lines = 0;
  for await (const chunk of response.body!) {
    if (!isTold) deployment.kill("SIGINT");
    isTold = true;
    lines += new TextDecoder().decode(chunk).split("\n").length - 1;
  }
  assert.equal(lines, 5);
  assert.deepEqual(await deployment.ended, { code: 0, stderr: "" });
});

Deno.test("a deployment that is told to stop does not wait for who has asked nothing", async (test) => {
  await using project = await projectOf("echo", ECHO);
  const dist = await buildDeployment(project, "--target", "deno-deploy");
  for (const { name, missing, ...runtime } of RUNTIMES) {
    await test.step({
      name: missing === undefined ? name : `${name} (ignored: ${missing})`,
      ignore: missing !== undefined,
      async fn() {
        await using deployment = spawnDeployment(dist, runtime);
        const url = new URL(await deployment.url);
        // As pools of clients do.
        using _ahead = await Deno.connect({
          hostname: url.hostname,
          port: Number(url.port),
        });
        // Connections are taken in their order.
        await (await fetch(url)).text();
        const asked = performance.now();
        deployment.kill("SIGINT");
        assert.deepEqual(await deployment.ended, { code: 0, stderr: "" });
        assert.ok(performance.now() - asked < PATIENCE / 2);
      },
    });
  }
});

Deno.test("a deployment that is told to stop does not wait for ever", async () => {
  await using project = await projectOf("echo", ECHO);
  const dist = await buildDeployment(project, "--target", "deno-deploy");
  await using deployment = spawnDeployment(dist);
  const response = await fetch(
    `${await deployment.url}/slow?n=600&ms=100`,
  );
  const reader = response.body!.getReader();
  await reader.read();
  const asked = performance.now();
  deployment.kill("SIGTERM");
  assert.equal((await deployment.ended).code, 1);
  assert.ok(performance.now() - asked < PATIENCE);
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  });
});

const ECHO = "build: { component_path: guest.wasm }\n";

/** A step for each store and each Deno. */
async function eachStore(
  test: Deno.TestContext,
  act: (store: Store, runtime: Runtime) => Promise<void>,
): Promise<void> {
  for (const [name, { missing, start }] of Object.entries(STORES)) {
    for (const runtime of RUNTIMES) {
      const reason = missing ?? runtime.missing;
      const step = `${name} on ${runtime.name}`;
      await test.step({
        name: reason === undefined ? step : `${step} (ignored: ${reason})`,
        ignore: reason !== undefined,
        async fn() {
          await using store = await start();
          await act(store, runtime);
        },
      });
    }
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "dist" || name === ".wharf") continue;
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
