/** In which forms the bytes of a body can be shown, and which says most. */

import { decodeUtf8 } from "./shell_quoting.ts";

/** A way to show bytes. */
export type BodyForm = "json" | "text" | "hex";

/** What can be shown of a body. */
export interface BodyForms {
  /** The first is the best; hex is always there. */
  readonly forms: readonly BodyForm[];
  /** The text, where the bytes are some. */
  readonly text?: string;
  /** The same as JSON with line breaks, where it is whole JSON. */
  readonly json?: string;
}

/**
 * Looks at the bytes themselves: what a client says they are is only what it says.
 *
 * @param whole Whether no bytes are missing behind these.
 */
export function formsOf(bytes: Uint8Array, whole: boolean): BodyForms {
  // What was cut may end within a character.
  const text = decodeUtf8(whole ? bytes : withoutTornEnd(bytes));
  if (text === undefined || text.includes("\0")) return { forms: ["hex"] };
  const json = whole ? prettyJson(text) : undefined;
  return json === undefined
    ? { forms: ["text", "hex"], text }
    : { forms: ["json", "text", "hex"], text, json };
}

/** JSON with line breaks; `undefined` where it is none, or parsing would change what it says. */
function prettyJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // A number or a word alone is as well read as text.
    if (typeof value !== "object" || value === null) return undefined;
    const pretty = JSON.stringify(value, null, 2);
    // Long numbers, repeated names and the like would be shown as what they are not.
    return digestOf(text) === digestOf(pretty) ? pretty : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** JSON's text without space between its parts, and with its strings spelled one way. */
function digestOf(json: string): string {
  return json.replaceAll(
    /("(?:[^"\\]|\\.)*")|\s+/g,
    (_, string?: string) =>
      string === undefined ? "" : JSON.stringify(JSON.parse(string)),
  );
}

/** The bytes up to the last character of UTF-8 that is whole. */
function withoutTornEnd(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
