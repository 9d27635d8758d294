/**
 * `dev` as a process: what it says, how it is stopped, and what it does not load.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { spawnDev, startDev } from "./support/dev_process.ts";
import { guestPath } from "./support/guest_app.ts";
import { DOORS } from "./support/http_server.ts";
import { modulesLoadedBy } from "./support/module_graph.ts";
import { makeProject } from "./support/run_main.ts";

const WINDOWS = Deno.build.os === "windows";

Deno.test("dev serves a component, tells of it and stops by Ctrl-C", async () => {
  await using dev = await startDev({
    args: ["--component", guestPath("hello")],
  });
  match(dev.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${dev.url}/x?y=%1b`);
  strictEqual(await response.text(), "hello\n");
  const { request } = await dev.event("request");
  deepStrictEqual({ ...request, milliseconds: 0 }, {
    id: "1",
    method: "GET",
    path: "/x?y=%1b",
    status: 200,
    milliseconds: 0,
  });
  deepStrictEqual(await dev.stop(), { code: 0, signal: null, stderr: "" });
  deepStrictEqual(dev.events.map(({ event }) => event), [
    "ready",
    "request",
    "stopping",
  ]);
});

Deno.test("dev tells a person by one line where it listens", async () => {
  await using dev = spawnDev({
    args: ["--component", guestPath("hello"), "--format", "text"],
  });
  const line = await dev.line(/^Listening on /);
  match(line, /^Listening on http:\/\/127\.0\.0\.1:\d+$/);
  await (await fetch(line.slice("Listening on ".length))).body?.cancel();
  await dev.line(/^\[1\] GET \/ 200 \(\d+\.\d ms\)$/);
  dev.kill("SIGTERM");
  deepStrictEqual(await dev.ended, { code: 0, signal: null, stderr: "" });
  strictEqual(
    dev.lines.at(-1),
    "Stopping: finishing the requests in flight; a second Ctrl-C stops at once",
  );
});

Deno.test("dev serves a project, built or not, by a relative path", async (test) => {
  await using project = await makeProject(
    `{build: {command: "cp $GUEST out.wasm", component_path: out.wasm}}`,
  );
  const folder = project.path.slice(project.path.lastIndexOf("/") + 1);
  const env = { GUEST: guestPath("hello") };
  const cwd = project.path.slice(0, -folder.length - 1);
  const cases: [name: string, args: string[], events: string[]][] = [
    ["built", ["-C", folder], ["build-started", "ready"]],
    ["not built", ["-C", folder, "--no-build"], ["ready"]],
    ["a component", ["--component", `./${folder}/out.wasm`], ["ready"]],
  ];
  for (const [name, args, events] of cases) {
    await test.step(name, async () => {
      await using dev = await startDev({ args, cwd, env });
      deepStrictEqual(dev.events.map(({ event }) => event), events);
      strictEqual(await (await fetch(dev.url)).text(), "hello\n");
    });
  }
});

Deno.test({
  name: "dev finishes the requests in flight when it is told to stop",
  ignore: WINDOWS,
  async fn(test) {
    const cases = DOORS.flatMap((door) =>
      (["SIGINT", "SIGTERM"] as const).map((signal) => [door, signal] as const)
    );
    for (const [door, signal] of cases) {
      await test.step(`${door}, ${signal}`, async () => {
        await using dev = await startDev({
          args: ["--component", guestPath("echo"), "--http-server", door],
        });
        const response = await fetch(`${dev.url}/slow?n=5&ms=50`);
        dev.kill(signal);
        const text = await response.text();
        strictEqual(text, "line 1\nline 2\nline 3\nline 4\nline 5\n");
        const end = { code: 0, signal: null, stderr: "" };
        deepStrictEqual(await dev.ended, end);
      });
    }
  },
});

Deno.test("dev tells the trace of a request, and what it refused", async () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  await using dev = await startDev({
    args: ["--component", guestPath("hello")],
    env: { WASH_DEV_HTTP_MAX_HEADERS: "20" },
  });
  const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
  strictEqual((await fetch(dev.url, { headers })).status, 200);
  strictEqual((await dev.event("request")).request.trace, trace);
  const many = Array.from({ length: 21 }, (_, index) => [`x-${index}`, "1"]);
  const refused = await fetch(`${dev.url}/a`, {
    headers: Object.fromEntries(many),
  });
  strictEqual(refused.status, 431);
  const { method, path, status, text } = await dev.event("refused");
  deepStrictEqual([method, path, status], ["GET", "/a", 431]);
  strictEqual(await refused.text(), `${text}\n`);
});

Deno.test({
  name: "dev stops at once by a second Ctrl-C",
  ignore: WINDOWS,
  async fn() {
    await using dev = await startDev({
      args: ["--component", guestPath("echo")],
    });
    const response = await fetch(`${dev.url}/slow?n=2&ms=60000`);
    dev.kill("SIGINT");
    await dev.event("stopping");
    dev.kill("SIGINT");
    strictEqual((await dev.ended).signal, "SIGINT");
    await response.body?.cancel().catch(() => {});
  },
});

Deno.test({
  name: "dev does not wait for a client that never ends its request",
  ignore: WINDOWS,
  async fn() {
    await using dev = await startDev({
      args: ["--component", guestPath("echo"), "--request-timeout", "50ms"],
    });
    const { hostname, port } = new URL(dev.url);
    using client = await Deno.connect({ hostname, port: Number(port) });
    const head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\na";
    await client.write(new TextEncoder().encode(head));
    await client.read(new Uint8Array(1000));
    strictEqual((await dev.stop()).code, 0);
    const { text } = await dev.event("warning");
    strictEqual(
      text,
      "Requests are broken off: they take longer than dev.request_timeout allows",
    );
  },
});

Deno.test({
  name: "dev ends a build when it is told to stop",
  ignore: WINDOWS,
  async fn() {
    await using project = await makeProject(
      `build: {command: "echo started; sleep 60"}`,
    );
    await using dev = spawnDev({ cwd: project.path });
    await dev.event("build-output");
    dev.kill("SIGINT");
    deepStrictEqual(await dev.ended, { code: 0, signal: null, stderr: "" });
    deepStrictEqual(dev.events.map(({ event }) => event), [
      "build-started",
      "build-output",
      "stopping",
    ]);
  },
});

Deno.test("dev says that the port is busy, and builds nothing", async () => {
  await using taken = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(),
  );
  const { port } = taken.addr;
  await using project = await makeProject(`build: {command: "echo built"}`);
  await using dev = spawnDev({
    args: ["--format", "text", "--port", `${port}`],
    cwd: project.path,
  });
  deepStrictEqual(await dev.ended, {
    code: 1,
    signal: null,
    stderr:
      `Cannot listen on "127.0.0.1:${port}": the address is in use; ask for another with --port, or for any free one with --port 0\n`,
  });
  deepStrictEqual(dev.lines, []);
});

Deno.test("dev serves without a store that is away, and shows no password", async () => {
  await using project = await makeProject(`dev:
  component_path: ${guestPath("kv_get")}
  wasi_keyvalue_redis_url: redis://me:hunter2@127.0.0.1:1
  keyvalue: {buckets: {in_memory: {store: redis}}}
`);
  await using dev = await startDev({
    args: ["--no-build", "--log-level", "debug"],
    cwd: project.path,
  });
  const { text } = await dev.event("warning");
  ok(
    text.startsWith("Buckets in Redis at 127.0.0.1:1 cannot be used now: "),
    text,
  );
  strictEqual((await fetch(dev.url)).status, 500);
  const { stderr } = await dev.stop();
  const said = [...dev.lines, stderr].join("\n");
  ok(!said.includes("hunter2"), said);
});

Deno.test("dev ends with one message where a volume's folder is missing", async () => {
  await using project = await makeProject(
    `{dev: {component_path: "${guestPath("hello")}", ` +
      "volumes: [{host_path: none, guest_path: /data}]}}",
  );
  await using dev = spawnDev({
    cwd: project.path,
    args: ["--no-build", "--no-watch"],
  });
  strictEqual((await dev.ended).code, 1);
  const { text } = await dev.event("failed");
  match(
    text,
    /^Cannot mount ".*\/none": there is no such folder; make it, or change dev.volumes$/,
  );
});

Deno.test("dev loads neither jco nor YAML nor any package before it needs them", async () => {
  const loaded = await modulesLoadedBy(
    "main.ts",
    "src/cli/dev.ts",
    "src/dev/explored_server.ts",
  );
  ok(loaded.some((specifier) => specifier.endsWith("/src/runtime/app.ts")));
  const others = loaded.filter((specifier) => !specifier.startsWith("file:"));
  // Each package or `node:` module costs 5 ms or more.
  deepStrictEqual(others, []);
});

Deno.test("a lane's Worker loads no package, no backend and no configuration", async () => {
  const loaded = await modulesLoadedBy("src/lane/entry.ts");
  ok(loaded.some((specifier) => specifier.endsWith("/src/wasi/mod.ts")));
  deepStrictEqual(
    loaded.filter((specifier) =>
      !specifier.startsWith("file:") ||
      /\/src\/(config|transpile|dev|cli)\//.test(specifier) ||
      /\/src\/keyvalue\/(?!store\.ts$)/.test(specifier)
    ),
    [],
  );
});

Deno.test({
  name: "dev starts warm where no package is installed",
  async fn() {
    const args = ["--component", guestPath("hello")];
    // Makes the artifact, if no test has done so yet.
    await using first = await startDev({ args });
    await first.stop();
    const empty = await Deno.makeTempDir();
    try {
      await using dev = await startDev({
        args,
        denoArgs: ["--cached-only", "--no-check"],
        env: { DENO_DIR: empty },
      });
      strictEqual(await (await fetch(dev.url)).text(), "hello\n");
      strictEqual((await dev.stop()).code, 0);
    } finally {
      await Deno.remove(empty, { recursive: true });
    }
  },
});
