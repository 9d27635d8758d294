/** Header values as the API sends them, and the text that bytes are. */

/** The text of bytes that are UTF-8; `undefined` for all others. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes,
    );
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The bytes of a header's value, in which the API has one character for each. */
export function headerBytes(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

/** A header's value for reading: UTF-8, as most clients send it, or else Latin-1. */
export function headerText(value: string): string {
  return decodeUtf8(headerBytes(value)) ?? value;
}
