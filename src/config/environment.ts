import { check, type CheckContext } from "./check.ts";
import type { ConfigIssue } from "./config_error.ts";
import type { DocumentNode, Reading } from "./document.ts";
import { readJson } from "./json_document.ts";
import { nearest } from "../nearest.ts";
import type { Place } from "./place.ts";
import { SCHEMA } from "./schema.ts";
import { type SchemaNode, schemaRows } from "./schema_node.ts";
import { EMPTY_TABLE, type SettingTable, withSetting } from "./setting.ts";
import { scalarFromText } from "./value_rule.ts";

const PREFIX = "WASH_";

/** Variables of that prefix that are no keys: build commands are given them. */
const NOT_KEYS: readonly string[] = ["WASH_COMPONENT_PATH"];

/** A variable that sets a key. */
export interface EnvironmentRow {
  readonly name: string;
  readonly key: readonly string[];
  readonly node: SchemaNode;
  readonly notYet: boolean;
}

/**
 * Every variable that sets a key: `WASH_` and the key's path in capitals, words parted by
 * `_`. A list is read at commas, a list of maps and a user's map as JSON; a section has
 * none of its own. The names come from the schema, so that `_` inside a key and between
 * keys cannot be mixed up.
 */
export function environmentRows(): readonly EnvironmentRow[] {
  return [...schemaRows(SCHEMA)].flatMap(({ key, node, notYet }) =>
    node.kind === "section"
      ? []
      : [{ name: environmentName(key), key, node, notYet }]
  );
}

/** The variable that sets a key. */
export function environmentName(key: readonly string[]): string {
  const words = key.map((name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_"));
  return PREFIX + words.join("_").toUpperCase();
}

/** What an environment says. */
export interface EnvironmentReading {
  readonly settings: SettingTable;
  readonly warnings: readonly string[];
}

/** The settings in `WASH_*` variables; one that is empty is one that is not set. */
export function readEnvironment(
  env: Readonly<Record<string, string>>,
  context: CheckContext,
): EnvironmentReading {
  const rows = environmentRows();
  const names = rows.map(({ name }) => name);
  const warnings: string[] = [];
  let settings = EMPTY_TABLE;
  for (const [name, text] of Object.entries(env).sort()) {
    if (!name.startsWith(PREFIX) || text === "" || NOT_KEYS.includes(name)) {
      continue;
    }
    const row = rows.find((row) => row.name === name);
    if (row === undefined) {
      warnings.push(unknownVariable(name, names));
      continue;
    }
    const place = { kind: "environment", name } as const;
    const reading = documentOf(text, row.node, place);
    const { key, node } = row;
    context.issues.push(...reading.issues.map((issue) => ({ ...issue, key })));
    if (reading.root === undefined) continue;
    const setting = check(reading.root, markedNode(row), {
      key,
      keyPlace: place,
      secret: node.secret === true,
    }, context);
    if (setting !== undefined) settings = withSetting(settings, key, setting);
  }
  return { settings, warnings };
}

/** A key below one that is not supported yet is not supported either. */
function markedNode({ node, notYet }: EnvironmentRow): SchemaNode {
  return notYet ? { ...node, notYet: true } : node;
}

function unknownVariable(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  const guess = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return `environment variable ${name}: no key has this name${guess}`;
}

function documentOf(text: string, node: SchemaNode, place: Place): Reading {
  if (node.kind === "leaf") {
    const value = scalarFromText(text, node.rule);
    return { root: { kind: "scalar", value, source: text, place }, issues: [] };
  }
  if (node.kind === "list" && node.item.kind === "leaf") {
    const { rule } = node.item;
    const items = text.split(",").map((part): DocumentNode => {
      const value = scalarFromText(part.trim(), rule);
      return { kind: "scalar", value, source: part.trim(), place };
    });
    return { root: { kind: "list", items, place }, issues: [] };
  }
  const reading = readJson({ text, placeAt: () => place });
  const shape = node.kind === "list" ? "a JSON list" : "a JSON object";
  const issues = reading.issues.map(({ place, problem }): ConfigIssue => ({
    place,
    problem: `${problem}; what is read here is ${shape}`,
  }));
  return { ...reading, issues };
}
