import assert from "node:assert/strict";
import { NEVER } from "../expiry.ts";
import { packContent, peek, PEEK_BYTES, unpackContent } from "./box.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function pack(
  content: Parameters<typeof packContent>[0],
): Uint8Array<ArrayBuffer> {
  const parts = packContent(content);
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("packContent() leaves an ordinary value as it is", () => {
  const value = bytes("value");
  assert.deepEqual(packContent({ key: undefined, expiresAt: NEVER, value }), [
    value,
  ]);
  assert.deepEqual(unpackContent(value), {
    key: undefined,
    expiresAt: NEVER,
    value,
  });
});

Deno.test("unpackContent() gives back key, expiry and value", () => {
  for (const key of [undefined, "k".repeat(5000), "日本"]) {
    for (
      const expiresAt of [NEVER, 1, 1_800_000_000_000, Number.MAX_SAFE_INTEGER]
    ) {
      for (const value of [bytes(""), bytes("value")]) {
        assert.deepEqual(unpackContent(pack({ key, expiresAt, value })), {
          key,
          expiresAt,
          value,
        });
      }
    }
  }
});

Deno.test("unpackContent() gives an array that is the whole of its buffer", () => {
  const { value } = unpackContent(
    pack({ key: "key", expiresAt: 1, value: bytes("value") }),
  );
  assert.equal(value.buffer.byteLength, 5);
});

Deno.test("packContent() boxes a value that looks like a box", () => {
  const inner = pack({ key: "not the key", expiresAt: 1, value: bytes("x") });
  for (
    const value of [
      inner,
      inner.slice(0, 16),
      inner.slice(0, 20),
      inner.slice(0, 28),
    ]
  ) {
    assert.deepEqual(
      unpackContent(pack({ key: undefined, expiresAt: NEVER, value })),
      {
        key: undefined,
        expiresAt: NEVER,
        value,
      },
    );
  }
});

Deno.test("unpackContent() takes a box that another program cut short for a value", () => {
  const whole = pack({ key: "a key", expiresAt: 1, value: bytes("value") });
  for (const length of [0, 1, 15, 16, 27, 28, 32]) {
    const cut = whole.slice(0, length);
    assert.deepEqual(unpackContent(cut).value, cut, String(length));
  }
});

Deno.test("peek() tells expiry and where the value begins from the first bytes", () => {
  const whole = pack({ key: "key", expiresAt: 1234, value: bytes("value") });
  assert.deepEqual(peek(whole.slice(0, PEEK_BYTES)), {
    expiresAt: 1234,
    valueAt: PEEK_BYTES + 3,
  });
  assert.deepEqual(peek(bytes("value")), { expiresAt: NEVER, valueAt: 0 });
});
