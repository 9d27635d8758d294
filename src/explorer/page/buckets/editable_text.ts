/**
 * Text as a field of a browser can hold it: such a field knows one kind of line end.
 *
 * @module
 */

/** Text in a field, and the line ends that it has in the store. */
export interface EditableText {
  readonly text: string;
  readonly lineEnd: "\n" | "\r\n";
}

/** The text for a field; `undefined` where a field would not give it back as it was. */
export function toEditable(text: string): EditableText | undefined {
  if (!text.includes("\r")) return { text, lineEnd: "\n" };
  const withoutPairs = text.replaceAll("\r\n", "");
  if (/[\r\n]/.test(withoutPairs)) return undefined;
  return { text: text.replaceAll("\r\n", "\n"), lineEnd: "\r\n" };
}

/** The text as it goes to the store. */
export function fromEditable({ text, lineEnd }: EditableText): string {
  return lineEnd === "\n" ? text : text.replaceAll("\n", lineEnd);
}
