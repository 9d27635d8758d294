import assert from "node:assert/strict";
import { closedPort } from "../../../tests/support/echo_servers.ts";
import { type ErrorCode, errorCodeOf } from "./error_code.ts";

function failure(code: unknown): Error {
  return Object.assign(new Error("text that means nothing"), { code });
}

const CASES: readonly [unknown, ErrorCode][] = [
  [failure("ETIMEDOUT"), "timeout"],
  [failure("ENETUNREACH"), "remote-unreachable"],
  [failure("EPIPE"), "connection-reset"],
  [failure("ENOTFOUND"), "name-unresolvable"],
  [failure("EAI_AGAIN"), "temporary-resolver-failure"],
  [failure("EMFILE"), "new-socket-limit"],
  [failure("EWHATEVER"), "unknown"],
  [failure("constructor"), "unknown"],
  [failure(7), "unknown"],
  [new Error("ECONNREFUSED"), "unknown"],
  [undefined, "unknown"],
  [new Deno.errors.NotCapable("no --allow-net"), "access-denied"],
];

for (const [given, expected] of CASES) {
  const label = given instanceof Error && "code" in given ? given.code : given;
  Deno.test(`errorCodeOf() has ${expected} for ${label}`, () => {
    assert.equal(errorCodeOf(given), expected);
  });
}

Deno.test("errorCodeOf() knows a refusal by Deno.connect", async () => {
  const refused: unknown = await Deno.connect({
    hostname: "127.0.0.1",
    port: closedPort(),
  }).catch((error) => error);
  assert.equal(errorCodeOf(refused), "connection-refused");
});
