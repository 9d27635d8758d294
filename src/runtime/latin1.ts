/**
 * Bytes as a text with one character for each, `U+0000` to `U+00FF`, as header values are.
 *
 * @module
 */

/** The bytes of a text. */
export function bytesFrom(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    bytes[index] = text.charCodeAt(index);
  }
  return bytes;
}

/** The reverse of {@linkcode bytesFrom}. */
export function textFrom(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index++) {
    text += String.fromCharCode(bytes[index]!);
  }
  return text;
}
