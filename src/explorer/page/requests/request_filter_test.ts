import assert from "node:assert/strict";
import type { RequestSummary } from "../../api.ts";
import {
  countRequests,
  filterRequests,
  isFiltering,
  NO_FILTER,
  type RequestFilter,
} from "./request_filter.ts";

const REQUESTS: readonly RequestSummary[] = [
  { method: "GET", path: "/Cart?id=1", status: 200, trapped: false },
  { method: "POST", path: "/cart", status: 500, trapped: true },
  { method: "GET", path: "/old", status: 301, trapped: false },
  { method: "GET", path: "/slow", trapped: false },
  { method: "DELETE", path: "/cart", status: 404, trapped: false },
].map((request, index) => ({
  id: `${index}`,
  at: index,
  calls: 0,
  ...request,
}));

const CASES: readonly (readonly [Partial<RequestFilter>, string])[] = [
  [{}, "01234"],
  [{ method: "GET" }, "023"],
  [{ status: "2" }, "0"],
  [{ status: "3" }, "2"],
  [{ status: "4" }, "4"],
  [{ status: "5" }, "1"],
  [{ status: "pending" }, "3"],
  [{ text: "CART" }, "014"],
  [{ text: "id=1" }, "0"],
  [{ trappedOnly: true }, "1"],
  [{ method: "GET", text: "cart" }, "0"],
  [{ method: "GET", trappedOnly: true }, ""],
];

for (const [filter, expected] of CASES) {
  Deno.test(`filterRequests() lets through what fits: ${JSON.stringify(filter)}`, () => {
    const whole = { ...NO_FILTER, ...filter };
    const found = filterRequests(REQUESTS, whole).map(({ id }) => id);
    assert.equal(found.join(""), expected);
    assert.equal(isFiltering(whole), expected !== "01234");
  });
}

Deno.test("countRequests() counts what can be chosen, a chosen method in any case", () => {
  const { methods, statuses, trapped } = countRequests(REQUESTS, "PUT");
  assert.deepEqual([...methods], [
    ["DELETE", 1],
    ["GET", 3],
    ["POST", 1],
    ["PUT", 0],
  ]);
  assert.deepEqual(Object.fromEntries(statuses), {
    "2": 1,
    "3": 1,
    "4": 1,
    "5": 1,
    pending: 1,
  });
  assert.equal(trapped, 1);
});
