/**
 * The port between the schema and its values: what one scalar of the configuration may
 * be, as words for a message and as JSON Schema, and how it is read.
 *
 * @module
 */

/** A value that is neither a list nor a map. */
export type Scalar = string | number | boolean;

/** The kind of a {@linkcode Scalar}, as messages name it. */
export type ScalarKind = "text" | "number" | "boolean";

/** A piece of a JSON Schema. */
export type JsonSchema = {
  readonly [keyword: string]:
    | Scalar
    | null
    | JsonSchema
    | readonly (Scalar | null | JsonSchema)[];
};

/**
 * How reading a value ended: with the value in its normal form, or with the reason why it
 * is refused; an empty reason where {@linkcode ValueRule.allowed} says it all.
 */
export type Read = { readonly accepted: Scalar } | { readonly refused: string };

/** Turns a relative path into the absolute one that the place it was written in means. */
export type PathResolver = (path: string) => string;

/** What one scalar may be. */
export interface ValueRule {
  /** Completes `allowed is …`; MUST NOT repeat the value, which may be a secret. */
  readonly allowed: string;
  /** The kinds of scalar that {@linkcode ValueRule.read} takes. */
  readonly kinds: readonly ScalarKind[];
  /** The same rule for editors, as near as JSON Schema comes to it. */
  readonly json: JsonSchema;
  /** The value may hold credentials before an `@`, however badly it is written. */
  readonly credentials?: true;
  /** The words to choose from, if there are only a few. */
  readonly words?: readonly string[];
  /** Checks a value of one of {@linkcode ValueRule.kinds}. */
  read(value: Scalar, resolvePath: PathResolver): Read;
}

/** Any text. */
export const TEXT: ValueRule = {
  allowed: "text",
  kinds: ["text"],
  json: { type: "string" },
  read: (value) => ({ accepted: value }),
};

/** A command line for the shell. */
export const COMMAND: ValueRule = {
  allowed: "a shell command",
  kinds: ["text"],
  json: { type: "string", pattern: "\\S" },
  read(value) {
    return String(value).trim() === ""
      ? { refused: "an empty command" }
      : { accepted: value };
  },
};

/** The path of a file or folder; it becomes absolute. */
export const PATH: ValueRule = {
  allowed: "a path",
  kinds: ["text"],
  json: { type: "string", minLength: 1 },
  read(value, resolvePath) {
    const path = String(value);
    if (path === "") return { refused: "an empty path" };
    if (path.includes("\0")) return { refused: "a NUL character" };
    return { accepted: resolvePath(path) };
  },
};

/** `true` or `false`. */
export const BOOLEAN: ValueRule = {
  allowed: "true or false",
  kinds: ["boolean"],
  json: { type: "boolean" },
  read: (value) => ({ accepted: value }),
};

/** The value of an environment variable. */
export const ENVIRONMENT_VALUE: ValueRule = {
  allowed: "text",
  kinds: ["text"],
  json: { type: "string" },
  read(value) {
    return String(value).includes("\0")
      ? { refused: "a NUL character" }
      : { accepted: value };
  },
};

/** A whole number of at least `minimum`, and of at most `maximum` if that is given. */
export function integer(minimum: number, maximum?: number): ValueRule {
  const range = maximum === undefined
    ? `${minimum}`
    : `${minimum} to ${maximum}`;
  return {
    allowed: `a whole number from ${range}`,
    kinds: ["number"],
    json: {
      type: "integer",
      minimum,
      ...(maximum === undefined ? {} : { maximum }),
    },
    read(value) {
      if (typeof value !== "number") return { refused: "" };
      if (value < minimum) return { refused: "too small" };
      if (value > (maximum ?? Number.MAX_SAFE_INTEGER)) {
        return { refused: "too large" };
      }
      return Number.isInteger(value)
        ? { accepted: value }
        : { refused: "not whole" };
    },
  };
}

/** One of a few words. */
export function oneOf(words: readonly string[]): ValueRule {
  return {
    allowed: words.join(", "),
    kinds: ["text"],
    json: { enum: words },
    words,
    read(value) {
      return words.includes(String(value))
        ? { accepted: value }
        : { refused: "" };
    },
  };
}

/** The kind of a scalar. */
export function kindOf(value: Scalar): ScalarKind {
  return typeof value === "string" ? "text" : typeof value as ScalarKind;
}

/**
 * The scalar that a text from the environment or the command line stands for under a
 * rule: a number or boolean where the rule takes one and the text is one, else the text.
 */
export function scalarFromText(text: string, rule: ValueRule): Scalar {
  const trimmed = text.trim();
  if (rule.kinds.includes("boolean") && /^(?:true|false)$/.test(trimmed)) {
    return trimmed === "true";
  }
  if (rule.kinds.includes("number") && /^-?\d+$/.test(trimmed)) {
    return Number(trimmed);
  }
  return text;
}
