import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { serveProject, textOf } from "../../tests/support/dev_project.ts";
import type { BuildState } from "../explorer/api.ts";
import type { RequestCall } from "./dev_server.ts";
import { exploreProject } from "./explored_project.ts";

const OPTIONS = {
  version: "0.0.0",
  component: () => Promise.resolve(undefined),
};

Deno.test("exploreProject() tells what is served, and each change of that", async () => {
  await using project = await serveProject();
  const { server, path } = project;
  await server.ready;
  const explored = exploreProject(server, OPTIONS);
  const { build, ...status } = explored.status();
  deepStrictEqual(status, {
    version: "0.0.0",
    url: server.url,
    component: `${path}/out.wasm`,
  });
  deepStrictEqual({ ...build, since: 0 }, {
    phase: "ready",
    since: 0,
    serving: true,
  });
  const states: Omit<BuildState, "since">[] = [];
  const listening = new AbortController();
  explored.onBuild(
    ({ since, ...state }) => {
      ok(since > 0);
      states.push(state);
    },
    listening.signal,
  );
  await project.save("src/guest", "/nowhere.wasm");
  const { text } = await project.event("build-failed");
  listening.abort();
  await project.saveGuest("hello");
  await project.event("swapped");
  deepStrictEqual(states, [
    { phase: "building", serving: true },
    { phase: "failed", serving: true, error: text },
  ]);
});

Deno.test("exploreProject() builds again when it is asked to", async () => {
  await using project = await serveProject();
  await project.server.ready;
  const explored = exploreProject(project.server, OPTIONS);
  explored.rebuild();
  deepStrictEqual((await project.event("swapped")).changed, []);
  const [second, first] = explored.builds();
  deepStrictEqual(
    [first!.cause, second!.cause, second!.outcome],
    ["start", "asked for", "swapped"],
  );
  deepStrictEqual(Object.keys(second!.steps), ["build", "start"]);
});

Deno.test("exploreProject() sends requests as a client does", async () => {
  const calls: RequestCall[] = [];
  await using project = await serveProject({
    intercept: ({ url }) =>
      url.endsWith("/_wharf/") ? Promise.resolve(PAGE) : undefined,
    async observe(request, call, next) {
      calls.push(call);
      return await next(request);
    },
  });
  const { server } = project;
  await server.ready;
  strictEqual(await textOf(`${server.url}/_wharf/`), "explorer");
  strictEqual(await textOf(server.url), "hello\n");
  const explored = exploreProject(server, OPTIONS);
  const { id, response } = explored.send({
    method: "GET",
    url: `${server.url}/_wharf/`,
    headers: [],
    body: null,
  }, "1");
  const { status, body } = await response;
  // What is asked before the component is not asked again.
  strictEqual(status, 200);
  strictEqual(new TextDecoder().decode(body as Uint8Array), "hello\n");
  deepStrictEqual(calls, [{ id: "1" }, { id, replayOf: "1" }]);
});

Deno.test("exploreProject() shows the buckets that guests have", async () => {
  await using project = await serveProject({ guest: "kv_get" });
  const { server } = project;
  await server.ready;
  const buckets = exploreProject(server, OPTIONS).buckets();
  const bucket = await buckets.open("in_memory");
  await bucket.set("mykey", new TextEncoder().encode("from outside"));
  strictEqual(await textOf(server.url), "from outside");
});

const PAGE = {
  status: 200,
  headers: [],
  body: new TextEncoder().encode("explorer"),
};
