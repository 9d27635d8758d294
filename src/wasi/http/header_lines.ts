/**
 * Header lines as guests see them: values as bytes, without the lines of the connection.
 *
 * @module
 */

import type { HeaderLine } from "../../runtime/http_message.ts";
import { bytesFrom, textFrom } from "../../runtime/latin1.ts";
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
