/**
 * What `build` writes, and what it refuses.
 */

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { openDeployment } from "../src/deploy/mod.ts";
import {
  buildDeployment,
  projectOf,
  spawnDeployment,
} from "./support/deployment.ts";
import { readFolder } from "./support/read_folder.ts";
import { guestPath } from "./support/guest_app.ts";
import { run } from "./support/run_main.ts";

const GUEST = "build: { component_path: guest.wasm }\n";

Deno.test("build makes the same bytes in any folder", async () => {
  const config = `${GUEST}
dev:
  wasi_keyvalue_path: data
  http_client_ca_paths: [ca.pem]
  keyvalue:
    default: filesystem
    buckets:
      prices: { store: redis, url: "redis://:secret@127.0.0.1", seed: { values: { a: b } } }
  components: [{ name: other, file: other.wasm }]
`;
  const built = [];
  for (let number = 0; number < 2; number++) {
    await using project = await projectOf("compose_front", config);
    const { path } = project;
    await Deno.copyFile(guestPath("compose_text"), `${path}/other.wasm`);
    const math = guestPath("compose_math");
    await Deno.copyFile(math, `${path}/math.wasm`);
    await Deno.writeTextFile(
      `${path}/.wash/config.yaml`,
      config.replace(
        "other.wasm }",
        "other.wasm }, { name: math, file: math.wasm }",
      ),
    );
    await Deno.writeTextFile(`${path}/ca.pem`, "a certificate");
    built.push(await readFolder(await buildDeployment(project)));
  }
  const [first, second] = built;
  assert.deepEqual([...first!.keys()], [...second!.keys()]);
  assert.deepEqual(first, second);
  assert.ok(first!.has("components/2/artifact.json"));
  assert.equal(atob(first!.get("files/0.pem")!), "a certificate");
  const { config: written } = JSON.parse(atob(first!.get("config.json")!));
  assert.equal(written.dev.keyvalue.path, "../../data");
});

Deno.test("build keeps secrets out, and a deployment asks for them by name", async () => {
  await using project = await projectOf(
    "every_import",
    `${GUEST}
dev:
  wasi_keyvalue_redis_url: "redis://:hunter2@127.0.0.1:1"
  volumes: []
workload:
  environment:
    config: { OPEN: seen, env: production }
    secretFrom: [keys]
secrets:
  keys: { inline: { API_KEY: s3cr3t } }
`,
  );
  const dist = await buildDeployment(project);
  for (const [name, content] of await readFolder(dist)) {
    assert.doesNotMatch(atob(content), /hunter2|s3cr3t/, name);
  }
  const url = pathToFileURL(dist);
  const log = { emit() {} };
  await assert.rejects(openDeployment(url, { env: {}, log }), {
    code: "environment-missing",
    message: "Cannot start: environment variables are not set; " +
      "set them to what the configuration has at the build\n" +
      "  WASH_DEV_WASI_KEYVALUE_REDIS_URL: dev.wasi_keyvalue_redis_url\n" +
      "  API_KEY: workload.environment.API_KEY",
  });
  const redis = "redis://:other@127.0.0.1:1";
  await using deployment = await openDeployment(url, {
    env: { API_KEY: "now", WASH_DEV_WASI_KEYVALUE_REDIS_URL: redis },
    log,
    adapt: (config) => ({ ...config, dev: { ...config.dev, lanes: 0 } }),
  });
  const { config, app } = deployment;
  assert.equal(config.dev.keyvalue.redisUrl, redis);
  assert.equal(config.workload.environment["constructor"], undefined);
  const answer = await app.fetch(new Request("http://localhost/cli"));
  const body = await answer.text();
  assert.match(body, /^# env API_KEY=now$/m);
  assert.match(body, /^# env env=production$/m);
});

Deno.test("a deployment carries what its stores need, and nothing that builds", async (test) => {
  const cases: [store: string, place: string, packages: RegExp | undefined][] =
    [
      ["in_memory", "", undefined],
      ["filesystem", "path: data", undefined],
      ["deno_kv", "path: kv.db", undefined],
      ["redis", `url: "redis://127.0.0.1"`, /^npm:\/?ioredis@6/],
      ["nats", `url: "nats://127.0.0.1"`, /^npm:\/?@nats-io\//],
    ];
  for (const [store, place, packages] of cases) {
    await test.step(store, async () => {
      await using project = await projectOf(
        "kv_get",
        `${GUEST}
dev:
  keyvalue: { allow: [main], buckets: { main: { store: ${store}${
          place === "" ? "" : `, ${place}`
        } } } }
`,
      );
      const dist = await buildDeployment(project);
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["info", "--json", `${dist}main.js`],
        cwd: dist,
      }).output();
      const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
        readonly modules: readonly {
          readonly specifier: string;
          readonly error?: string;
        }[];
      };
      const others = modules.map(({ specifier }) => specifier)
        .filter((name) =>
          !name.startsWith(pathToFileURL(dist).href) &&
          !name.startsWith("node:")
        );
      for (const name of others) assert.match(name, packages ?? /^$/);
      assert.equal(others.length > 0, packages !== undefined);
      assert.deepEqual(modules.filter(({ error }) => error !== undefined), []);
      const code = [...await readFolder(`${dist}code/`)].map(([, text]) =>
        atob(text)
      );
      const sources = code.flatMap((text) =>
        [...text.matchAll(/^\/\/ (src\/\S+)$/gm)].map(([, path]) => path!)
      );
      const rooms = new Set(sources.map((path) => path.split("/")[1]));
      assert.deepEqual(
        [...rooms].filter((room) =>
          ["cli", "dev", "explorer", "transpile"].includes(room!)
        ),
        [],
      );
      assert.deepEqual(
        sources.filter((path) =>
          path.startsWith("src/config/") && path !== "src/config/address.ts"
        ),
        [],
      );
    });
  }
});

Deno.test("build for Deno Deploy refuses buckets that do not last, and says what to add", async () => {
  const config = `${GUEST}dev: { wasi_keyvalue_path: data }\n`;
  await using project = await projectOf("kv_get", config);
  const build = ["build", "--no-build", "-C", project.path];
  const deploy = [...build, "--target", "deno-deploy"];
  const refused = await run(deploy);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^Cannot build for Deno Deploy: 3 problems\nthe bucket "in_memory" is kept in memory of this process, /,
  );
  assert.equal((await run(build)).code, 0);
  const [, mapped, allowed] = refused.stderr.split(/^(?:add|or) .*$/m);
  for (const remedy of [mapped!, allowed!]) {
    await Deno.writeTextFile(
      `${project.path}/.wash/config.yaml`,
      config + remedy.replace(/^ {2}/gm, ""),
    );
    const again = await run(deploy);
    assert.equal(again.code, 0, again.stderr);
  }
});

Deno.test("build for Deno Deploy refuses what does not go along", async () => {
  await using project = await projectOf(
    "files",
    `${GUEST}dev:
  volumes: [{ host_path: ., guest_path: /data }]
`,
  );
  const { code, stderr } = await run([
    "build",
    "--no-build",
    "-C",
    project.path,
    "--target",
    "deno-deploy",
  ]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /1 problem\n\S*config\.yaml:3:\d+: dev\.volumes\[0\]\.host_path: /,
  );
});

Deno.test("build refuses imports that nobody serves, and leaves the last deployment", async () => {
  await using project = await projectOf("hello", GUEST);
  const dist = await buildDeployment(project);
  const before = await readFolder(dist);
  await Deno.copyFile(
    guestPath("wants_missing"),
    `${project.path}/guest.wasm`,
  );
  const { code, stderr } = await run([
    "build",
    "--no-build",
    "-C",
    project.path,
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /^Cannot link the component: /);
  assert.deepEqual(await readFolder(dist), before);
});

Deno.test("build replaces a deployment, and nothing else", async () => {
  await using project = await projectOf("hello", GUEST);
  await buildDeployment(project);
  await buildDeployment(project);
  await Deno.mkdir(`${project.path}/mine`);
  await Deno.writeTextFile(`${project.path}/mine/notes`, "keep");
  const { code, stderr } = await run([
    "build",
    "--no-build",
    "-C",
    project.path,
    "--out",
    `${project.path}/mine`,
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /^Cannot write ".*mine": the folder holds something/);
  assert.equal(await Deno.readTextFile(`${project.path}/mine/notes`), "keep");
});

Deno.test("a deployment that is damaged says so and ends", async () => {
  await using project = await projectOf("hello", GUEST);
  const dist = await buildDeployment(project);
  await Deno.writeTextFile(
    `${dist}components/0/component.core.wasm`,
    "no module",
  );
  await using deployment = spawnDeployment(dist);
  const { code, stderr } = await deployment.ended;
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^Cannot read ".*component\.core\.wasm": it was changed/,
  );
});

Deno.test("a deployment runs guests in Workers where it is told to", async () => {
  await using project = await projectOf("hello", `${GUEST}dev: { lanes: 2 }\n`);
  const dist = await buildDeployment(project);
  await using deployment = spawnDeployment(dist);
  const response = await fetch(await deployment.url);
  assert.equal(await response.text(), "hello\n");
  deployment.kill("SIGTERM");
  assert.deepEqual(await deployment.ended, { code: 0, stderr: "" });
});
