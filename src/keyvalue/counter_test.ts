import assert from "node:assert/strict";
import { addToCounter, formatCounter, parseCounter } from "./counter.ts";
import { COUNTER_MAX, COUNTER_MIN, KeyValueError } from "./store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("parseCounter() reads decimals, with space around them as echo and editors leave it", () => {
  const read: Record<string, bigint> = {
    "0": 0n,
    "-0": 0n,
    "42": 42n,
    "+42": 42n,
    "-42": -42n,
    "007": 7n,
    "42\n": 42n,
    " \t42\r\n": 42n,
    [String(COUNTER_MAX)]: COUNTER_MAX,
    [String(COUNTER_MIN)]: COUNTER_MIN,
    "18446744073709551615": 2n ** 64n - 1n,
  };
  for (const [text, number] of Object.entries(read)) {
    assert.equal(parseCounter(bytes(text)), number, JSON.stringify(text));
  }
});

Deno.test("parseCounter() reads nothing else", () => {
  for (
    const text of [
      "",
      " ",
      "-",
      "+",
      "+-1",
      "1.0",
      "1 2",
      "0x1",
      "1n",
      "½",
      "NaN",
      "Infinity",
      "\0",
      "1".repeat(65),
    ]
  ) {
    assert.equal(parseCounter(bytes(text)), undefined, JSON.stringify(text));
  }
  assert.equal(
    parseCounter(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1])),
    undefined,
  );
});

Deno.test("formatCounter() writes what parseCounter() reads", () => {
  for (const counter of [0n, 1n, -1n, COUNTER_MAX, COUNTER_MIN]) {
    assert.equal(parseCounter(formatCounter(counter)), counter);
  }
});

Deno.test("addToCounter() takes a sum at the bounds and none beyond", () => {
  assert.equal(addToCounter("key", undefined, COUNTER_MAX), COUNTER_MAX);
  assert.equal(
    addToCounter("key", bytes(String(COUNTER_MIN + 1n)), -1n),
    COUNTER_MIN,
  );
  // wash counts in u64, so its files can hold more than an s64.
  assert.equal(
    addToCounter("key", bytes("9223372036854775808"), -1n),
    COUNTER_MAX,
  );
  for (
    const [value, delta] of [[COUNTER_MAX, 1n], [COUNTER_MIN, -1n], [
      2n ** 63n,
      0n,
    ]] as const
  ) {
    assert.throws(
      () => addToCounter("key", bytes(String(value)), delta),
      KeyValueError,
    );
  }
});

Deno.test("addToCounter() says what to do about a value that is no number", () => {
  assert.throws(() => addToCounter("visits", bytes("many"), 1n), {
    name: "KeyValueError",
    code: "other",
    message:
      'Cannot increment "visits": its value is not a decimal number; set it to one, or delete it to start at 0',
  });
});
