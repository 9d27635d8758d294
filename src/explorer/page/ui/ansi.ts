/**
 * What a program wrote for a terminal, for reading: colours of a terminal as runs of text with a style,
 * all other orders to a terminal left out. Runs are data; the page makes elements of them, never
 * markup.
 *
 * @module
 */

/** The colours that the page has classes for. */
export type AnsiColor =
  | "black"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "white";

/** Text in one style. */
export interface AnsiRun {
  readonly text: string;
  readonly color?: AnsiColor;
  readonly bold?: true;
}

const COLORS: readonly AnsiColor[] = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
];

/**
 * Control sequences and strings of ECMA-48, whole or cut off at the end, and the controls that
 * stand alone: what is left is text, tabs and newlines.
 */
const SEQUENCE =
  // deno-lint-ignore no-control-regex
  /\x1b\[([0-?]*)[ -/]*([@-~]|$)|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[ -/]*(?:[0-~]|$)|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** The runs of a text, none empty. */
export function parseAnsi(output: string): readonly AnsiRun[] {
  // A terminal goes back to the line's beginning: progress bars write it again and again.
  const text = output.replaceAll("\r\n", "\n").replaceAll(/[^\n]*\r/g, "");
  const runs: AnsiRun[] = [];
  let color: AnsiColor | undefined;
  let bold = false;
  const take = (text: string) => {
    if (text === "") return;
    runs.push({
      text,
      ...(color === undefined ? {} : { color }),
      ...(bold ? { bold } : {}),
    });
  };
  let end = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    const [sequence, parameters, final] = match;
    take(text.slice(end, match.index));
    end = match.index + sequence.length;
    if (final === "m") {
      ({ color, bold } = styled(parameters ?? "", color, bold));
    }
  }
  take(text.slice(end));
  return runs;
}

/** The style after "select graphic rendition", ECMA-48, 8.3.117. */
function styled(
  parameters: string,
  color: AnsiColor | undefined,
  bold: boolean,
): { color: AnsiColor | undefined; bold: boolean } {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) [color, bold] = [undefined, false];
    else if (code === 1) bold = true;
    else if (code === 22) bold = false;
    else if (code === 39) color = undefined;
    else if (code >= 30 && code <= 37) color = COLORS[code - 30];
    else if (code >= 90 && code <= 97) color = COLORS[code - 90];
    else if (code === 38 || code === 48) {
      // Of a palette or of three parts: more than the page has, so its own colour stays.
      index += codes[index + 1] === 5 ? 2 : 4;
      if (code === 38) color = undefined;
    }
  }
  return { color, bold };
}
