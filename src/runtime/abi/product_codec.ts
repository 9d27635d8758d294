/**
 * Codecs of strings, lists, tuples and records.
 *
 * @module
 */

import { type Codec, lowerFlat } from "./codec.ts";
import type { GuestMemory } from "./guest_memory.ts";

/** How many elements the host takes of one list, whatever the guest's memory could hold. */
const MAX_ELEMENTS = 1 << 20;

/** A codec of what is passed as an offset and a length. */
function spanCodec(
  load: (memory: GuestMemory, offset: number, length: number) => unknown,
  store: (
    memory: GuestMemory,
    value: unknown,
  ) => readonly [offset: number, length: number],
): Codec {
  return {
    size: 8,
    align: 4,
    flat: ["i32", "i32"],
    load: (memory, offset) => {
      const { view } = memory;
      return load(
        memory,
        view.getUint32(offset, true),
        view.getUint32(offset + 4, true),
      );
    },
    store: (memory, offset, value) => {
      const [start, length] = store(memory, value);
      // Only now: allocating may have grown the memory.
      const { view } = memory;
      view.setUint32(offset, start, true);
      view.setUint32(offset + 4, length, true);
    },
    lift: (memory, flat) => {
      const start = Number(flat.values[flat.next++]) >>> 0;
      return load(memory, start, Number(flat.values[flat.next++]) >>> 0);
    },
    lower: () => {
      throw new TypeError("A span is no single core value");
    },
    lowerAll: store,
  };
}

/** Strings, as UTF-8. */
export function stringCodec(): Codec {
  return spanCodec(
    (memory, offset, length) => memory.readString(offset, length),
    (memory, value) => memory.writeString(value as string),
  );
}

/** Lists: bytes as `Uint8Array`, everything else as an array. */
export function listCodec(element: Codec, isBytes: boolean): Codec {
  if (isBytes) {
    return spanCodec(
      (memory, offset, length) => memory.readBytes(offset, length),
      (memory, value) => {
        const bytes = value as Uint8Array;
        return [memory.writeBytes(bytes), bytes.length];
      },
    );
  }
  return spanCodec(
    (memory, offset, count) => loadList(memory, offset, count, element),
    (memory, value) => storeList(memory, value as Iterable<unknown>, element),
  );
}

function loadList(
  memory: GuestMemory,
  offset: number,
  count: number,
  element: Codec,
): unknown[] {
  if (count > MAX_ELEMENTS) {
    throw new RangeError(
      `A list of ${count} elements is longer than ${MAX_ELEMENTS}`,
    );
  }
  memory.checkList(offset, count, element.size, element.align);
  const values: unknown[] = [];
  for (let index = 0; index < count; index++) {
    values.push(element.load(memory, offset + index * element.size));
  }
  return values;
}

function storeList(
  memory: GuestMemory,
  value: Iterable<unknown>,
  element: Codec,
): readonly [offset: number, length: number] {
  const values = [...value];
  const offset = memory.allocate(element.align, values.length * element.size);
  for (const [index, item] of values.entries()) {
    element.store(memory, offset + index * element.size, item);
  }
  return [offset, values.length];
}

/** A field of a record or a tuple: by name or by place. */
export interface RecordField {
  readonly key: string | number;
  readonly codec: Codec;
}

/** Records and tuples: their fields one behind the other, each at its own alignment. */
export function recordCodec(
  fields: readonly RecordField[],
  makeEmpty: () => object,
): Codec {
  const align = Math.max(1, ...fields.map(({ codec }) => codec.align));
  let end = 0;
  const placed = fields.map(({ key, codec }) => {
    const offset = alignTo(end, codec.align);
    end = offset + codec.size;
    return { key, codec, offset };
  });
  return {
    size: alignTo(end, align),
    align,
    flat: fields.flatMap(({ codec }) => codec.flat),
    load: (memory, start) => {
      const value = makeEmpty();
      for (const { key, codec, offset } of placed) {
        Reflect.set(value, key, codec.load(memory, start + offset));
      }
      return value;
    },
    store: (memory, start, value) => {
      for (const { key, codec, offset } of placed) {
        codec.store(memory, start + offset, Reflect.get(value as object, key));
      }
    },
    lift: (memory, flat) => {
      const value = makeEmpty();
      for (const { key, codec } of placed) {
        Reflect.set(value, key, codec.lift(memory, flat));
      }
      return value;
    },
    lower: (memory, value) => {
      const only = placed.find(({ codec }) => codec.flat.length === 1);
      if (only === undefined) {
        throw new TypeError("A record is no single core value");
      }
      return only.codec.lower(memory, Reflect.get(value as object, only.key));
    },
    lowerAll: (memory, value) =>
      placed.flatMap(({ key, codec }) =>
        lowerFlat(codec, memory, Reflect.get(value as object, key))
      ),
  };
}

/** The next multiple of `align`. */
export function alignTo(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}
