/**
 * Tells a key that a person pressed from all else that a terminal sends: arrow keys, what was
 * pasted, replies of the terminal itself.
 *
 * @module
 */

/** Where in an escape sequence the reader is. */
type Place =
  /** In none. */
  | "outside"
  /** Behind ESC. */
  | "escape"
  /** Behind `ESC [`: up to a letter. */
  | "sequence"
  /** Before the one character that ends it. */
  | "last";

/** What stands behind ESC where it is no key. */
const SEQUENCE_STARTS: readonly string[] = ["[", "O", "\x1b"];

/** Reads what a terminal sends, one read at a time. */
export class KeyPresses {
  readonly #decoder = new TextDecoder();
  #place: Place = "outside";

  /**
   * The one key that a read brought, in lower case; `undefined` if it brought none, or several:
   * nobody types that fast. A key that is held down is one.
   */
  read(bytes: Uint8Array): string | undefined {
    const typed = new Set<string>();
    let escaped = false;
    let first = true;
    for (const char of this.#decoder.decode(bytes, { stream: true })) {
      // ESC by itself is a key, which ends with its read; with a letter behind it, it is Alt.
      if (
        first && this.#place === "escape" && !SEQUENCE_STARTS.includes(char)
      ) {
        this.#place = "outside";
      }
      first = false;
      if (this.#skips(char)) escaped = true;
      else typed.add(char.toLowerCase());
    }
    const [key] = typed;
    return typed.size === 1 && !escaped ? key : undefined;
  }

  /** Whether a character belongs to an escape sequence. */
  #skips(char: string): boolean {
    switch (this.#place) {
      case "outside":
        if (char !== "\x1b") return false;
        this.#place = "escape";
        return true;
      case "escape":
        this.#place = placeBehind(char);
        return true;
      case "sequence":
        // A console's function keys are `ESC [ [` and a letter.
        if (char === "[") this.#place = "last";
        else if (/[@-~]/.test(char)) this.#place = "outside";
        return true;
      case "last":
        this.#place = "outside";
        return true;
    }
  }
}

/** What follows a character behind ESC. */
function placeBehind(char: string): Place {
  if (char === "[") return "sequence";
  if (char === "O") return "last";
  return char === "\x1b" ? "escape" : "outside";
}
