import { MAX_DEPTH } from "./document.ts";

/** Where a key and its value stand in a TOML text, as offsets. */
export interface TomlPosition {
  /** Offset of the key; of the value, for an item of a list. */
  readonly key: number;
  /** Offset of the value; of the key, for a table that headers or dotted keys make. */
  readonly value: number;
  /** Offset after the value; equal to the start for such a table. */
  readonly end: number;
}

/** A path with list items by number, as one string to look up. */
export function positionKey(path: readonly (string | number)[]): string {
  return JSON.stringify(path);
}

/**
 * Where each key and each value of a TOML text stands, which the parser does not tell.
 * The text MUST be valid TOML: this finds its way by brackets, quotes and line ends alone.
 */
export function tomlPositions(
  text: string,
): ReadonlyMap<string, TomlPosition> {
  return new TomlScanner(text).scan();
}

type Path = (string | number)[];

const BARE_KEY = /[\w-]+/y;
const BARE_VALUE = /[^,\]}#\r\n]+/y;
const BLANK = /[ \t]*/y;
const VOID = /(?:[ \t\r\n\uFEFF]|#[^\n]*)*/y;

class TomlScanner {
  readonly #text: string;
  readonly #positions = new Map<string, TomlPosition>();
  /** How many items each `[[list]]` has so far. */
  readonly #items = new Map<string, number>();
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, TomlPosition> {
    let table: Path = [];
    this.#take(VOID);
    while (this.#offset < this.#text.length) {
      if (this.#skip("[[")) {
        table = this.#header(true);
        this.#skip("]]");
      } else if (this.#skip("[")) {
        table = this.#header(false);
        this.#skip("]");
      } else {
        this.#pair(table);
      }
      this.#take(VOID);
    }
    return this.#positions;
  }

  #header(isList: boolean): Path {
    const names = this.#names();
    const path: Path = [];
    for (const [index, { name, at }] of names.entries()) {
      path.push(name);
      this.#record(path, { key: at, value: at, end: at });
      const list = positionKey(path);
      if (isList && index === names.length - 1) {
        this.#items.set(list, (this.#items.get(list) ?? 0) + 1);
      }
      const count = this.#items.get(list);
      if (count !== undefined) {
        path.push(count - 1);
        this.#record(path, { key: at, value: at, end: at });
      }
    }
    return path;
  }

  #pair(table: Path): void {
    const path = [...table];
    const names = this.#names();
    for (const { name, at } of names.slice(0, -1)) {
      path.push(name);
      this.#record(path, { key: at, value: at, end: at });
    }
    const last = names.at(-1);
    this.#skip("=");
    this.#take(BLANK);
    this.#value([...path, last?.name ?? ""], last?.at ?? this.#offset);
  }

  #value(path: Path, key: number | undefined): void {
    const value = this.#offset;
    const close = this.#skip("[") ? "]" : this.#skip("{") ? "}" : undefined;
    if (close === undefined) this.#scalar();
    this.#take(close === undefined ? BLANK : VOID);
    for (let index = 0; close !== undefined && !this.#skip(close); index++) {
      const before = this.#offset;
      if (close === "]") this.#value([...path, index], undefined);
      else this.#pair(path);
      this.#take(VOID);
      this.#skip(",");
      this.#take(VOID);
      if (this.#offset === before) break;
    }
    const end = this.#offset;
    this.#record(path, { key: key ?? value, value, end });
  }

  #scalar(): void {
    const quote = ['"""', "'''", '"', "'"].find((mark) => this.#skip(mark));
    if (quote === undefined) {
      this.#take(BARE_VALUE);
      return;
    }
    while (
      this.#offset < this.#text.length &&
      !this.#text.startsWith(quote, this.#offset)
    ) {
      const escaped = quote.startsWith('"') &&
        this.#text[this.#offset] === "\\";
      this.#offset += escaped ? 2 : 1;
    }
    this.#offset += quote.length;
    // A multi-line text may end with up to two quotes of its own.
    while (quote.length === 3 && this.#skip(quote.charAt(0)));
  }

  #names(): { name: string; at: number }[] {
    const names: { name: string; at: number }[] = [];
    do {
      this.#take(BLANK);
      const at = this.#offset;
      const name = this.#name();
      // Deeper ones are refused later; recording them would take time by their square.
      if (names.length <= MAX_DEPTH) names.push({ name, at });
      this.#take(BLANK);
    } while (this.#skip("."));
    return names;
  }

  #name(): string {
    const start = this.#offset;
    const quote = this.#text[start];
    if (quote !== '"' && quote !== "'") return this.#take(BARE_KEY);
    this.#scalar();
    const source = this.#text.slice(start, this.#offset);
    return quote === '"' ? unescaped(source) : source.slice(1, -1);
  }

  /** The first mention stays: a table is where it is first named. */
  #record(path: Path, position: TomlPosition): void {
    const key = positionKey(path);
    if (!this.#positions.has(key)) this.#positions.set(key, position);
  }

  #skip(mark: string): boolean {
    const found = this.#text.startsWith(mark, this.#offset);
    if (found) this.#offset += mark.length;
    return found;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text)?.[0] ?? "";
    this.#offset += match.length;
    return match;
  }
}

/** A quoted key as TOML reads it: it has the escapes of JSON and `\U`, `\e`, `\x` beside. */
function unescaped(source: string): string {
  return source.slice(1, -1).replace(
    /\\(?:U([0-9A-Fa-f]{8})|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))/g,
    (_, ...codes: (string | undefined)[]) => {
      const code = codes[0] ?? codes[1] ?? codes[2];
      if (code !== undefined) return String.fromCodePoint(parseInt(code, 16));
      const plain = { b: "\b", e: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t" };
      const letter = codes[3] ?? "";
      return plain[letter as keyof typeof plain] ?? letter;
    },
  );
}
