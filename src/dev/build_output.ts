/**
 * Takes what a build command writes: a line at a time as it comes, and its end for the error
 * page. Bounded, whatever the command writes.
 *
 * @module
 */

/** How much is kept, in characters: the end of the output says why a build failed. */
const KEPT_OUTPUT = 256 * 1024;

/** A line that is longer is taken apart. */
const LONGEST_LINE = 64 * 1024;

/** The output of one run. */
export class BuildOutput {
  readonly #onLine: (line: string) => void;
  #lines: string[] = [];
  /** How many of the lines are dropped. */
  #dropped = 0;
  #isWhole = true;
  #size = 0;

  /** @param onLine Takes each line as it comes. */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** The end of what was written; it says so where that is not all. */
  get text(): string {
    const kept = this.#lines.slice(this.#dropped);
    const lines = this.#isWhole
      ? kept
      : ["(the output before this is not kept)", ...kept];
    return lines.map((line) => `${line}\n`).join("");
  }

  /** Takes a stream to its end, or until the reader is cancelled. */
  async follow(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done }))
        .split("\n");
      rest = withoutOverwritten(lines.pop()!);
      for (const line of lines) this.#take(withoutOverwritten(line));
      if (rest.length > LONGEST_LINE || (done && rest !== "")) {
        this.#take(withoutOverwritten(rest));
        rest = "";
      }
      if (done) return;
    }
  }

  #take(text: string): void {
    const line = text.replace(/\r$/, "");
    this.#onLine(line);
    this.#lines.push(line);
    this.#size += line.length + 1;
    while (this.#size > KEPT_OUTPUT) this.#drop();
  }

  #drop(): void {
    this.#isWhole = false;
    this.#size -= this.#lines[this.#dropped++]!.length + 1;
    // Not one at a time: that would move all the others each time.
    if (this.#dropped * 2 < this.#lines.length) return;
    this.#lines = this.#lines.slice(this.#dropped);
    this.#dropped = 0;
  }
}

/**
 * A line as a terminal shows it in the end: a progress bar goes back by `\r` and writes over
 * what it wrote. A `\r` at the end may belong to the newline to come, and stays.
 */
function withoutOverwritten(line: string): string {
  return line.replace(/\r+$/, "\r").replace(/^.*\r(?!$)/s, "");
}
