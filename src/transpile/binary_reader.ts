/**
 * Reads the primitive encodings of a WebAssembly binary. The bytes are a user's file and
 * may be cut short or damaged, so every read is checked.
 *
 * @module
 */

const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A cursor over a WebAssembly binary. Reading past the end throws `RangeError`. */
export class BinaryReader {
  readonly #bytes: Uint8Array;
  #offset: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
  }

  /** Where the next byte is read, from the start of the file. */
  get offset(): number {
    return this.#offset;
  }

  get done(): boolean {
    return this.#offset >= this.#end;
  }

  byte(): number {
    if (this.#offset >= this.#end) {
      throw new RangeError(
        `Cannot read WebAssembly at byte ${this.#offset}: the file ends too early`,
      );
    }
    return this.#bytes[this.#offset++]!;
  }

  peek(): number {
    const byte = this.byte();
    this.#offset--;
    return byte;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return result;
    }
    throw new RangeError(
      `Cannot read WebAssembly at byte ${this.#offset}: a number is too long`,
    );
  }

  /** A signed LEB128 number of at most 33 bits: a block's type or a heap type. */
  s33(): number {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return (byte & 0x40) === 0 ? result : result - 2 ** (shift + 7);
      }
    }
    throw new RangeError(
      `Cannot read WebAssembly at byte ${this.#offset}: a number is too long`,
    );
  }

  /** Goes past a LEB128 number of any size. */
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  /** A UTF-8 name with its length before it. */
  name(): string {
    const bytes = this.take(this.u32());
    return textDecoder.decode(bytes);
  }

  take(length: number): Uint8Array {
    const start = this.#offset;
    if (length > this.#end - start) {
      throw new RangeError(
        `Cannot read WebAssembly at byte ${start}: the file ends too early`,
      );
    }
    this.#offset += length;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.#end - this.#offset);
  }

  /** A reader of the next `length` bytes; this one goes on behind them. */
  section(length: number): BinaryReader {
    const start = this.#offset;
    this.take(length);
    return new BinaryReader(this.#bytes, start, start + length);
  }

  /** `count` items, the count before them. */
  vector<T>(item: (reader: BinaryReader) => T): T[] {
    const items: T[] = [];
    for (let count = this.u32(); count > 0; count--) items.push(item(this));
    return items;
  }
}
