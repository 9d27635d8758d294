/**
 * Reads DWARF: little-endian numbers, LEB128 and text. The bytes are the guest's own, so every
 * read is checked.
 *
 * @module
 */

const decoder = new TextDecoder();

/** A place in a section. Reading past the end throws `RangeError`. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly end: number;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.offset = offset;
    this.end = end;
    if (offset < 0 || end > bytes.length || offset > end) throw outside(offset);
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  i8(): number {
    return this.#view.getInt8(this.skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** A number of so many bits; what is too large to be exact is no place in a file anyway. */
  unsigned(bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) {
      value += this.u8() * 256 ** index;
    }
    return value;
  }

  /** An unsigned LEB128 number. */
  uleb(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError(
      `Cannot read DWARF at byte ${this.offset}: a number is too long`,
    );
  }

  /** A signed LEB128 number. */
  sleb(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return (byte & 0x40) === 0 ? value : value - 2 ** (shift + 7);
      }
    }
    throw new RangeError(
      `Cannot read DWARF at byte ${this.offset}: a number is too long`,
    );
  }

  /** A text that ends with a zero. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.offset);
    if (end < 0 || end >= this.end) throw outside(this.offset);
    const start = this.skip(end + 1 - this.offset);
    return decoder.decode(this.#bytes.subarray(start, end));
  }

  /** A text of a known length. */
  sizedText(length: number): string {
    const start = this.skip(length);
    return decoder.decode(this.#bytes.subarray(start, this.offset));
  }

  /** Goes on behind so many bytes; returns where they begin. */
  skip(count: number): number {
    const start = this.offset;
    if (count > this.end - start) throw outside(start);
    this.offset += count;
    return start;
  }

  /** A cursor over the next bytes; this one goes on behind them. */
  section(length: number): Cursor {
    const start = this.skip(length);
    return new Cursor(this.#bytes, start, start + length);
  }
}

function outside(offset: number): RangeError {
  return new RangeError(
    `Cannot read DWARF at byte ${offset}: the section ends too early`,
  );
}
