import { ok, rejects } from "node:assert/strict";
import { guestPath } from "../../tests/support/guest_app.ts";
import { SpareTranspiler } from "./spare_transpiler.ts";

const WITHOUT_END = new AbortController().signal;

Deno.test("SpareTranspiler ends what it is at when that is not wanted any more, and goes on", async () => {
  using spare = new SpareTranspiler();
  const hello = await Deno.readFile(guestPath("hello"));
  const turn = new AbortController();
  const transpile = spare.take(turn.signal);
  // It is warm, so that the next one is under way in the same turn.
  ok((await transpile(hello)).size > 1);
  const big = transpile(await Deno.readFile(guestPath("every_import")));
  const late = transpile(hello);
  // It is handed to the thread when those who wait have had their turn.
  await new Promise((resolve) => setTimeout(resolve));
  turn.abort();
  await rejects(big, { name: "AbortError" });
  await rejects(late, { name: "AbortError" });
  ok((await spare.take(WITHOUT_END)(hello)).size > 1);
});

Deno.test("SpareTranspiler starts ahead, and not once it is disposed", async () => {
  const hello = await Deno.readFile(guestPath("hello"));
  using spare = new SpareTranspiler();
  spare.warm(hello, 0);
  // Timers of the same length go off in the order they were set.
  await new Promise((resolve) => setTimeout(resolve));
  ok(spare.isWarm);
  using ended = new SpareTranspiler();
  ended.warm(hello, 0);
  ended[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve));
  ok(!ended.isWarm);
});

Deno.test("SpareTranspiler keeps what it has loaded when there was nothing to end", async () => {
  using spare = new SpareTranspiler();
  const hello = await Deno.readFile(guestPath("hello"));
  const turn = new AbortController();
  const transpile = spare.take(turn.signal);
  await transpile(hello);
  const next = spare.take(WITHOUT_END);
  turn.abort();
  await rejects(transpile(hello), { name: "AbortError" });
  ok((await next(hello)).size > 1);
});
