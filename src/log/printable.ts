/**
 * Text that guests, clients and files may have put into a line: a terminal shows it and obeys
 * none of it.
 *
 * @module
 */

/**
 * What a terminal obeys where it should print: control characters, line separators and what
 * turns the direction of writing. Guests, clients and files can put them into a line.
 */
const OBEYED = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** A text on one line, what a terminal would obey written out: `\x1b` for an escape. */
export function printable(text: string): string {
  return text.replace(OBEYED, (char) => {
    if (char === "\n") return "\\n";
    if (char === "\r") return "\\r";
    const code = char.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u{${code}}`;
  });
}

/** A text of several lines, each of them {@linkcode printable}. */
export function printableLines(text: string): string {
  return linesOf(text).map(printable).join("\n");
}

/** A value as JSON on one line, what a terminal would obey written out as JSON has it. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    OBEYED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Lines below the first one stand in, so that none can pass for a line of its own. */
export function indented(text: string): string {
  const [first = "", ...rest] = linesOf(text).map(printable);
  return [first, ...rest.map((line) => `  ${line}`)].join("\n");
}

/** The lines of a text. */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}
