/**
 * The shapes that the table of keys is written in. Validation, flags, names of environment
 * variables, the JSON Schema and the README's table are all read from that one table.
 *
 * @module
 */

import type { Scalar, ValueRule } from "./value_rule.ts";

/** What is said of a key, whatever its value is. */
export interface KeyFacts {
  /** What the key does, in one sentence without a period, for people. */
  readonly doc: string;
  /** The key is Wharf's own; wash does not know it. */
  readonly own?: true;
  /** The key is checked and then ignored, with a warning; all below it too. */
  readonly notYet?: true;
  /** The entry is not complete without this key. */
  readonly required?: true;
  /** All below it is never shown, whatever it is called. */
  readonly secret?: true;
}

/** A key with one value. */
export interface Leaf extends KeyFacts {
  readonly kind: "leaf";
  readonly rule: ValueRule;
  /** What holds when nobody sets it. */
  readonly default?: Scalar;
  /** The default in words, where it depends on something. */
  readonly defaultText?: string;
  /** The flag that sets it too. */
  readonly flag?: FlagFacts;
}

/** A flag of the command line that sets a key; `name` is without `--`. */
export type FlagFacts =
  | {
    readonly name: string;
    /** What stands for its value in the help: `HOST:PORT`. */
    readonly value: string;
    readonly sets?: undefined;
  }
  /** A switch. */
  | {
    readonly name: string;
    /** The value that it gives the key. */
    readonly sets: Scalar;
    /** What it does, for the help. */
    readonly doc: string;
  };

/** A key with a list. */
export interface List extends KeyFacts {
  readonly kind: "list";
  readonly item: Leaf | Section;
}

/** A key with a map whose names the user chooses. */
export interface Names extends KeyFacts {
  readonly kind: "names";
  readonly item: Leaf | Section;
  /** The names are those of environment variables. */
  readonly environment?: true;
}

/** A key with a closed set of keys below it. */
export interface Section extends KeyFacts {
  readonly kind: "section";
  readonly keys: Readonly<Record<string, SchemaNode>>;
  /** Keys of which one needs the other. */
  readonly together?: readonly [string, string];
}

/** What a key may hold. */
export type SchemaNode = Leaf | List | Names | Section;

/** The facts of a key that are not its kind and its words. */
type Facts<Node> = Partial<Omit<Node, "kind" | "doc">>;

/** A key with one value. */
export function leaf(
  rule: ValueRule,
  doc: string,
  facts: Facts<Leaf> = {},
): Leaf {
  return { kind: "leaf", rule, doc, ...facts };
}

/** A key with a list. */
export function listOf(
  item: Leaf | Section,
  doc: string,
  facts: Facts<List> = {},
): List {
  return { kind: "list", item, doc, ...facts };
}

/** A key with a map whose names the user chooses. */
export function namesTo(
  item: Leaf | Section,
  doc: string,
  facts: Facts<Names> = {},
): Names {
  return { kind: "names", item, doc, ...facts };
}

/** A key with a closed set of keys below it. */
export function section(
  doc: string,
  keys: Readonly<Record<string, SchemaNode>>,
  facts: Facts<Section> = {},
): Section {
  return { kind: "section", keys, doc, ...facts };
}

/** The node of a key in a section, if the section has such a key. */
export function keyOf(node: Section, name: string): SchemaNode | undefined {
  return Object.hasOwn(node.keys, name) ? node.keys[name] : undefined;
}

/** A key that the schema names in full, the names of a user's map aside. */
export interface SchemaRow {
  readonly key: readonly string[];
  readonly node: SchemaNode;
  /** The key, or one above it, is not supported yet. */
  readonly notYet: boolean;
  /** The key, or one above it, is Wharf's own. */
  readonly own: boolean;
}

/** Every key that the schema names in full, in its order; what is inside a list or a user's map has no row. */
export function* schemaRows(
  root: Section,
  above: Omit<SchemaRow, "node"> = { key: [], notYet: false, own: false },
): Generator<SchemaRow> {
  for (const [name, node] of Object.entries(root.keys)) {
    const row = {
      key: [...above.key, name],
      notYet: above.notYet || node.notYet === true,
      own: above.own || node.own === true,
      node,
    };
    yield row;
    if (node.kind === "section") yield* schemaRows(node, row);
  }
}
