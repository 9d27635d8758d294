/** A check of every_import: a function it imports and never names would go untested unseen. */

import { componentWit } from "@bytecodealliance/jco-transpile/wasm-tools";

/** Fails when the component's text lacks the name of a function that it imports. */
export async function assertEveryImportIsNamed(wasm: Uint8Array): Promise<void> {
  const text = new TextDecoder("latin1").decode(wasm);
  const missing = importedFunctions(await componentWit(wasm))
    .filter((name) => !text.includes(name));
  if (missing.length > 0) {
    throw new Error(`Cannot accept every_import: it does not report ${missing.join(", ")}`);
  }
}

/** `interface#function` of all functions in a component's WIT that it imports. */
export function importedFunctions(wit: string): string[] {
  const imported = new Set([...wit.matchAll(/^ {2}import (\S+);$/gm)].map((match) => match[1]));
  const names: string[] = [];
  let package_ = "", version = "", interface_ = "", resource = "";
  for (const line of wit.split("\n")) {
    const found = line.match(/^package ([a-z:-]+)@(\S+) \{$/);
    if (found) [package_, version] = [found[1]!, found[2]!];
    const opened = line.match(/^ {2}interface ([a-z-]+) \{$/);
    if (opened) interface_ = `${package_}/${opened[1]}@${version}`;
    const begun = line.match(/^ {4}resource %?([a-z-]+) \{$/);
    if (begun) resource = begun[1]!;
    if (line === "    }") resource = "";
    if (!imported.has(interface_)) continue;
    if (/^ {6}constructor\(/.test(line) && resource) names.push(`${interface_}#[constructor]${resource}`);
    const named = line.match(/^ {4,6}%?([a-z0-9-]+): (static )?func\(/);
    if (!named) continue;
    const kind = named[2] ? "static" : "method";
    names.push(resource ? `${interface_}#[${kind}]${resource}.${named[1]}` : `${interface_}#${named[1]}`);
  }
  return names;
}
