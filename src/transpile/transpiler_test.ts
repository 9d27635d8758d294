import assert from "node:assert/strict";
import { readGuest } from "./_guests.ts";
import { transpile } from "./transpile.ts";
import { startTranspiler } from "./transpiler.ts";

Deno.test("startTranspiler() makes the files that this thread would make", async () => {
  const hello = await readGuest("hello");
  const echo = await readGuest("echo");
  using transpiler = startTranspiler();
  const made = await Promise.all([
    transpiler.transpile(hello),
    transpiler.transpile(echo),
  ]);
  assert.deepEqual(made, [await transpile(hello), await transpile(echo)]);
  assert.ok(hello.length > 0, "the bytes stay the caller's");
});

Deno.test("startTranspiler() says why a component cannot be transpiled, and goes on", async () => {
  const hello = await readGuest("hello");
  using transpiler = startTranspiler();
  const damaged = transpiler.transpile(hello.slice(0, 500));
  const whole = transpiler.transpile(hello);
  await assert.rejects(damaged, { name: /TypeError/, message: /./ });
  assert.ok((await whole).size > 1);
});

Deno.test("startTranspiler() gives up what it is at when it is disposed", async () => {
  const transpiler = startTranspiler();
  const made = transpiler.transpile(await readGuest("hello"));
  transpiler[Symbol.dispose]();
  await assert.rejects(made, { name: "AbortError" });
  const late = transpiler.transpile(await readGuest("hello"));
  await assert.rejects(late, { name: "AbortError" });
});
