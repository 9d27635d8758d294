import assert from "node:assert/strict";
import { isSecretHeader, secretHeadersOf } from "./secret_headers.ts";

Deno.test("isSecretHeader() knows a name in any case", () => {
  for (
    const name of [
      "Authorization",
      "cookie",
      "PROXY-AUTHORIZATION",
      "Set-Cookie",
    ]
  ) {
    assert.ok(isSecretHeader(name), name);
  }
  assert.ok(!isSecretHeader("content-type"));
});

Deno.test("secretHeadersOf() names each once", () => {
  const lines = [["Cookie", "a"], ["cookie", "b"], ["Host", "c"]] as const;
  assert.deepEqual(secretHeadersOf(lines), ["Cookie"]);
});
