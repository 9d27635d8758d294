import assert from "node:assert/strict";
import { type Parameter, Query } from "./query.ts";

const PARAMETERS: readonly Parameter[] = [
  { name: "key", doc: "the key", required: true, schema: { type: "string" } },
  {
    name: "limit",
    doc: "1 to 10",
    schema: { type: "integer", minimum: 1, maximum: 10 },
  },
  { name: "mode", doc: "a or b", schema: { enum: ["a", "b"] } },
];

const KEYS: readonly [search: string, key: string][] = [
  ["?key=", ""],
  ["?key", ""],
  ["?key=a+b%2Bc", "a b+c"],
  ["?key=..%2F", "../"],
  ["?key=a=b", "a=b"],
  ["?key=%00", "\0"],
  ["?key=%F0%9F%98%80", "\u{1f600}"],
  ["?k%65y=a", "a"],
  ["?&key=a&", "a"],
];

for (const [search, key] of KEYS) {
  Deno.test(`Query.parse() reads ${search}`, () => {
    assert.equal(Query.parse(search, PARAMETERS).text("key"), key);
  });
}

const REFUSED: readonly [search: string, problem: RegExp][] = [
  ["", /"key" is missing; it is the key$/],
  ["?key=a&key=b", /"key" is there twice$/],
  ["?key=a&kye=b", /no parameter "kye"; there are key, limit, mode$/],
  ["?key=%FF", /no UTF-8/],
  ["?key=%ED%A0%80", /no UTF-8/],
  ["?key=%", /no UTF-8/],
  ["?key=a&limit=0", /"limit" is "0"; it is 1 to 10$/],
  ["?key=a&limit=11", /"limit"/],
  ["?key=a&limit=1.5", /"limit"/],
  ["?key=a&limit=", /"limit"/],
  ["?key=a&mode=c", /"mode" is "c"; it is a or b$/],
  ["?key=a&__proto__=b", /no parameter "__proto__"/],
];

for (const [search, problem] of REFUSED) {
  Deno.test(`Query.parse() refuses "${search}"`, () => {
    assert.throws(() => Query.parse(search, PARAMETERS), (error: Error) => {
      assert.match(error.message, problem);
      assert.equal(Reflect.get(error, "code"), "bad-request");
      return true;
    });
  });
}
