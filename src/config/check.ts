/**
 * Checks a document against the schema: what passes becomes settings, what does not
 * becomes issues. It never stops at the first one.
 *
 * @module
 */

import type { ConfigIssue } from "./config_error.ts";
import type { DocumentNode, MapNode, ScalarNode } from "./document.ts";
import { type KeyPath, quoted } from "./key_path.ts";
import { isSecretKey, MASK, maskBrokenUrl, maskUrl } from "./mask.ts";
import { nearest } from "../nearest.ts";
import type { Place } from "./place.ts";
import {
  keyOf,
  type Leaf,
  type List,
  type Names,
  type SchemaNode,
  type Section,
} from "./schema_node.ts";
import type { Setting, SettingValue } from "./setting.ts";
import { sectionKeys, unknownKey } from "./unknown_key.ts";
import { kindOf, type PathResolver } from "./value_rule.ts";

/** A key that is set and not supported yet. */
export interface NotSupported {
  readonly key: KeyPath;
  readonly place: Place;
}

/** What a check works with and adds to. */
export interface CheckContext {
  readonly issues: ConfigIssue[];
  readonly notSupported: NotSupported[];
  /** What relative paths of this layer mean. */
  readonly resolvePath: PathResolver;
}

/** Where in the schema a check stands. */
export interface Position {
  readonly key: KeyPath;
  readonly keyPlace: Place;
  /** Nothing below is shown. */
  readonly secret?: boolean;
  /** Nothing below is reported as not supported again. */
  readonly notYet?: boolean;
}

/** After this many issues a document is not looked at further: it is no configuration. */
const MAX_ISSUES = 200;

/** The settings in a document node; `undefined` where nothing is set. They are of use only if no issue was added. */
export function check(
  node: DocumentNode,
  schema: SchemaNode,
  at: Position,
  context: CheckContext,
): Setting | undefined {
  if (node.kind === "scalar" && node.value === null) return undefined;
  let position = at;
  if (schema.secret) position = { ...position, secret: true };
  if (schema.notYet && !at.notYet) {
    position = { ...position, notYet: true };
    if (!isDefault(node, schema)) {
      context.notSupported.push({ key: at.key, place: at.keyPlace });
    }
  }
  switch (schema.kind) {
    case "leaf":
      return checkLeaf(node, schema, position, context);
    case "list":
      return checkList(node, schema, position, context);
    case "names":
      return checkNames(node, schema, position, context);
    case "section":
      return checkSection(node, schema, position, context);
  }
}

function checkLeaf(
  node: DocumentNode,
  { rule }: Leaf,
  at: Position,
  { issues, resolvePath }: CheckContext,
): SettingValue | undefined {
  const secret = at.secret === true || isSecretKey(at.key);
  const issue = {
    place: node.place,
    key: at.key,
    found: foundIn(node, secret, rule.credentials ? maskBrokenUrl : maskUrl),
    allowed: rule.allowed,
  };
  if (node.kind !== "scalar" || node.value === null) {
    issues.push(issue);
    return refused(node.place);
  }
  const fits = node.value !== undefined &&
    rule.kinds.includes(kindOf(node.value));
  const read = rule.read(fits ? node.value : node.source, resolvePath);
  if (!fits && "accepted" in read && rule.kinds.includes("text")) {
    issues.push({ ...issue, remedy: "put quotes around it" });
    return refused(node.place);
  }
  if (!fits || "refused" in read) {
    // A number under a rule for texts is refused by what it lacks, such as a unit.
    const telling = fits || typeof node.value === "number";
    const reason = "refused" in read && telling ? read.refused : "";
    const word = nearest(String(node.value), rule.words ?? []);
    issues.push({
      ...issue,
      ...(reason === "" || secret ? {} : { problem: reason }),
      ...(word === undefined ? {} : { nearest: word }),
    });
    return refused(node.place);
  }
  const { place } = node;
  const written = String(node.value);
  return { kind: "value", value: read.accepted, written, secret, place };
}

function checkList(
  node: DocumentNode,
  { item }: List,
  at: Position,
  context: CheckContext,
): Setting | undefined {
  if (node.kind !== "list") {
    return wrongShape(node, "a list", at, context);
  }
  const items = node.items.flatMap((child, index) => {
    const key = [...at.key, index];
    const position = { ...at, key, keyPlace: child.place };
    const setting = checkPresent(child, item, position, context);
    return setting === undefined ? [] : [setting];
  });
  return { kind: "list", items, place: node.place };
}

function checkNames(
  node: DocumentNode,
  schema: Names,
  at: Position,
  context: CheckContext,
): Setting | undefined {
  if (node.kind !== "map") {
    return wrongShape(node, "a map of names to values", at, context);
  }
  return checkEntries(node, at, context, (name, value, position) => {
    if (schema.environment && !/^[^=\0]+$/.test(name)) {
      context.issues.push({
        place: position.keyPlace,
        key: position.key,
        problem: "not the name of an environment variable",
      });
    }
    return checkPresent(value, schema.item, position, context);
  });
}

function checkSection(
  node: DocumentNode,
  schema: Section,
  at: Position,
  context: CheckContext,
): Setting | undefined {
  if (node.kind !== "map") {
    const keys = sectionKeys(schema);
    return wrongShape(node, `a map of the keys ${keys}`, at, context);
  }
  return checkEntries(node, at, context, (name, value, position) => {
    const known = keyOf(schema, name);
    if (known !== undefined) return check(value, known, position, context);
    context.issues.push(unknownKey(schema, position.key, position.keyPlace));
    return undefined;
  });
}

function checkEntries(
  node: MapNode,
  at: Position,
  context: CheckContext,
  checkEntry: (
    name: string,
    value: DocumentNode,
    position: Position,
  ) => Setting | undefined,
): Setting {
  const seen = new Map<string, Place>();
  const entries = new Map<string, Setting>();
  for (const { key: name, keyPlace, value } of node.entries) {
    if (context.issues.length >= MAX_ISSUES) break;
    const key = [...at.key, name];
    const first = seen.get(name);
    if (first !== undefined) {
      const where = first.kind === "file" ? ` in line ${first.line}` : "";
      const problem = `set twice, first${where}`;
      context.issues.push({ place: keyPlace, key, problem });
      continue;
    }
    seen.set(name, keyPlace);
    const setting = checkEntry(name, value, { ...at, key, keyPlace });
    if (setting !== undefined) entries.set(name, setting);
  }
  return { kind: "table", entries, place: at.keyPlace };
}

/** Checks what must hold a value: in a list and in a user's map, nothing is no way to leave it out. */
function checkPresent(
  node: DocumentNode,
  schema: Leaf | Section,
  at: Position,
  context: CheckContext,
): Setting | undefined {
  if (node.kind === "scalar" && node.value === null && schema.kind === "leaf") {
    const mayBeEmpty = "accepted" in schema.rule.read("", context.resolvePath);
    return wrongShape(
      node,
      schema.rule.allowed,
      at,
      context,
      mayBeEmpty ? { remedy: 'write "" for an empty one' } : {},
    );
  }
  return check(node, schema, at, context);
}

function wrongShape(
  node: DocumentNode,
  allowed: string,
  { key, secret }: Position,
  { issues }: CheckContext,
  rest: Partial<ConfigIssue> = {},
): SettingValue {
  const found = foundIn(node, secret === true || isSecretKey(key));
  issues.push({ place: node.place, key, found, allowed, ...rest });
  return refused(node.place);
}

/** Stands for what an issue was made of, so that no later check calls it absent. */
function refused(place: Place): SettingValue {
  return { kind: "value", value: "", written: "", secret: true, place };
}

function isDefault(node: DocumentNode, schema: SchemaNode): boolean {
  return node.kind === "scalar" && schema.kind === "leaf" &&
    schema.default !== undefined && node.value === schema.default;
}

function foundIn(
  node: DocumentNode,
  secret: boolean,
  mask: (text: string) => string = maskUrl,
): string {
  switch (node.kind) {
    case "list":
      return "a list";
    case "map":
      return "a map";
    case "scalar":
      return foundScalar(node, secret, mask);
  }
}

function foundScalar(
  { value, source }: ScalarNode,
  secret: boolean,
  mask: (text: string) => string,
): string {
  if (value === null) return "nothing";
  if (secret) return MASK;
  if (typeof value === "string") return quoted(mask(value));
  return quoted(source).slice(1, -1);
}
