/**
 * Lines on their way to a stream that may be slower than those who write them.
 *
 * @module
 */

/** How many characters wait at most; a reader that stands still must not take all memory. */
const MOST_WAITING = 16 * 2 ** 20;

/**
 * Writes lines in the background: all that came while the last ones were written go together,
 * so that a line costs no call of the system of its own, and none waits for a timer.
 */
export class LineWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #dropped: (count: number) => string;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #length = 0;
  #lost = 0;
  #writing: Promise<void> | undefined;
  #isBroken = false;

  /**
   * @param dropped The line that tells how many there was no room for.
   */
  constructor(
    stream: WritableStream<Uint8Array>,
    dropped: (count: number) => string,
  ) {
    this.#writer = stream.getWriter();
    this.#dropped = dropped;
  }

  /** Writes a line, without waiting for it. */
  write(line: string): void {
    if (this.#isBroken) return;
    if (this.#length + line.length > MOST_WAITING) {
      this.#lost++;
      return;
    }
    this.#length += line.length;
    this.#waiting.push(line);
    this.#writing ??= this.#drain();
  }

  /** Resolves when all lines are written. Never rejects. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    try {
      // The lines of this turn go together.
      await Promise.resolve();
      while (this.#waiting.length > 0) {
        const lines = this.#waiting;
        this.#waiting = [];
        this.#length = 0;
        if (this.#lost > 0) {
          lines.push(this.#dropped(this.#lost));
          this.#lost = 0;
        }
        await this.#writer.write(
          this.#encoder.encode(`${lines.join("\n")}\n`),
        );
      }
    } catch {
      // Whoever read them is gone. Requests are answered all the same.
      this.#isBroken = true;
      this.#waiting = [];
    } finally {
      this.#writing = undefined;
    }
  }
}
