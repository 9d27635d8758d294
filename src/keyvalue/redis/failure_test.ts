import assert from "node:assert/strict";
import { KeyValueError } from "../store.ts";
import { explain, failureOf, failureOfReply } from "./failure.ts";

Deno.test("failureOfReply() goes by the code word alone", () => {
  const codes: [text: string, code: string][] = [
    ["NOAUTH Authentication required.", "access-denied"],
    ["WRONGPASS whatever the language", "access-denied"],
    ["NOPERM", "access-denied"],
    ["WRONGTYPE Operation against a key", "other"],
    ["OOM command not allowed", "other"],
    ["ERR NOPERM is what this text says", "other"],
    ["no word at all", "other"],
  ];
  for (const [text, code] of codes) {
    assert.equal(failureOfReply(text).code, code, text);
  }
  assert.equal(failureOfReply("ERR value is not an integer").word, "ERR");
  assert.match(
    failureOfReply("READONLY x").state,
    /; use the URL of the primary$/,
  );
});

Deno.test("failureOfReply() repeats no argument", () => {
  const { state } = failureOfReply(
    "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'me' 'secret'",
  );
  assert.doesNotMatch(state, /secret/);
});

Deno.test("failureOf() keeps nothing of an error that carries a password", () => {
  const thrown = Object.assign(new Error("WRONGPASS no"), {
    name: "ReplyError",
    command: { name: "hello", args: ["3", "AUTH", "me", "secret"] },
  });
  const failure = failureOf(thrown);
  const told = explain(failure, { act: 'get "a"', location: "Redis at h" });
  assert.ok(told instanceof KeyValueError);
  assert.equal(told.code, "access-denied");
  assert.doesNotMatch(Deno.inspect(told, { depth: 9 }), /secret/);
});

Deno.test("explain() leaves a fault of ours as it is", () => {
  const fault = new TypeError("x is not a function");
  assert.equal(explain(fault, { act: "get", location: "Redis" }), fault);
});
