/**
 * How a component's binary names its imports and exports.
 *
 * @module
 */

import type { BinaryReader } from "./binary_reader.ts";

/** A name of an import or export, and what the component says of it. */
export interface ExternName {
  readonly name: string;
  /** The interface that stands under the name: `wasi:keyvalue/store@0.2.0-draft`. */
  readonly implemented?: string;
}

/** Binary.md: what can follow a name of the kind that has options. */
const NAME_OPTION = {
  implements: 0x00,
  versionSuffix: 0x01,
  externalId: 0x02,
} as const;

/**
 * Reads a name.
 *
 * @throws {TypeError} It has an option that this reader does not know.
 */
export function readExternName(reader: BinaryReader): ExternName {
  const kind = reader.byte();
  let name = reader.name();
  if (kind !== 0x02) return { name };
  let implemented: string | undefined;
  reader.vector(() => {
    const option = reader.byte();
    const value = reader.name();
    switch (option) {
      case NAME_OPTION.implements:
        implemented = value;
        return;
      case NAME_OPTION.versionSuffix:
        name += value;
        return;
      case NAME_OPTION.externalId:
        return;
      default:
        throw new TypeError(
          `Cannot read component: "${name}" has an unknown option ${option}`,
        );
    }
  });
  return implemented === undefined ? { name } : { name, implemented };
}
