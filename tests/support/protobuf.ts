/**
 * As much of protocol buffers as the KV Connect double speaks: numbers and bytes.
 *
 * @module
 */

/** The value of a field. */
export type Value = bigint | Uint8Array;

/** The fields of a message. */
export interface Fields {
  /** The values of a field, in order. */
  of(field: number): Value[];
}

/** Reads a message. */
export function fields(bytes: Uint8Array): Fields {
  const found: [field: number, value: Value][] = [];
  let offset = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[offset++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (offset < bytes.length) {
    const tag = Number(varint());
    if (tag % 8 === 0) found.push([tag >> 3, varint()]);
    else {
      const length = Number(varint());
      found.push([tag >> 3, bytes.subarray(offset, offset += length)]);
    }
  }
  return {
    of: (field) =>
      found.flatMap(([number, value]) => number === field ? [value] : []),
  };
}

/** Writes a message. */
export function message(
  ...written: readonly (readonly [field: number, value: number | Uint8Array])[]
): Uint8Array {
  return concat(
    ...written.flatMap(([field, value]) =>
      typeof value === "number"
        ? [varint(field << 3), varint(value)]
        : [varint(field << 3 | 2), varint(value.length), value]
    ),
  );
}

/** Bytes one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push(rest % 0x80 | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}
