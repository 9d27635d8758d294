/** A check of every_import: a function it imports and never names would go untested unseen. */

import { print } from "@bytecodealliance/jco-transpile/wasm-tools";

/** Fails when the component's text lacks the name of a function that it imports. */
export async function assertEveryImportIsNamed(
  wasm: Uint8Array,
): Promise<void> {
  const text = new TextDecoder("latin1").decode(wasm);
  const imported = await importedFunctions(wasm);
  const missing = imported.filter((name) => !text.includes(name));
  if (imported.length === 0 || missing.length > 0) {
    throw new Error(
      `Cannot accept every_import: of ${imported.length} imports it does not report "${
        missing.join('", "')
      }"`,
    );
  }
}

/** `interface#function` of all functions that the core modules of a component import. */
export async function importedFunctions(wasm: Uint8Array): Promise<string[]> {
  const text = await print(wasm);
  const labels = new Set(
    [...text.matchAll(/\(import "([^"]+)" \(implements /g)]
      .map(([, label]) => label),
  );
  return [...text.matchAll(/\(import "([^"]+)" "([^"]+)" \(func/g)]
    .filter(([, from, name]) =>
      (/^[a-z]+:/.test(from!) || labels.has(from)) &&
      !name!.startsWith("[resource-drop]")
    )
    .map(([, from, name]) => `${from}#${name}`);
}
