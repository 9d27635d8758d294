/**
 * Names that wash wrote on a file system that does not keep any two names apart.
 *
 * @module
 */

import { join } from "node:path";
import { decodeName, encodeName, isHashed, type NameRules } from "./names.ts";
import { statOf } from "./stat_of.ts";

/**
 * Renames the files whose names Wharf would not use here, such as `MyKey`, to the names it
 * uses, so that `mykey` does not open `MyKey`. Done once, when the bucket is first found.
 */
export async function adoptNames(
  folder: string,
  rules: NameRules,
): Promise<void> {
  for (const name of await foreignNames(folder, rules)) {
    const target = join(folder, encodeName(name, rules));
    if (await statOf(target) === undefined) {
      await Deno.rename(join(folder, name), target);
    }
  }
}

async function foreignNames(
  folder: string,
  rules: NameRules,
): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || isHashed(name)) continue;
    const text = decodeName(name);
    if (text === name && encodeName(name, rules) !== name) names.push(name);
  }
  return names;
}
