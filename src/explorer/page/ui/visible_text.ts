/**
 * Text that anybody may have written, so that what is invisible in it can be seen: control
 * characters, marks of direction, spaces that look like others.
 *
 * @module
 */

/** A piece of a text. */
export interface TextPart {
  readonly text: string;
  /** What stands for it, where it cannot be seen or would change how the rest looks. */
  readonly mark?: string;
}

// Controls; format characters, which include direction marks; separators but the plain space;
// what stands alone of a pair; what has no meaning yet.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]|(?! )\p{Zs}/u;

/** What the first control characters are called, in order. */
const CONTROL_NAMES: readonly string[] =
  ("NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI " +
    "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US").split(" ");

/** The text in pieces, in order: joined, their `text` is the whole. */
export function visibleParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let plain = "";
  for (const character of text) {
    if (!INVISIBLE.test(character)) {
      plain += character;
      continue;
    }
    if (plain !== "") parts.push({ text: plain });
    plain = "";
    parts.push({ text: character, mark: markOf(character) });
  }
  if (plain !== "") parts.push({ text: plain });
  return parts;
}

/** The start of a text with no half of a pair at its end. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, isHalf ? length - 1 : length);
}

function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Not the pictures of Unicode: few fonts have them.
  const name = code === 0x7f ? "DEL" : CONTROL_NAMES[code];
  return name ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
