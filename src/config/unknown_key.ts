import type { ConfigIssue } from "./config_error.ts";
import { formatKey, type KeyPath } from "./key_path.ts";
import { byDistance, nearest } from "../nearest.ts";
import type { Place } from "./place.ts";
import { SCHEMA } from "./schema.ts";
import { schemaRows, type Section } from "./schema_node.ts";

/** The most keys that a message lists. */
const MAX_LISTED = 6;

/** How many it lists where there are more than that. */
const LISTED_OF_MANY = 3;

/** The issue of a key that the section does not have. */
export function unknownKey(
  section: Section,
  key: KeyPath,
  place: Place,
): ConfigIssue {
  const name = String(key.at(-1));
  const meant = nearest(name, Object.keys(section.keys)) ?? elsewhere(name);
  return {
    place,
    key,
    problem: "unknown key",
    allowed: sectionKeys(section, name),
    ...(meant === undefined ? {} : { nearest: meant }),
  };
}

/** The keys of a section for a message: all if they are few, else those like a name, or the first ones. */
export function sectionKeys(section: Section, name = ""): string {
  const keys = Object.keys(section.keys);
  if (keys.length <= MAX_LISTED) return keys.join(", ");
  const alike = byDistance(name, keys)
    .filter(({ distance }) => distance <= name.length / 2)
    .map(({ name }) => name);
  const listed = (alike.length > 0 ? alike : keys).slice(0, LISTED_OF_MANY);
  return `${listed.join(", ")} and ${keys.length - listed.length} more`;
}

/** The full path of the key elsewhere in the schema that was likely meant, if it is the only one of its name. */
function elsewhere(name: string): string | undefined {
  const rows = [...schemaRows(SCHEMA)];
  const meant = nearest(name, rows.map(({ key }) => String(key.at(-1))));
  const paths = rows.filter(({ key }) => key.at(-1) === meant)
    .map(({ key }) => formatKey(key));
  return paths.length === 1 ? paths[0] : undefined;
}
