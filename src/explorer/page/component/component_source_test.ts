import assert from "node:assert/strict";
import { openPageApi, until } from "../../../../tests/support/page_api.ts";
import type { BuildRecord, BuildState, ComponentReport } from "../../api.ts";
import { ComponentSource } from "./component_source.ts";

const READY: BuildState = { phase: "ready", since: 1, serving: true };

function report(lanes: number): ComponentReport {
  return { components: [], lanes, underWay: [], instanceReuse: 1 };
}

function build(number: number): BuildRecord {
  return {
    number,
    at: 1,
    cause: "start",
    outcome: "swapped",
    steps: {},
    output: "",
  };
}

function nothing(): Response {
  return Response.json(
    { title: "", status: 404, detail: "", code: "not-found" },
    { status: 404, headers: { "content-type": "application/problem+json" } },
  );
}

function isFor(request: Request, route: string): boolean {
  return new URL(request.url).pathname === `/${route}`;
}

Deno.test("ComponentSource reads component and builds again with each build", async () => {
  let count = 0;
  await using api = openPageApi((request) => {
    if (isFor(request, "builds")) return Response.json([build(count)]);
    return count === 0 ? nothing() : Response.json(report(count));
  });
  const closed = new AbortController();
  const source = new ComponentSource(api.session);
  assert.equal(source.report.value, undefined);
  source.follow(closed.signal);
  await until(source.report, (report) => report === null);
  await until(source.builds, (builds) => builds?.[0]?.number === 0);
  count = 2;
  api.tell("build", READY);
  await until(source.report, (report) => report?.lanes === 2);
  await until(source.builds, (builds) => builds?.[0]?.number === 2);
  assert.deepEqual(api.failures, []);
  closed.abort();
});

Deno.test("ComponentSource does not take an answer that was overtaken for the newest", async () => {
  const asked = Promise.withResolvers<void>();
  const late = Promise.withResolvers<Response>();
  const answers = [late.promise, Promise.resolve(Response.json(report(2)))];
  await using api = openPageApi((request) => {
    if (isFor(request, "builds")) return Response.json([]);
    asked.resolve();
    return answers.shift() ?? nothing();
  });
  const source = new ComponentSource(api.session);
  const first = source.read();
  await asked.promise;
  await source.read();
  assert.equal(source.report.value?.lanes, 2);
  late.resolve(Response.json(report(1)));
  await first;
  assert.equal(source.report.value?.lanes, 2);
});

Deno.test("ComponentSource tells of a rebuild that is refused", async () => {
  await using api = openPageApi((request) =>
    new Response(null, { status: request.method === "POST" ? 500 : 404 })
  );
  await new ComponentSource(api.session).rebuild();
  assert.equal(api.failures.length, 1);
});
