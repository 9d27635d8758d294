/**
 * A text of at most `length` characters. What is left out is let go of: a part of a string
 * would keep the whole of it in memory, and guests write strings as long as theirs.
 */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const bytes = new TextEncoder().encode(text.slice(0, length - 1));
  return `${new TextDecoder().decode(bytes)}…`;
}
