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
  const imports = (await print(wasm)).matchAll(
    /\(import "([a-z]+:[^"]+)" "([^"]+)" \(func/g,
  );
  return [...imports]
    .filter(([, , name]) => !name!.startsWith("[resource-drop]"))
    .map(([, interface_, name]) => `${interface_}#${name}`);
}
