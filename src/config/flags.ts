import { check, type CheckContext } from "./check.ts";
import { formatKey } from "./key_path.ts";
import { SCHEMA } from "./schema.ts";
import { type FlagFacts, type Leaf, schemaRows } from "./schema_node.ts";
import { EMPTY_TABLE, type SettingTable, withSetting } from "./setting.ts";
import { integer, type Scalar, scalarFromText } from "./value_rule.ts";
import { MAX_PORT } from "./address.ts";

/** A flag of the command line that sets something in the configuration. */
export interface ConfigFlag {
  /** Its name without `--`. */
  readonly name: string;
  /** What stands for its value in the help; absent for a switch. */
  readonly value?: string;
  /** What it does, for the help. */
  readonly doc: string;
  /** The key that it overrides. */
  readonly key: string;
}

/** The flag that changes the port of `dev.address` and leaves its host. */
export const PORT_FLAG = {
  name: "port",
  value: "PORT",
  doc: "The port of the address the server listens at; 0 for any free one",
  rule: integer(0, MAX_PORT),
} as const;

interface FlagRow {
  readonly key: readonly string[];
  readonly node: Leaf;
  readonly flag: FlagFacts;
}

/** Every flag that {@linkcode readFlags} takes, in the order of the schema. */
export function configFlags(): readonly ConfigFlag[] {
  return flagRows().flatMap(({ key: path, node, flag }) => {
    const key = formatKey(path);
    const { name } = flag;
    if (flag.sets !== undefined) return [{ name, doc: flag.doc, key }];
    const row = { name, value: flag.value, doc: node.doc, key };
    if (name !== "address") return [row];
    const { name: port, value, doc } = PORT_FLAG;
    return [row, { name: port, value, doc, key }];
  });
}

/** The settings that flags make; `flags` has their names without `--`. */
export function readFlags(
  flags: Readonly<Record<string, Scalar>>,
  context: CheckContext,
): SettingTable {
  const rows = flagRows();
  let table = EMPTY_TABLE;
  for (const [name, given] of Object.entries(flags)) {
    if (name === PORT_FLAG.name) continue;
    const row = rows.find(({ flag }) => flag.name === name);
    if (row === undefined) {
      throw new TypeError(`Cannot read flag "${name}": it sets no key`);
    }
    const { key, node, flag } = row;
    const value = flag.sets ?? given;
    const setting = readFlag(name, value, node, key, context);
    if (setting !== undefined) table = withSetting(table, key, setting);
  }
  return table;
}

/** The port that the flags ask for. */
export function readPortFlag(
  flags: Readonly<Record<string, Scalar>>,
  context: CheckContext,
): number | undefined {
  const given = flags[PORT_FLAG.name];
  if (given === undefined) return undefined;
  const { name, rule, doc } = PORT_FLAG;
  const node: Leaf = { kind: "leaf", rule, doc };
  const setting = readFlag(name, given, node, [], context);
  return setting?.kind === "value" ? Number(setting.value) : undefined;
}

function readFlag(
  name: string,
  given: Scalar,
  node: Leaf,
  key: readonly string[],
  context: CheckContext,
) {
  const place = { kind: "flag", name } as const;
  const value = typeof given === "string"
    ? scalarFromText(given, node.rule)
    : given;
  return check(
    { kind: "scalar", value, source: String(given), place },
    node,
    { key, keyPlace: place },
    context,
  );
}

function flagRows(): readonly FlagRow[] {
  return [...schemaRows(SCHEMA)].flatMap(({ key, node, notYet }) =>
    node.kind === "leaf" && node.flag !== undefined && !notYet
      ? [{ key, node, flag: node.flag }]
      : []
  );
}
