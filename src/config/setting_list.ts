import { formatKey, type KeyPath } from "./key_path.ts";
import { masked } from "./mask.ts";
import type { Place } from "./place.ts";
import type { SchemaNode, Section } from "./schema_node.ts";
import type { Setting, SettingTable, SettingValue } from "./setting.ts";
import type { Scalar } from "./value_rule.ts";

/** A value of the configuration in use, as it may be shown. */
export interface ShownSetting {
  /** The key path: `dev.address`. */
  readonly key: string;
  /** The value; secrets in it are masked. */
  readonly shown: Scalar;
  /** Where it came from. */
  readonly place: Place;
}

/** Every value that holds, in the order of the schema. */
export function* shownSettings(
  table: SettingTable,
  schema: Section,
  key: KeyPath = [],
): Generator<ShownSetting> {
  for (const [name, node] of Object.entries(schema.keys)) {
    const setting = table.entries.get(name);
    if (setting !== undefined) yield* shownBelow(setting, node, [...key, name]);
  }
}

function* shownBelow(
  setting: Setting,
  schema: SchemaNode,
  key: KeyPath,
): Generator<ShownSetting> {
  if (setting.kind === "value") {
    yield {
      key: formatKey(key),
      shown: shownValue(setting),
      place: setting.place,
    };
  } else if (setting.kind === "list" && schema.kind === "list") {
    for (const [index, item] of setting.items.entries()) {
      yield* shownBelow(item, schema.item, [...key, index]);
    }
  } else if (setting.kind === "table" && schema.kind === "names") {
    for (const [name, entry] of setting.entries) {
      yield* shownBelow(entry, schema.item, [...key, name]);
    }
  } else if (setting.kind === "table" && schema.kind === "section") {
    yield* shownSettings(setting, schema, key);
  }
}

/** A text in its normal form, a path in full; a number as it was written, so that `30s` stays `30s`. */
function shownValue({ value, written, secret }: SettingValue): Scalar {
  if (secret || typeof value === "string") return masked(String(value), secret);
  return String(value) === written ? value : written;
}
