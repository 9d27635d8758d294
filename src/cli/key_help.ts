/**
 * The list of keys in a box that is no wider than the terminal.
 *
 * @module
 */

/** A terminal that is narrower than this gets the list without a box. */
const NARROWEST = 24;

/** The box, or the list alone, in lines of at most `columns` characters. */
export function keyHelp(
  keys: readonly (readonly [key: string, does: string])[],
  columns: number,
): string {
  const boxed = columns >= NARROWEST;
  const room = Math.max(boxed ? columns - 4 : columns, 1);
  const rows = keys.flatMap(([key, does]) => {
    const indent = key.length + 2;
    const [first = "", ...rest] = wrapped(does, Math.max(room - indent, 1));
    return [
      `${key}  ${first}`,
      ...rest.map((line) => " ".repeat(indent) + line),
    ];
  });
  if (!boxed) return rows.join("\n");
  const width = Math.max(...rows.map((row) => row.length));
  return [
    `┌${"─".repeat(width + 2)}┐`,
    ...rows.map((row) => `│ ${row.padEnd(width)} │`),
    `└${"─".repeat(width + 2)}┘`,
  ].join("\n");
}

/** Words in lines; a word that is wider than a line is cut. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}
