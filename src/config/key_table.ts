import { environmentName } from "./environment.ts";
import { configFlags } from "./flags.ts";
import { formatKey } from "./key_path.ts";
import { SCHEMA } from "./schema.ts";
import {
  type Leaf,
  type SchemaNode,
  type SchemaRow,
  schemaRows,
  type Section,
} from "./schema_node.ts";

/** The keys that Wharf honours as a Markdown table, and those it knows and ignores as a list below. */
export function renderKeyTable(): string {
  const shown = new Map<Section, string>();
  const rows = [...schemaRows(SCHEMA)].flatMap((row) =>
    row.notYet ? [] : withBucketKeys(row, shown)
  );
  return [
    "| key | value | default | flag | what it does |",
    "|---|---|---|---|---|",
    ...rows.map(tableRow),
    "",
    "Each key has an environment variable too: " +
    `\`${environmentName(["dev", "address"])}\` sets \`dev.address\`. ` +
    "Lists are read at commas, maps as JSON.",
    "",
    `Known and not supported yet: ${notSupportedKeys().join(", ")}.`,
  ].join("\n");
}

/** The keys that are checked and then ignored with a warning, those below them left out. */
export function notSupportedKeys(): readonly string[] {
  return [...schemaRows(SCHEMA)]
    .filter(({ node }) => node.notYet)
    .map(({ key }) => `\`${formatKey(key)}\``);
}

/**
 * A section has no value of its own; a user's map of sections is shown with what an entry holds.
 *
 * @param shown Where entries were shown before.
 */
function withBucketKeys(
  row: SchemaRow,
  shown: Map<Section, string>,
): readonly Row[] {
  const { key, node } = row;
  if (node.kind === "section") return [];
  const path = formatKey(key);
  if (node.kind !== "names" || node.item.kind !== "section") {
    return [{ path, node }];
  }
  const entry = `${path}.NAME`;
  const before = shown.get(node.item);
  if (before !== undefined) {
    const doc = `${node.doc}; an entry has the keys of ${before}`;
    return [{ path: entry, node: { ...node.item, doc } }];
  }
  shown.set(node.item, entry);
  return rowsBelow(entry, node.item);
}

function rowsBelow(path: string, { keys }: Section): readonly Row[] {
  return Object.entries(keys).flatMap(([name, node]) =>
    node.kind === "section"
      ? rowsBelow(`${path}.${name}`, node)
      : [{ path: `${path}.${name}`, node }]
  );
}

interface Row {
  readonly path: string;
  readonly node: SchemaNode;
}

function tableRow({ path, node }: Row): string {
  const flags = configFlags().filter(({ key }) => key === path)
    .map(({ name, value }) =>
      `\`--${name}${value === undefined ? "" : ` ${value}`}\``
    );
  const cells = [
    `\`${path}\``,
    valueOf(node),
    node.kind === "leaf" ? defaultOf(node) : "",
    flags.join(", "),
    node.doc,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function valueOf(node: SchemaNode): string {
  switch (node.kind) {
    case "leaf":
      return node.rule.allowed;
    case "list":
      return "a list";
    case "names":
      return "a map of names to text";
    case "section":
      return "a map";
  }
}

function defaultOf(node: Leaf): string {
  if (node.defaultText !== undefined) return node.defaultText;
  return node.default === undefined ? "" : `\`${node.default}\``;
}
