import assert from "node:assert/strict";
import { formatRoute, parseRoute, type Route } from "./routes.ts";

const ROUTES: readonly Route[] = [
  { view: "buckets" },
  { view: "buckets", bucket: "" },
  { view: "buckets", bucket: "cache" },
  { view: "buckets", bucket: "cache", key: "" },
  { view: "buckets", bucket: "~", key: "~" },
  { view: "buckets", bucket: "a/b", key: "../..#?%2F\u0000\u202e<b>" },
  { view: "buckets", bucket: "..", key: "😀" },
  { view: "requests" },
  { view: "requests", id: "1/2" },
  { view: "component" },
];

for (const route of ROUTES) {
  Deno.test(`parseRoute() reads what formatRoute() gives: ${JSON.stringify(route)}`, () => {
    assert.deepEqual(parseRoute(formatRoute(route)), route);
  });
}

Deno.test("formatRoute() takes text that is no Unicode", () => {
  const hash = formatRoute({ view: "buckets", bucket: "a\ud800" });
  assert.deepEqual(parseRoute(hash), { view: "buckets", bucket: "a\ufffd" });
});

Deno.test("formatRoute() gives each route a place of its own", () => {
  assert.equal(new Set(ROUTES.map(formatRoute)).size, ROUTES.length);
});

Deno.test("parseRoute() takes what it does not know for the buckets", () => {
  for (
    const hash of ["", "#", "#/", "#/nothing", "#/buckets/", "#/buckets/%"]
  ) {
    assert.deepEqual(parseRoute(hash), { view: "buckets" }, hash);
  }
});
