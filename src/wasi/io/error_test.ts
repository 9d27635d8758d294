import assert from "node:assert/strict";
import { IoError } from "./error.ts";

Deno.test("to-debug-string answers the text and never the cause", () => {
  const error = new IoError("the body broke off", new Error("secret"));
  assert.equal(error.toDebugString(), "the body broke off");
});

Deno.test("an error handle that a guest made up traps", () => {
  const forged: IoError = Object.create(IoError.prototype);
  assert.throws(() => forged.toDebugString(), TypeError);
});
