/**
 * Values in JSON.
 *
 * @module
 */

/** What no line of text holds: a terminal would obey it. */
const UNPRINTABLE = /(?![\t\n\r])[\p{Cc}\p{Bidi_Control}]/u;

/** The text that bytes are; `undefined` if they are none that can be shown. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    return UNPRINTABLE.test(text) ? undefined : text;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** A value in JSON: as text where it is one, else in base64. */
export type JsonValue =
  | { readonly value: string }
  | { readonly base64: string };

/** Bytes as they stand in JSON. */
export function toJson(bytes: Uint8Array<ArrayBuffer>): JsonValue {
  const text = textOf(bytes);
  return text === undefined ? { base64: bytes.toBase64() } : { value: text };
}

/** The bytes that base64 stands for; `undefined` if it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
