import assert from "node:assert/strict";
import { openPageApi, until } from "../../../../tests/support/page_api.ts";
import type { RequestSummary } from "../../api.ts";
import { RequestFeed } from "./request_feed.ts";
import { RequestSource } from "./request_source.ts";

function request(at: number, status?: number): RequestSummary {
  return {
    id: `r${at}`,
    at,
    method: "GET",
    path: `/${at}`,
    calls: 0,
    trapped: false,
    ...(status === undefined ? {} : { status }),
  };
}

Deno.test("RequestFeed puts what was told while the list came on top of it", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  await using api = openPageApi(() => {
    asked.resolve();
    return answer.promise;
  });
  const closed = new AbortController();
  const feed = new RequestFeed(api.session);
  feed.follow(closed.signal);
  await asked.promise;
  api.tell("request", request(2, 200));
  api.tell("request", request(3));
  assert.equal(feed.loaded.value, false);
  answer.resolve(Response.json([request(2), request(1, 200)]));
  const { shown } = await until(feed.list, ({ shown }) => shown.length === 3);
  assert.deepEqual(shown.map(({ id }) => id), ["r3", "r2", "r1"]);
  assert.equal(shown[1]?.status, 200);
  closed.abort();
});

Deno.test("RequestFeed asks again when the stream was lost, and forgets what the server forgot", async () => {
  const lists = [[request(1)], [request(7)]];
  await using api = openPageApi(() => Response.json(lists.shift() ?? []));
  const closed = new AbortController();
  const feed = new RequestFeed(api.session);
  feed.follow(closed.signal);
  await until(feed.list, ({ shown }) => shown[0]?.id === "r1");
  api.stream.value = "lost";
  api.stream.value = "open";
  const { shown } = await until(
    feed.list,
    ({ shown }) => shown[0]?.id === "r7",
  );
  assert.equal(shown.length, 1);
  assert.deepEqual(lists, []);
  closed.abort();
});

Deno.test("RequestFeed keeps the list and tells of it when it cannot be cleared", async () => {
  await using api = openPageApi(({ method }) =>
    method === "GET"
      ? Response.json([request(1)])
      : new Response(null, { status: 500 })
  );
  const closed = new AbortController();
  const feed = new RequestFeed(api.session);
  feed.follow(closed.signal);
  await until(feed.list, ({ shown }) => shown.length === 1);
  await feed.clear();
  assert.equal(feed.list.value.shown.length, 1);
  assert.equal(api.failures.length, 1);
  closed.abort();
});

Deno.test("RequestSource reads again what changed while it was read", async () => {
  let answers = 0;
  const first = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using api = openPageApi(async () => {
    if (++answers === 1) {
      asked.resolve();
      await first.promise;
    }
    return Response.json({ ...request(1), calls: answers });
  });
  const closed = new AbortController();
  const source = new RequestSource(api.session, "r1");
  source.follow(closed.signal);
  await asked.promise;
  for (let i = 0; i < 10; i++) api.tell("request", request(1));
  api.tell("request", request(2));
  first.resolve();
  const known = await until(
    source.known,
    (known) => known.state === "known" && known.detail.calls === 2,
  );
  assert.equal(known.state, "known");
  assert.equal(answers, 2);
  closed.abort();
});

Deno.test("RequestSource says when the server has forgotten a request", async () => {
  await using api = openPageApi(() =>
    Response.json({ code: "not-found", detail: "", title: "", status: 404 }, {
      status: 404,
      headers: { "content-type": "application/problem+json" },
    })
  );
  const closed = new AbortController();
  const source = new RequestSource(api.session, "r1");
  source.follow(closed.signal);
  await until(source.known, ({ state }) => state === "forgotten");
  assert.deepEqual(api.failures, []);
  closed.abort();
});
