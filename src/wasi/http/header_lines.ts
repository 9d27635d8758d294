/**
 * The header lines of a request as the client sent them.
 *
 * `Headers` sorts lines by name and joins repeats by commas, which cannot be undone: a comma
 * is also a part of many values. Deno keeps the lines as they came behind a symbol of the
 * `Request`; where that is not found, `Headers` has to do.
 *
 * @module
 */

import { type FieldEntry, isForbidden } from "./fields.ts";

/** Reads the lines a guest may see, in order, values as bytes. */
export type HeaderReader = (request: Request) => FieldEntry[];

/** Finds out how this runtime keeps header lines. */
export function headerReader(): HeaderReader {
  const inner = Object.getOwnPropertySymbols(new Request("http://localhost/"))
    .find((symbol) => symbol.description === "request");
  return (request) => {
    const lines = inner === undefined ? undefined : keptLines(request, inner);
    const entries: FieldEntry[] = [];
    for (const [name, value] of lines ?? request.headers) {
      if (!isForbidden(name)) entries.push([name, bytesFrom(value)]);
    }
    return entries;
  };
}

type HeaderLine = readonly [name: string, value: string];

function keptLines(
  request: Request,
  inner: symbol,
): readonly HeaderLine[] | undefined {
  const kept: unknown = Reflect.get(request, inner);
  if (typeof kept !== "object" || kept === null) return undefined;
  const lines: unknown = Reflect.get(kept, "headerList");
  return Array.isArray(lines) && lines.every(isHeaderLine) ? lines : undefined;
}

function isHeaderLine(line: unknown): line is HeaderLine {
  return Array.isArray(line) && typeof line[0] === "string" &&
    typeof line[1] === "string";
}

/** A value's bytes, one for each character: `Headers` has bytes as `U+0000` to `U+00FF`. */
export function bytesFrom(value: string): Uint8Array {
  const bytes = new Uint8Array(value.length);
  for (let index = 0; index < value.length; index++) {
    bytes[index] = value.charCodeAt(index);
  }
  return bytes;
}

/** The reverse of {@linkcode bytesFrom}. */
export function textFrom(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
