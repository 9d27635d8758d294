/**
 * Bytes as hexadecimal digits: a dump to read, digits to edit.
 *
 * @module
 */

/** Bytes of a line. */
const LINE = 16;

/** Lines of offset, digits and ASCII, as `hexdump -C` has them. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += LINE) {
    const line = bytes.subarray(start, start + LINE);
    const digits = [...line].map(digitsOf);
    const halves = [digits.slice(0, 8).join(" "), digits.slice(8).join(" ")];
    lines.push(
      start.toString(16).padStart(8, "0") + "  " +
        halves.join("  ").padEnd(LINE * 3) + "  " +
        [...line].map(characterOf).join(""),
    );
  }
  return lines.join("\n");
}

/** Digits that {@linkcode parseHex} reads, sixteen bytes a line. */
export function formatHex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += LINE) {
    lines.push(
      [...bytes.subarray(start, start + LINE)].map(digitsOf).join(" "),
    );
  }
  return lines.join("\n");
}

/** The bytes of pairs of digits with any space between them; `undefined` for other text. */
export function parseHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}

function digitsOf(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function characterOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
}
