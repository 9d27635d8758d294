import assert from "node:assert/strict";
import type { RequestSummary } from "../../api.ts";
import {
  fromServer,
  hold,
  MAX_REQUESTS,
  NO_REQUESTS,
  type RequestList,
  resume,
  withRequests,
} from "./request_list.ts";

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

function ids(requests: RequestList["shown"]): string[] {
  return requests.map(({ id }) => id);
}

const TWO = withRequests(NO_REQUESTS, [request(1), request(2)]);

Deno.test("withRequests() puts the newest on top", () => {
  assert.deepEqual(ids(TWO.shown), ["r2", "r1"]);
  const more = withRequests(TWO, [request(3)]);
  assert.deepEqual(ids(more.shown), ["r3", "r2", "r1"]);
});

Deno.test("withRequests() keeps the order in which requests of one moment came", () => {
  const list = withRequests(NO_REQUESTS, [
    { ...request(1), id: "first" },
    { ...request(1), id: "second" },
  ]);
  const more = withRequests(list, [{ ...request(1), id: "third" }]);
  assert.deepEqual(ids(more.shown), ["third", "second", "first"]);
});

Deno.test("withRequests() changes a request that it knows where it stands", () => {
  const { shown } = withRequests(TWO, [request(1), request(1, 200)]);
  assert.deepEqual(ids(shown), ["r2", "r1"]);
  assert.equal(shown[1]?.status, 200);
});

Deno.test("withRequests() keeps no more than the page can show", () => {
  const many = Array.from(
    { length: MAX_REQUESTS + 10 },
    (_, index) => request(index),
  );
  const { shown } = withRequests(NO_REQUESTS, many);
  assert.equal(shown.length, MAX_REQUESTS);
  assert.equal(shown[0]?.id, `r${MAX_REQUESTS + 9}`);
});

Deno.test("hold() keeps every row in its place until resume()", () => {
  const held = withRequests(hold(TWO), [
    request(3),
    request(2, 404),
    request(3, 200),
  ]);
  assert.deepEqual(ids(held.shown), ["r2", "r1"]);
  assert.equal(held.shown[0]?.status, 404);
  assert.deepEqual(ids(held.waiting), ["r3"]);
  const going = resume(held);
  assert.deepEqual(ids(going.shown), ["r3", "r2", "r1"]);
  assert.deepEqual(going.waiting, []);
  assert.equal(going.held, false);
});

Deno.test("fromServer() forgets what the server has forgotten, but in a held list", () => {
  assert.deepEqual(ids(fromServer(TWO, [request(5)]).shown), ["r5"]);
  const held = fromServer(hold(TWO), [request(5)]);
  assert.deepEqual(ids(held.shown), ["r2", "r1"]);
  assert.deepEqual(ids(held.waiting), ["r5"]);
});
