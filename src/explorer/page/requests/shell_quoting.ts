/**
 * Words of a command for a POSIX shell, from any bytes: `$'…'` is not in `sh`, so what cannot
 * stand in quotes goes through `printf`.
 *
 * @module
 */

import { decodeUtf8 } from "./byte_text.ts";

/**
 * What must not stand in a command as it is: control characters act on the terminal that they
 * are pasted into, and marks of direction show another command than the one that runs.
 */
const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/;

/** What `printf` and every shell take for themselves. `!` is history, also in double quotes. */
const PLAIN_BYTE = /[A-Za-z0-9 _.,:;/=+@()<>{}|&*?#~-]/;

/** Whether text can stand in a command as it is, between quotes. */
export function isSafeText(text: string): boolean {
  return !UNSAFE.test(text);
}

/** Text between single quotes, within which a shell knows nothing but their end. */
export function quoteText(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A word of any bytes but NUL, which no argument can have, and without a newline at its end. */
export function quoteBytes(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== undefined && isSafeText(text)) return quoteText(text);
  let format = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    format += PLAIN_BYTE.test(character)
      ? character
      : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  // `%` and `\` are octal like all else, so the format means only its bytes; a dash in front
  // would be an option of printf.
  return `"$(printf '${format.replace(/^-/, "\\055")}')"`;
}
