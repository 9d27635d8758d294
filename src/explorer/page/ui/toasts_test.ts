import assert from "node:assert/strict";
import { Toasts } from "./toasts.ts";

const texts = (toasts: Toasts) => toasts.shown.value.map(({ text }) => text);

Deno.test("Toasts shows a failure that repeats once, as the newest", () => {
  const toasts = new Toasts();
  for (const text of ["down", "full", "down"]) {
    toasts.add({ kind: "failure", text });
  }
  assert.deepEqual(texts(toasts), ["full", "down"]);
});

Deno.test("Toasts makes room for new ones, and removes by number", () => {
  const toasts = new Toasts();
  const numbers = Array.from(
    { length: 10 },
    (_, index) => toasts.add({ kind: "failure", text: `${index}` }),
  );
  assert.deepEqual(texts(toasts), ["6", "7", "8", "9"]);
  toasts.remove(numbers[8] ?? 0);
  toasts.remove(numbers[0] ?? 0);
  assert.deepEqual(texts(toasts), ["6", "7", "9"]);
});
