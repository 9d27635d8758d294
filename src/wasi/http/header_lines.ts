/**
 * Header lines as guests see them: values as bytes, without the lines of the connection.
 *
 * @module
 */

import type { HeaderLine } from "../../runtime/http_message.ts";
import { type FieldEntry, type Fields, isForbidden } from "./fields.ts";

/** The lines a guest may see, in order, values as bytes. */
export function guestLines(lines: Iterable<HeaderLine>): FieldEntry[] {
  const entries: FieldEntry[] = [];
  for (const [name, value] of lines) {
    if (!isForbidden(name)) entries.push([name, bytesFrom(value)]);
  }
  return entries;
}

/** A guest's lines as a front door sends them. */
export function hostLines(fields: Fields): HeaderLine[] {
  return fields.entries().map(([name, value]) => [name, textFrom(value)]);
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
