/**
 * Writes what is made from the configuration's table: its JSON Schema, and the table of keys in
 * the README. `deno task schema` runs it; tests assert that both files are up to date.
 *
 * @module
 */

import { configJsonSchema } from "../src/config/json_schema.ts";
import { renderKeyTable } from "../src/config/key_table.ts";

/** Where the schema is kept, for the `$schema` comment of a configuration file. */
export const SCHEMA_FILE: URL = new URL(
  "../schema/wharf-config.schema.json",
  import.meta.url,
);

/** Where the table of keys is shown. */
export const README_FILE: URL = new URL("../README.md", import.meta.url);

const START = "<!-- config keys: made by deno task schema -->";
const END = "<!-- end of config keys -->";

/** The text of the schema's file. */
export function renderConfigSchema(): string {
  return JSON.stringify(configJsonSchema(), undefined, 2) + "\n";
}

/**
 * The README with the table as it should be.
 *
 * @throws {TypeError} The README has lost its place for the table.
 */
export function withKeyTable(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) {
    throw new TypeError(
      `Cannot place the table of keys: README.md has no "${START}"`,
    );
  }
  const before = readme.slice(0, start + START.length);
  return `${before}\n\n<!-- deno-fmt-ignore-start -->\n\n${renderKeyTable()}\n\n` +
    `<!-- deno-fmt-ignore-end -->\n\n${readme.slice(end)}`;
}

if (import.meta.main) {
  await Deno.mkdir(new URL(".", SCHEMA_FILE), { recursive: true });
  await Deno.writeTextFile(SCHEMA_FILE, renderConfigSchema());
  const readme = await Deno.readTextFile(README_FILE);
  await Deno.writeTextFile(README_FILE, withKeyTable(readme));
}
