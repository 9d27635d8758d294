import assert from "node:assert/strict";
import { checkedLookup } from "./checked_lookup.ts";
import { makeEgressPolicy } from "./egress.ts";

const POLICY = makeEgressPolicy({
  hosts: [{ host: "*" }],
  lookups: [],
  loopback: "any",
});

/** What a connection to a name that stands for these addresses gets to see. */
async function look(addresses: readonly string[], all = true) {
  const result = Promise.withResolvers<unknown>();
  const refused: string[] = [];
  const found = addresses.map((address) => ({
    address,
    family: address.includes(":") ? 6 : 4,
  }));
  const lookup = checkedLookup(() => Promise.resolve(found), POLICY, 80, {
    refused: (address) => {
      refused.push(address);
      return new RangeError(address);
    },
    done() {},
  });
  lookup("a.example", { all }, (error, address) => {
    result.resolve(error ?? address);
  });
  return { result: await result.promise, refused };
}

Deno.test("checkedLookup() hands on the addresses that are allowed, and no others", async () => {
  const { result } = await look(["10.0.0.1", "1.1.1.1", "::1", "2606:4700::1"]);
  assert.deepEqual(result, [
    { address: "1.1.1.1", family: 4 },
    { address: "2606:4700::1", family: 6 },
  ]);
  assert.equal((await look(["127.0.0.1", "1.1.1.1"], false)).result, "1.1.1.1");
});

Deno.test("checkedLookup() fails where none is allowed, and where there is none", async () => {
  const { result, refused } = await look(["10.0.0.1", "169.254.169.254"]);
  assert.ok(result instanceof RangeError);
  assert.equal(result.message, "10.0.0.1");
  assert.ok(refused.includes("10.0.0.1"));
  const { result: nothing } = await look([]);
  assert.equal(Reflect.get(nothing as object, "code"), "ENOTFOUND");
});
