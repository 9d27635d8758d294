import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { guestPath } from "../../tests/support/guest_app.ts";
import {
  built,
  COPY,
  type DevProject,
  serveProject,
  textOf,
} from "../../tests/support/dev_project.ts";

const CONFIG = ".wash/config.yaml";

async function set(project: DevProject, key: string, value: string) {
  const bucket = await project.server.host.buckets.open("in_memory");
  await bucket.set(key, new TextEncoder().encode(value));
}

Deno.test("another configuration keeps what is in memory", async (test) => {
  const cases: [dev: string, key: string, restarted: string][] = [
    ["keyvalue: {allow: [in_memory, more]}", "dev.keyvalue", "buckets"],
    ["volumes: [{host_path: src, guest_path: /src}]", "dev.volumes", "guests"],
    ["lanes: 2", "dev.lanes", "lanes"],
    ["instance_reuse: 3", "dev.instance_reuse", "component"],
    ["memory_limit_mb: 8", "dev.memory_limit_mb", "guests"],
  ];
  for (const [dev, key, restarted] of cases) {
    await test.step(dev, async () => {
      await using project = await serveProject({ guest: "kv_get" });
      const { server } = project;
      await server.ready;
      strictEqual(await textOf(server.url), "none");
      await set(project, "mykey", "kept");
      await project.save(CONFIG, built(COPY, dev));
      const { event: _, ...applied } = await project.event("reconfigured");
      deepStrictEqual(applied, {
        applied: [key],
        restarted: [...new Set([restarted, "component"])],
      });
      const { changed, steps } = await project.event("swapped");
      deepStrictEqual(changed, [CONFIG]);
      strictEqual(steps.build, undefined);
      strictEqual(await textOf(server.url), "kept");
      await set(project, "mykey", "written since");
      strictEqual(await textOf(server.url), "written since");
    });
  }
});

Deno.test("requests in flight finish on the stores that they began with", async () => {
  await using project = await serveProject({ guest: "echo" });
  const { server } = project;
  await server.ready;
  const slow = await fetch(`${server.url}/slow?n=10&ms=20`);
  const before = server.host.buckets;
  await project.save(CONFIG, built(COPY, "keyvalue: {default: in_memory}"));
  await project.event("swapped");
  ok(server.host.buckets !== before);
  match(await slow.text(), /line 10\n$/);
});

Deno.test("a configuration that means the same changes nothing", async () => {
  await using project = await serveProject();
  const { server } = project;
  await server.ready;
  await project.save(CONFIG, `# a remark\n${built(COPY)}`);
  const { applied, restarted } = await project.event("reconfigured");
  deepStrictEqual([applied, restarted], [[], []]);
  deepStrictEqual(server.builds().length, 1);
});

Deno.test("a broken configuration keeps the old one, until it is mended", async () => {
  await using project = await serveProject();
  const { server } = project;
  await server.ready;
  await project.save(CONFIG, "dev: {adress: 1}");
  const { text, serving } = await project.event("build-failed");
  strictEqual(serving, true);
  match(
    text,
    /config\.yaml:1:7: dev\.adress: unknown key; .* did you mean "address"/,
  );
  strictEqual(server.state.phase, "failed");
  strictEqual(await textOf(server.url), "hello\n");
  // What is built meanwhile is served, and the error stays.
  await project.saveGuest("wasi_mixed");
  await project.event("swapped");
  strictEqual(await textOf(server.url), "mixed\n");
  strictEqual(server.state.phase, "failed");
  await project.save(CONFIG, built(COPY));
  await project.event("reconfigured");
  strictEqual(server.state.phase, "ready");
});

Deno.test("a configuration that is gone keeps the old one", async () => {
  await using project = await serveProject();
  const { server, path } = project;
  await server.ready;
  await Deno.remove(`${path}/${CONFIG}`);
  project.watchers.at(-1)!.tell([`${path}/${CONFIG}`]);
  match((await project.event("build-failed")).text, /^Cannot (find|read) /);
  strictEqual(await textOf(server.url), "hello\n");
});

Deno.test("another build command or environment builds again", async () => {
  await using project = await serveProject();
  const { server } = project;
  await server.ready;
  await project.save(CONFIG, built(COPY, "environment: {A: b}"));
  deepStrictEqual((await project.event("reconfigured")).applied, [
    "dev.environment",
  ]);
  ok((await project.event("swapped")).steps.build! > 0);
});

Deno.test("a configuration that cannot be served keeps the old app, and reverting it needs no more", async () => {
  await using project = await serveProject();
  const { server } = project;
  await server.ready;
  const dev = "volumes: [{host_path: nowhere, guest_path: /data}]";
  await project.save(CONFIG, built(COPY, dev));
  match((await project.event("build-failed")).text, /nowhere/);
  strictEqual(await textOf(server.url), "hello\n");
  await project.save(CONFIG, built(COPY));
  await project.event("swapped");
  strictEqual(server.state.phase, "ready");
  strictEqual(project.of("reconfigured").length, 0);
});

Deno.test("a file that the configuration names is part of it", async () => {
  await using project = await serveProject({ guest: "kv_get" });
  const { server, path } = project;
  await server.ready;
  await Deno.writeTextFile(`${path}/seed.yaml`, "mykey: first\n");
  const dev =
    "keyvalue: {buckets: {in_memory: {store: in_memory, seed: {file: seed.yaml}}}}";
  await project.save(CONFIG, built(COPY, dev));
  await project.event("swapped");
  strictEqual(await textOf(server.url), "first");
  const watched = project.watchers.at(-1)!;
  ok(watched.options.files.includes(`${path}/seed.yaml`));
  deepStrictEqual(
    project.watchers.map(({ isDisposed }) => isDisposed),
    [true, false],
  );
  await project.save("seed.yaml", "mykey: second\nother: one\n");
  deepStrictEqual((await project.event("swapped", 2)).changed, ["seed.yaml"]);
  const bucket = await server.host.buckets.open("in_memory");
  // A seed is written where a key is absent.
  strictEqual(await textOf(server.url), "first");
  ok(await bucket.exists("other"));
});

Deno.test("a file that the configuration names is watched before it is there", async () => {
  await using project = await serveProject({ guest: "kv_get" });
  const { server } = project;
  await server.ready;
  const dev =
    "keyvalue: {buckets: {in_memory: {store: in_memory, seed: {file: seed.yaml}}}}";
  await project.save(CONFIG, built(COPY, dev));
  match((await project.event("build-failed")).text, /seed\.file/);
  // The old configuration still holds, and nothing but the file is missing.
  await project.save("seed.yaml", "mykey: first\n");
  deepStrictEqual((await project.event("swapped")).changed, ["seed.yaml"]);
  ok(
    project.watchers.at(-1)!.options.files.includes(
      `${project.path}/seed.yaml`,
    ),
  );
  strictEqual(await textOf(server.url), "first");
});

Deno.test("a watch that is switched off follows the configuration alone, and can be switched on", async () => {
  await using project = await serveProject();
  const { server, path } = project;
  await server.ready;
  await project.save(CONFIG, built(COPY, "watch: {enabled: false}"));
  const { applied, restarted } = await project.event("reconfigured");
  deepStrictEqual([applied, restarted], [["dev.watch"], ["watcher"]]);
  const { sources, files } = project.watchers.at(-1)!.options;
  strictEqual(sources, false);
  ok(files.includes(`${path}/${CONFIG}`));
  await project.save(CONFIG, built(COPY));
  await project.event("reconfigured", 2);
  strictEqual(project.watchers.at(-1)!.options.sources, true);
  await project.saveGuest("wasi_mixed");
  await project.event("swapped");
});

Deno.test("a watch that is off at the start follows nothing, and of a component that is served no save when it is switched off", async () => {
  const off = built(COPY, "watch: {enabled: false}");
  await using never = await serveProject({ config: off });
  await never.server.ready;
  strictEqual(never.watchers.length, 0);
  await using project = await serveProject({
    config: built(COPY),
    flags: { component: guestPath("hello"), address: "127.0.0.1:0" },
    build: false,
  });
  await project.server.ready;
  ok(project.watchers.at(-1)!.options.files.includes(guestPath("hello")));
  await project.save(CONFIG, off);
  await project.event("reconfigured");
  ok(!project.watchers.at(-1)!.options.files.includes(guestPath("hello")));
});

Deno.test("other patterns make another watcher", async () => {
  await using project = await serveProject();
  await project.server.ready;
  await project.save(CONFIG, built(COPY, "watch: {exclude: ['*.md']}"));
  const { applied, restarted } = await project.event("reconfigured");
  deepStrictEqual([applied, restarted], [["dev.watch"], ["watcher"]]);
  deepStrictEqual(project.watchers.at(-1)!.options.exclude, ["*.md"]);
  await project.saveGuest("wasi_mixed");
  await project.event("swapped");
});

Deno.test("the server moves to another address while a request is in flight", async (test) => {
  for (const server of ["deno", "node"]) {
    await test.step(server, async () => {
      await using project = await serveProject({
        guest: "echo",
        config: built(COPY, `http_server: ${server}\naddress: 127.0.0.1:0`),
        flags: {},
      });
      await project.server.ready;
      const before = project.server.url;
      const slow = await fetch(`${before}/slow?n=10&ms=20`);
      const port = freePort();
      const dev = `http_server: ${server}\naddress: 127.0.0.1:${port}`;
      await project.save(CONFIG, built(COPY, dev));
      const { applied, restarted } = await project.event("reconfigured");
      deepStrictEqual(applied, ["dev.address"]);
      const url = `http://127.0.0.1:${port}`;
      deepStrictEqual(restarted, [`server, now at ${url}`]);
      strictEqual(project.server.url, url);
      strictEqual(await textOf(`${url}/ignore`), "ignored\n");
      match(await slow.text(), /line 10\n$/);
      strictEqual(await fetch(before).catch(() => "refused"), "refused");
    });
  }
});

Deno.test("a busy address keeps the server where it is", async () => {
  await using taken = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(),
  );
  await using project = await serveProject({
    flags: {},
    config: built(COPY, "address: 127.0.0.1:0"),
  });
  const { server } = project;
  await server.ready;
  const dev = `address: 127.0.0.1:${taken.addr.port}`;
  await project.save(CONFIG, built(COPY, dev));
  match((await project.event("build-failed")).text, /the address is in use/);
  strictEqual(await textOf(server.url), "hello\n");
  await project.save(CONFIG, built(COPY, "address: 127.0.0.1:0"));
  await project.event("reconfigured");
  strictEqual(server.state.phase, "ready");
});

Deno.test("other limits open the server again at the same port", async () => {
  await using project = await serveProject();
  const { server } = project;
  await server.ready;
  const { url } = server;
  strictEqual(await textOf(url), "hello\n");
  await project.save(CONFIG, built(COPY, "http: {max_headers: 2}"));
  deepStrictEqual((await project.event("reconfigured")).applied, ["dev.http"]);
  strictEqual(server.url, url);
  const headers = { "x-a": "1", "x-b": "2", "x-c": "3" };
  const refused = await fetch(url, { headers });
  strictEqual(refused.status, 431);
  await refused.body?.cancel();
});

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

Deno.test("a component that is told of changes hears each once over a swap", async () => {
  await using project = await serveProject({
    guest: "kv_watcher",
    config: built(
      COPY,
      "keyvalue: {buckets: {in_memory: {store: in_memory, watch: true}}}",
    ),
  });
  const { server } = project;
  await server.ready;
  await set(project, "a", "x");
  await project.event("change");
  let isOver = false;
  let count = 0;
  const writing = (async () => {
    while (!isOver) {
      await set(project, `key ${++count}`, "x");
      await project.event("change", 1 + count);
    }
  })();
  await project.save("src/other", "");
  await project.event("swapped");
  await project.save("src/other", "");
  await project.event("swapped", 2);
  isOver = true;
  await writing;
  const changes = project.of("change").map(({ change }) => change);
  strictEqual(changes.length, 1 + count);
  strictEqual(new Set(changes.map(({ key }) => key)).size, 1 + count);
  strictEqual(new Set(changes.map(({ id }) => id)).size, 1 + count);
  // Without a component that takes them, nothing is watched; then again.
  await project.saveGuest("hello");
  await project.event("swapped", 3);
  match((await project.event("warning")).text, /are told to no one/);
  await project.save("src/other", "");
  await project.event("swapped", 4);
  strictEqual(project.of("warning").length, 1);
  await project.saveGuest("kv_watcher");
  await project.event("swapped", 5);
  await set(project, "after", "x");
  await project.event("change", 2 + count);
});
