import {
  type DocumentNode,
  type DocumentSource,
  type MapEntry,
  MAX_DEPTH,
  type Reading,
  tooDeep,
} from "./document.ts";
import type { ConfigIssue } from "./config_error.ts";

/**
 * Reads JSON (RFC 8259), which `JSON.parse` reads without places and without a word on
 * duplicate keys.
 */
export function readJson(source: DocumentSource): Reading {
  const { text } = source;
  if (/^[ \t\r\n]*$/.test(text)) return { issues: [] };
  try {
    return { root: new JsonReader(source).read(), issues: [] };
  } catch (error) {
    if (error instanceof JsonFault) return { issues: [error.issue] };
    throw error;
  }
}

/** Leaves the reader at the first fault; never leaves this file. */
class JsonFault extends Error {
  constructor(readonly issue: ConfigIssue) {
    super(issue.problem);
  }
}

const SPACE = /[ \t\r\n]*/y;
// deno-lint-ignore no-control-regex -- JSON forbids them in a text
const TEXT = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
const WORD = /(?:true|false|null)\b/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;

class JsonReader {
  readonly #source: DocumentSource;
  #offset = 0;

  constructor(source: DocumentSource) {
    this.#source = source;
  }

  read(): DocumentNode {
    const root = this.#value(0);
    this.#take(SPACE);
    if (this.#offset < this.#source.text.length) this.#fail("the end");
    return root;
  }

  #value(depth: number): DocumentNode {
    this.#take(SPACE);
    const place = this.#source.placeAt(this.#offset);
    if (depth > MAX_DEPTH) throw new JsonFault(tooDeep(place));
    if (this.#skip("{")) {
      const entries: MapEntry[] = [];
      this.#members("}", () => entries.push(this.#entry(depth)));
      return { kind: "map", entries, place };
    }
    if (this.#skip("[")) {
      const items: DocumentNode[] = [];
      this.#members("]", () => items.push(this.#value(depth + 1)));
      return { kind: "list", items, place };
    }
    const source = this.#take(TEXT) ?? this.#take(WORD) ?? this.#take(NUMBER);
    if (source === undefined) this.#fail("a value");
    return { kind: "scalar", value: JSON.parse(source), source, place };
  }

  #entry(depth: number): MapEntry {
    this.#take(SPACE);
    const keyPlace = this.#source.placeAt(this.#offset);
    const key = this.#take(TEXT);
    if (key === undefined) this.#fail("a key in double quotes");
    this.#take(SPACE);
    if (!this.#skip(":")) this.#fail('":"');
    return { key: JSON.parse(key), keyPlace, value: this.#value(depth + 1) };
  }

  #members(end: string, member: () => void): void {
    this.#take(SPACE);
    if (this.#skip(end)) return;
    do {
      member();
      this.#take(SPACE);
    } while (this.#skip(","));
    if (!this.#skip(end)) this.#fail(`"," or "${end}"`);
  }

  #skip(char: string): boolean {
    const found = this.#source.text[this.#offset] === char;
    if (found) this.#offset++;
    return found;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#source.text)?.[0];
    this.#offset += match?.length ?? 0;
    return match;
  }

  #fail(expected: string): never {
    throw new JsonFault({
      place: this.#source.placeAt(this.#offset),
      problem: `not valid JSON: expected ${expected}`,
    });
  }
}
