import assert from "node:assert/strict";
import { camelCase, parseFunctionName, pascalCase } from "./names.ts";

Deno.test("camelCase() and pascalCase() spell WIT names", () => {
  for (
    const [wit, camel, pascal] of [
      ["get", "get", "Get"],
      ["get-random-u64", "getRandomU64", "GetRandomU64"],
      ["DNS-error-payload", "dnsErrorPayload", "DnsErrorPayload"],
      ["input-stream", "inputStream", "InputStream"],
    ]
  ) {
    assert.equal(camelCase(wit!), camel);
    assert.equal(pascalCase(wit!), pascal);
  }
});

Deno.test("parseFunctionName() takes names apart", () => {
  assert.deepEqual(parseFunctionName("open"), {
    kind: "function",
    name: "open",
  });
  assert.deepEqual(parseFunctionName("[constructor]fields"), {
    kind: "constructor",
    resource: "fields",
  });
  assert.deepEqual(parseFunctionName("[method]input-stream.blocking-read"), {
    kind: "method",
    resource: "input-stream",
    name: "blocking-read",
  });
  assert.deepEqual(parseFunctionName("[static]fields.from-list"), {
    kind: "static",
    resource: "fields",
    name: "from-list",
  });
});
