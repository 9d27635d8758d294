/**
 * Reads WIT types from the text that the host's tables are written in.
 *
 * @module
 */

/** A WIT type with every name resolved. */
export type WitType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: "list"; readonly element: WitType }
  | { readonly kind: "option"; readonly some: WitType }
  | {
    readonly kind: "result";
    readonly ok: WitType | undefined;
    readonly error: WitType | undefined;
  }
  | { readonly kind: "tuple"; readonly elements: readonly WitType[] }
  | { readonly kind: "record"; readonly fields: readonly WitField[] }
  | { readonly kind: "variant"; readonly cases: readonly WitCase[] }
  | { readonly kind: "enum"; readonly cases: readonly string[] }
  | { readonly kind: "flags"; readonly names: readonly string[] }
  /** Holding a resource hands it over. */
  | { readonly kind: "own"; readonly resource: string }
  | { readonly kind: "borrow"; readonly resource: string };

/** Types that are written by one word. */
export type PrimitiveKind =
  | "bool"
  | "u8"
  | "s8"
  | "u16"
  | "s16"
  | "u32"
  | "s32"
  | "u64"
  | "s64"
  | "f32"
  | "f64"
  | "char"
  | "string";

/** A field of a record, or a parameter. */
export interface WitField {
  readonly name: string;
  readonly type: WitType;
}

/** A case of a variant. */
export interface WitCase {
  readonly name: string;
  readonly type: WitType | undefined;
}

/** A function's type. */
export interface WitFunction {
  readonly parameters: readonly WitField[];
  readonly result: WitType | undefined;
}

const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveKind>([
  "bool",
  "u8",
  "s8",
  "u16",
  "s16",
  "u32",
  "s32",
  "u64",
  "s64",
  "f32",
  "f64",
  "char",
  "string",
]);

function isPrimitive(word: string): word is PrimitiveKind {
  return PRIMITIVES.has(word);
}

/**
 * Reads `func(self: borrow<bucket>, key: string) -> result<bool, error>`.
 *
 * @param types Definitions of the names in it, as `HostInterface.types`.
 * @throws {SyntaxError} The text is no function type; a mistake in a host's table.
 */
export function parseFunction(
  text: string,
  types: Readonly<Record<string, string>>,
): WitFunction {
  const parser = new Parser(text, types);
  parser.expect("func");
  parser.expect("(");
  const parameters = parser.fields(")");
  const result = parser.accept("->") ? parser.type() : undefined;
  parser.end();
  return { parameters, result };
}

class Parser {
  readonly #text: string;
  readonly #types: Readonly<Record<string, string>>;
  readonly #tokens: string[];
  #next = 0;

  constructor(text: string, types: Readonly<Record<string, string>>) {
    this.#text = text;
    this.#types = types;
    this.#tokens = text.match(/->|[A-Za-z_][\w-]*|\S/g) ?? [];
  }

  type(): WitType {
    const word = this.#word();
    if (isPrimitive(word)) return { kind: word };
    switch (word) {
      case "list":
        return { kind: "list", element: this.#inAngles() };
      case "option":
        return { kind: "option", some: this.#inAngles() };
      case "borrow":
        return { kind: "borrow", resource: this.#angledWord() };
      case "tuple":
        this.expect("<");
        return { kind: "tuple", elements: this.#list(">", () => this.type()) };
      case "result":
        return this.#result();
      case "record":
        this.expect("{");
        return { kind: "record", fields: this.fields("}") };
      case "variant":
        this.expect("{");
        return { kind: "variant", cases: this.#list("}", () => this.#case()) };
      case "enum":
        this.expect("{");
        return { kind: "enum", cases: this.#list("}", () => this.#word()) };
      case "flags":
        this.expect("{");
        return { kind: "flags", names: this.#list("}", () => this.#word()) };
      default:
        return this.#named(word);
    }
  }

  fields(close: string): WitField[] {
    return this.#list(close, () => {
      const name = this.#word();
      this.expect(":");
      return { name, type: this.type() };
    });
  }

  accept(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false;
    this.#next++;
    return true;
  }

  expect(token: string): void {
    if (!this.accept(token)) this.#fail(`"${token}" is missing`);
  }

  end(): void {
    if (this.#next < this.#tokens.length) {
      this.#fail("it goes on behind its end");
    }
  }

  #named(name: string): WitType {
    const definition = Object.hasOwn(this.#types, name)
      ? this.#types[name]
      : undefined;
    if (definition === undefined) {
      this.#fail(`the type "${name}" is not defined`);
    }
    if (definition === "resource") return { kind: "own", resource: name };
    const parser = new Parser(definition, this.#types);
    const type = parser.type();
    parser.end();
    return type;
  }

  #result(): WitType {
    if (!this.accept("<")) {
      return { kind: "result", ok: undefined, error: undefined };
    }
    const ok = this.accept("_") ? undefined : this.type();
    const error = this.accept(",") ? this.type() : undefined;
    this.expect(">");
    return { kind: "result", ok, error };
  }

  #case(): WitCase {
    const name = this.#word();
    if (!this.accept("(")) return { name, type: undefined };
    const type = this.type();
    this.expect(")");
    return { name, type };
  }

  #inAngles(): WitType {
    this.expect("<");
    const type = this.type();
    this.expect(">");
    return type;
  }

  #angledWord(): string {
    this.expect("<");
    const word = this.#word();
    this.expect(">");
    return word;
  }

  #list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.accept(close)) {
      if (items.length > 0) this.expect(",");
      items.push(item());
    }
    return items;
  }

  #word(): string {
    const token = this.#tokens[this.#next++];
    if (token === undefined || !/^[A-Za-z]/.test(token)) {
      this.#fail("a name is missing");
    }
    return token;
  }

  #fail(state: string): never {
    throw new SyntaxError(`Cannot read WIT type "${this.#text}": ${state}`);
  }
}
