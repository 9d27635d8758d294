import assert from "node:assert/strict";
import { type CoreFunction, promising } from "../jspi.ts";
import {
  LATER,
  prepareTrampolines,
  type WaitingSignature,
} from "./trampolines.ts";

/** Core functions of one instance, whose calls are recorded. */
function makeCore(
  signatures: readonly WaitingSignature[],
  answer: (index: number) => unknown,
  later: () => unknown = () => undefined,
) {
  const calls: unknown[][] = [];
  const core = prepareTrampolines(signatures)({
    begin: signatures.map((_, index) => (...values) => {
      calls.push([index, ...values]);
      return answer(index);
    }),
    wait: later,
  }) as CoreFunction[];
  return { core, calls };
}

const NONE = {
  parameters: ["i32", "i64", "f32", "f64"],
  result: "none",
} as const;
const WORD = { parameters: ["i32"], result: "i32" } as const;

Deno.test("an answer that is there at once suspends nobody: it needs no promise around the call", () => {
  const { core, calls } = makeCore(
    [NONE, WORD],
    (index) => index === 0 ? 0 : 7,
  );
  assert.equal(core[0]!(-1, -2n, 0.5, 0.25), undefined);
  assert.equal(core[1]!(9), 7);
  assert.deepEqual(calls, [[0, -1, -2n, 0.5, 0.25], [1, 9]]);
});

for (const word of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
  Deno.test(`an answer of ${word} is handed on as it is`, () => {
    const { core } = makeCore([WORD], () => word);
    assert.equal((core[0]!(0) as number) >>> 0, word);
  });
}

Deno.test("an answer that comes later suspends the guest until it is there", async () => {
  const coming = Promise.withResolvers<unknown>();
  const { core } = makeCore(
    [NONE, WORD],
    (index) => index === 0 ? LATER.none : LATER.i32,
    () => coming.promise,
  );
  const ended: unknown[] = [];
  const running = [[0, 1, 2n, 3, 4], [1, 1]].map(async ([index, ...values]) => {
    const run = promising(core[Number(index)]!);
    ended.push([index, await run(...values as number[])]);
  });
  await Promise.resolve();
  assert.deepEqual(ended, []);
  coming.resolve(2 ** 32 - 2);
  await Promise.all(running);
  assert.deepEqual(ended, [[0, undefined], [1, -2]]);
});

Deno.test("what the host throws, at once or later, is thrown to the guest", async () => {
  const fault = new TypeError("a fault");
  const now = makeCore([NONE], () => {
    throw fault;
  });
  assert.throws(() => now.core[0]!(0, 0n, 0, 0), fault);
  const later = makeCore([WORD], () => LATER.i32, () => Promise.reject(fault));
  await assert.rejects(promising(later.core[0]!)(0), fault);
});

Deno.test("any number of functions have a module together", () => {
  const signatures = Array.from({ length: 300 }, () => WORD);
  const { core } = makeCore(signatures, (index) => index);
  assert.deepEqual(core.map((call) => call(0)), signatures.map((_, i) => i));
});
