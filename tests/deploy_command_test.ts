/**
 * `deploy`: what it builds, what its gate lets through, and what it asks of `deno deploy`, which
 * a recorder stands in for.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { makeRecorder, readFolder } from "./support/deploy_recorder.ts";
import { projectOf } from "./support/deployment.ts";
import { ptyMissing, startShell } from "./support/pty.ts";
import { redisMissing, startRedis } from "./support/redis_server.ts";
import { type Project, run } from "./support/run_main.ts";
import { TextLineStream } from "./support/text_line_stream.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const GUEST = "build: { component_path: guest.wasm }\n";

const NAMED = `${GUEST}deploy: { org: acme, app: shop }\n`;

const MAPPED =
  `${NAMED}dev: { keyvalue: { default: deno_kv, buckets: { in_memory: { store: deno_kv } } } }
`;

const TOKEN = "ddp_of_nobody";

function deploy({ path }: Project, ...args: readonly string[]): string[] {
  return ["deploy", "--no-build", "-C", path, ...args];
}

Deno.test("deploy hands a copy of what it built to deno deploy, and ends as that does", async () => {
  await using project = await projectOf("hello", NAMED);
  // What `deno deploy` would leave out.
  await Deno.writeTextFile(`${project.path}/.gitignore`, "dist/*\n*.wasm\n");
  await using recorder = await makeRecorder("exit 4");
  const outcome = await run(deploy(project, "--prod", "--no-wait"), {
    env: { ...recorder.env, DENO_DEPLOY_TOKEN: TOKEN },
  });
  assert.equal(outcome.code, 4, outcome.stderr);
  const { args, cwd, env, files } = (await recorder.call())!;
  assert.deepEqual(args, [
    "deploy",
    ...["--org", "acme"],
    ...["--app", "shop"],
    "--prod",
    "--no-wait",
    "--non-interactive",
  ]);
  assert.ok(env.includes("DENO_DEPLOY_TOKEN"));
  assert.deepEqual(files, await readFolder(`${project.path}/dist/wharf`));
  assert.ok(files.has("components/0/component.core.wasm"));
  assert.ok(!cwd.startsWith(project.path));
  await assert.rejects(Deno.stat(cwd), Deno.errors.NotFound);
  assert.doesNotMatch(JSON.stringify([outcome, args]), new RegExp(TOKEN));
});

Deno.test("deploy --dry-run uploads nothing, and prints the line that would", async () => {
  await using project = await projectOf("hello", NAMED);
  await using recorder = await makeRecorder();
  const out = `${project.path}/it's here`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      `${ROOT}main.ts`,
      ...deploy(project, "--dry-run", "--out", out),
    ],
    cwd: "/",
    env: {
      ...recorder.env,
      NO_COLOR: "1",
      DENO_DEPLOY_TOKEN: TOKEN,
      // The way to the platform, maybe, and none to this machine.
      HTTP_PROXY: "http://127.0.0.1:9",
    },
    stdin: "null",
  }).output();
  const [printed, errors] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  ) as [string, string];
  assert.equal(code, 0, errors);
  assert.equal(await recorder.call(), undefined);
  assert.match(printed, /^Tried as on Deno Deploy: GET \/ answered 200 /m);
  assert.match(printed, /^It signs in with DENO_DEPLOY_TOKEN,/m);
  assert.doesNotMatch(printed + errors, new RegExp(TOKEN));
  const line = printed.split("\n").find((line) => line.startsWith("("))!;
  const shell = await new Deno.Command("sh", {
    args: ["-c", line],
    cwd: "/",
    env: recorder.env,
  }).output();
  assert.equal(shell.code, 0);
  const { args, files } = (await recorder.call())!;
  assert.deepEqual(args, [
    ...["deploy", "--org", "acme", "--app", "shop", "--non-interactive"],
  ]);
  assert.deepEqual(files, await readFolder(out));
});

Deno.test("deploy takes the app from flags, then the configuration, then the environment", async (test) => {
  const env = { DENO_DEPLOY_ORG: "env-org", DENO_DEPLOY_APP: "env-app" };
  const cases: [config: string, args: string[], words: RegExp][] = [
    [GUEST, [], / deno deploy --org env-org --app env-app /],
    [NAMED, [], / deno deploy --org acme --app shop /],
    [NAMED, ["--app", "other"], / deno deploy --org acme --app other /],
  ];
  for (const [config, args, words] of cases) {
    await test.step(words.source, async () => {
      await using project = await projectOf("hello", config);
      const { code, stdout, stderr } = await run(
        deploy(project, "--dry-run", "--no-gate", ...args),
        { env },
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, words);
    });
  }
});

Deno.test("deploy does nothing where nobody said where to and nobody can be asked", async () => {
  await using project = await projectOf("hello", GUEST);
  await using recorder = await makeRecorder();
  const { code, stderr } = await run(deploy(project, "--org", "acme"), {
    env: recorder.env,
  });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    "Cannot deploy: nobody said where to; add --app APP (or deploy.app)",
  );
  await assert.rejects(Deno.stat(`${project.path}/dist`), Deno.errors.NotFound);
  const dry = await run(deploy(project, "--no-gate", "--dry-run"), {
    env: recorder.env,
  });
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, / && deno deploy\)$/m);
  assert.match(
    dry.stdout,
    /^It would ask where to: --org and --app say so\.$/m,
  );
  assert.equal(await recorder.call(), undefined);
});

Deno.test("deploy refuses what cannot work there", async (test) => {
  const cases: [guest: string, config: string, says: RegExp][] = [
    [
      "kv_get",
      NAMED,
      /^Cannot build for Deno Deploy: 2 problems\nthe bucket "in_memory" is kept in memory of this process, /,
    ],
    ["wants_missing", NAMED, /^Cannot link the component: /],
    [
      "hello",
      `${NAMED}workload: { environment: { secretFrom: [keys] } }
secrets: { keys: { inline: { GCP_PROJECT_ID: s3cr3t } } }
`,
      /1 problem\nworkload\.environment\.GCP_PROJECT_ID: .* the variable "GCP_PROJECT_ID" there, and the platform lets nobody set that name; choose another$/,
    ],
  ];
  for (const [guest, config, says] of cases) {
    await test.step(guest, async () => {
      await using project = await projectOf(guest, config);
      await using recorder = await makeRecorder();
      const { code, stdout, stderr } = await run(deploy(project), {
        env: recorder.env,
      });
      assert.equal(code, 1);
      assert.match(stderr, says);
      assert.doesNotMatch(stdout + stderr, /s3cr3t/);
      assert.equal(await recorder.call(), undefined);
    });
  }
});

Deno.test("deploy uploads what answers, and nothing that answers with a server's fault", async (test) => {
  const cases: [guest: string, path: string, says?: RegExp][] = [
    ["misbehave", "/ok"],
    ["echo", "/status/404"],
    ["kv_watcher_only", "/"],
    ["echo", "/slow?n=600&ms=100"],
    [
      "misbehave",
      "/trap",
      /^Cannot deploy: run as on Deno Deploy, it answered GET \/trap with 500; it said\n(?:.*\n)*.*unreachable/,
    ],
    [
      "echo",
      "/status/503",
      /^Cannot deploy: run as on Deno Deploy, it answered GET \S+ with 503/,
    ],
  ];
  for (const [guest, path, says] of cases) {
    await test.step(`${guest}${path}`, async () => {
      await using project = await projectOf(guest, MAPPED);
      await using recorder = await makeRecorder();
      const { code, stderr } = await run(
        deploy(project, "--gate-path", path),
        { env: recorder.env },
      );
      if (says !== undefined) assert.match(stderr, says);
      assert.equal(code, says === undefined ? 0 : 1, stderr);
      assert.equal(await recorder.call() !== undefined, says === undefined);
    });
  }
});

Deno.test("docs/deploying.md has a configuration that can be deployed", async () => {
  const page = await Deno.readTextFile(`${ROOT}docs/deploying.md`);
  const [, config] = /```yaml\n([^]*?)```/.exec(page)!;
  await using project = await projectOf("kv_get", `${GUEST}${config}`);
  const { code, stdout, stderr } = await run(
    deploy(project, "--dry-run", "--app", "shop"),
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, / && deno deploy --org acme --app shop /);
});

Deno.test("deploy --no-gate uploads what was not tried", async () => {
  await using project = await projectOf("misbehave", MAPPED);
  await using recorder = await makeRecorder();
  const { code, stdout } = await run(
    deploy(project, "--no-gate", "--gate-path", "/trap"),
    { env: recorder.env },
  );
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /Tried/);
  assert.notEqual(await recorder.call(), undefined);
});

Deno.test("deploy hands the gate what is secret, tells it to nobody, and says what it cannot try", async () => {
  await using project = await projectOf(
    "every_import",
    `${NAMED}
dev:
  keyvalue:
    default: redis
    allow: [main]
    buckets: { main: { store: redis } }
  wasi_keyvalue_redis_url: "redis://:hunter2@127.0.0.1:1"
workload:
  environment: { secretFrom: [keys] }
secrets:
  keys: { inline: { API_KEY: s3cr3t } }
`,
  );
  await using recorder = await makeRecorder();
  const { code, stdout, stderr } = await run(
    deploy(project, "--dry-run", "--gate-path", "/cli"),
    { env: recorder.env },
  );
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /^Warning: The gate does not try .*127\.0\.0\.1:1.*, which cannot be used from here: /m,
  );
  assert.match(stdout, /^Tried as on Deno Deploy: GET \/cli answered 200 /m);
  assert.match(
    stdout,
    /^The app needs WASH_DEV_WASI_KEYVALUE_REDIS_URL, API_KEY\.$/m,
  );
  assert.doesNotMatch(stdout + stderr, /hunter2|s3cr3t/);
});

Deno.test({
  name: "deploy tries what is kept in Redis on the server that is named",
  ignore: redisMissing() !== undefined,
  async fn() {
    await using redis = await startRedis();
    await using project = await projectOf(
      "kv_get",
      `${NAMED}dev: { keyvalue: { default: redis, buckets: { in_memory: { store: redis } } }, wasi_keyvalue_redis_url: "${redis.url}" }
`,
    );
    await using recorder = await makeRecorder();
    const { code, stderr } = await run(deploy(project), { env: recorder.env });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /The gate does not try/);
    assert.ok((await recorder.call())!.files.has("deno.lock"));
  },
});

Deno.test("deploy warns of watching, and of a Deno KV that nobody can sign in to", async () => {
  await using project = await projectOf(
    "kv_watcher",
    `${NAMED}
dev:
  wasi_keyvalue_deno_kv: "https://kv.example/db"
  keyvalue:
    default: deno_kv
    buckets:
      in_memory: { store: deno_kv }
      watched: { store: deno_kv, watch: true }
`,
  );
  const { code, stderr } = await run(
    deploy(project, "--dry-run", "--no-gate"),
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /what is written while none runs is told to nobody/);
  assert.match(stderr, /once a second for changes of "watched": 86,400 reads/);
  assert.match(stderr, /nobody set DENO_KV_ACCESS_TOKEN/);
});

Deno.test({
  name: "deploy lets deno deploy ask at a terminal",
  ignore: ptyMissing() !== undefined,
  async fn() {
    await using project = await projectOf("hello", GUEST);
    await using recorder = await makeRecorder("test -t 0 || exit 5");
    await using shell = await startShell({ cwd: "/", env: recorder.env });
    const words = [
      Deno.execPath(),
      ...["run", "-A", `${ROOT}main.ts`],
      ...deploy(project, "--no-gate", "--org", "acme"),
    ];
    const shown = await shell.run(`${words.join(" ")}; echo "code $?"`);
    assert.match(shown, /^code 0$/m);
    assert.deepEqual((await recorder.call())?.args, [
      ...["deploy", "--org", "acme"],
    ]);
  },
});

Deno.test("deploy that is told to stop tells deno deploy", async () => {
  await using project = await projectOf("hello", NAMED);
  await using recorder = await makeRecorder(
    `trap 'exit 9' TERM\necho uploading\nwhile :; do sleep 0.05; done`,
  );
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}main.ts`, ...deploy(project, "--no-gate")],
    cwd: "/",
    env: { ...recorder.env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
    if (line === "uploading") child.kill("SIGTERM");
  }
  assert.equal((await child.status).code, 9);
  const { cwd } = (await recorder.call())!;
  await assert.rejects(Deno.stat(cwd), Deno.errors.NotFound);
});
