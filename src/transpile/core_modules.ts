/**
 * The core modules that lie in a component's file, without what Wharf adds to them.
 *
 * @module
 */

import { BinaryReader } from "./binary_reader.ts";
import { SECTION, SORT } from "./component.ts";

/** A core module in a component. */
export interface CoreModuleFacts {
  /** As the component's name section has it; else its number, from 1. */
  readonly name: string;
  /** Its bytes. */
  readonly size: number;
}

/** Binary.md: sections that {@linkcode SECTION} has no use for. */
const CUSTOM = 0;
const CORE_MODULE = 1;

/** Binary.md: what a name section can name. */
const NAMES_OF_SORT = 1;
const SORT_CORE_MODULE = 0x11;

/**
 * A component's core modules, the largest first; those of components inside it, too.
 *
 * @throws {RangeError} The bytes are damaged.
 */
export function listCoreModules(bytes: Uint8Array): readonly CoreModuleFacts[] {
  const modules = modulesOf(new BinaryReader(bytes));
  return modules.map(({ name, size }, index) => ({
    name: name ?? `core module ${index + 1}`,
    size,
  })).sort((a, b) => b.size - a.size);
}

interface FoundModule {
  readonly name: string | undefined;
  readonly size: number;
}

/** @param reader A component, from its magic number to its end. */
function modulesOf(reader: BinaryReader): readonly FoundModule[] {
  reader.take(8);
  const sizes: number[] = [];
  const inner: FoundModule[] = [];
  let names: ReadonlyMap<number, string> = new Map();
  while (!reader.done) {
    const id = reader.byte();
    const size = reader.u32();
    const section = reader.section(size);
    switch (id) {
      case CUSTOM:
        if (section.name() === "component-name") names = readNames(section);
        break;
      case CORE_MODULE:
        sizes.push(size);
        break;
      case SECTION.component:
        inner.push(...modulesOf(section));
        break;
    }
  }
  return [
    ...sizes.map((size, index) => ({ name: names.get(index), size })),
    ...inner,
  ];
}

/** Names of core modules by their index; none where the section is damaged, as it means nothing. */
function readNames(reader: BinaryReader): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  try {
    while (!reader.done) {
      const id = reader.byte();
      const content = reader.section(reader.u32());
      if (id !== NAMES_OF_SORT) continue;
      if (content.byte() !== SORT.core) continue;
      if (content.byte() !== SORT_CORE_MODULE) continue;
      content.vector(() => names.set(content.u32(), content.name()));
    }
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) {
      throw error;
    }
  }
  return names;
}
