/**
 * Reads the two modules that wit-component puts around a table of host functions: one whose
 * functions only call an entry of its table, and one that fills it. They are read whole, so that
 * nothing else they might do is overlooked.
 *
 * @module
 */

import { BinaryReader } from "./binary_reader.ts";
import { readCoreLayout, SECTION } from "./core_layout.ts";
import { skipValueType } from "./instructions.ts";

/** Core imports have two names, and either may be any text. */
export function importKey(namespace: string, name: string): string {
  return JSON.stringify([namespace, name]);
}

/** A function that does nothing but call an entry of its module's table. */
export interface Shim {
  readonly slot: number;
  /** Its type's text, of parameters and results. */
  readonly type: string;
}

/** The functions of a module that only calls what is in its table. */
export interface Shims {
  /** What the table is exported as. */
  readonly table: string;
  /** By the names of exports. */
  readonly functions: ReadonlyMap<string, Shim>;
}

/** Reads the module between; `undefined` where it has anything else in it. */
export function readShims(
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Shims | undefined {
  const open = openSections(bytes, [
    SECTION.type,
    SECTION.function,
    SECTION.table,
    SECTION.export,
    SECTION.code,
  ]);
  const types = open && readTypes(open(SECTION.type));
  if (open === undefined || types === undefined) return undefined;
  const table = open(SECTION.table);
  if (table.u32() !== 1 || table.byte() !== FUNCREF) return undefined;
  const declared = open(SECTION.function).vector((reader) => reader.u32());
  const code = open(SECTION.code);
  if (code.u32() !== declared.length) return undefined;
  const shims: Shim[] = [];
  for (const type of declared) {
    const slot = readShim(code.section(code.u32()), type, types[type]);
    if (slot === undefined) return undefined;
    shims.push({ slot, type: types[type]!.text });
  }
  let tableName: string | undefined;
  const functions = new Map<string, Shim>();
  const exports = open(SECTION.export);
  for (let count = exports.u32(); count > 0; count--) {
    const name = exports.name();
    const kind = exports.byte();
    const index = exports.u32();
    const shim = shims[index];
    if (kind === KIND.table && tableName === undefined) tableName = name;
    else if (kind === KIND.function && shim !== undefined) {
      functions.set(name, shim);
    } else return undefined;
  }
  return tableName === undefined ? undefined : { table: tableName, functions };
}

/** The table's entry that a function's body calls with all of its parameters, if it is all it does. */
function readShim(
  body: BinaryReader,
  type: number,
  signature: FunctionType | undefined,
): number | undefined {
  if (signature === undefined || body.u32() !== 0) return undefined;
  for (let local = 0; local < signature.parameters; local++) {
    if (body.byte() !== OP.getLocal || body.u32() !== local) return undefined;
  }
  if (body.byte() !== OP.constant) return undefined;
  const slot = body.s33();
  if (
    body.byte() !== OP.callIndirect || body.u32() !== type ||
    body.u32() !== 0 || body.byte() !== OP.end || !body.done
  ) return undefined;
  return slot;
}

/** What an entry is filled with. */
export interface Filled {
  /** The import that is put there. */
  readonly key: string;
  readonly type: string;
}

/** What a module puts into a table. */
export interface Filling {
  /** The import that is the table. */
  readonly table: string;
  readonly slots: ReadonlyMap<number, Filled>;
}

/** Reads the module that fills a table; `undefined` where it does anything else. */
export function readFiller(
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Filling | undefined {
  const open = openSections(bytes, [
    SECTION.type,
    SECTION.import,
    SECTION.element,
  ]);
  const types = open && readTypes(open(SECTION.type));
  if (open === undefined || types === undefined) return undefined;
  const functions: Filled[] = [];
  let table: string | undefined;
  const imports = open(SECTION.import);
  for (let count = imports.u32(); count > 0; count--) {
    const key = importKey(imports.name(), imports.name());
    const kind = imports.byte();
    if (kind === KIND.function) {
      const type = types[imports.u32()];
      if (type === undefined) return undefined;
      functions.push({ key, type: type.text });
    } else if (kind === KIND.table && table === undefined) {
      if (imports.byte() !== FUNCREF) return undefined;
      skipLimits(imports);
      table = key;
    } else return undefined;
  }
  const elements = open(SECTION.element);
  if (
    elements.u32() !== 1 || elements.u32() !== 0 ||
    elements.byte() !== OP.constant
  ) return undefined;
  const first = elements.s33();
  if (elements.byte() !== OP.end) return undefined;
  const slots = new Map<number, Filled>();
  for (const [index, each] of elements.vector((r) => r.u32()).entries()) {
    const filled = functions[each];
    if (filled === undefined) return undefined;
    slots.set(first + index, filled);
  }
  return table === undefined || !elements.done ? undefined : { table, slots };
}

/** Opens a module's sections, if it has each of these once, and but for custom ones no others. */
function openSections(
  bytes: Uint8Array<ArrayBuffer> | undefined,
  ids: readonly number[],
): ((id: number) => BinaryReader) | undefined {
  if (bytes === undefined) return undefined;
  const sections = readCoreLayout(bytes).sections
    .filter(({ id }) => id !== SECTION.custom);
  if (
    sections.length !== ids.length ||
    sections.some(({ id }, index) => id !== ids[index])
  ) return undefined;
  return (id) => {
    const { start, end } = sections.find((section) => section.id === id)!;
    return new BinaryReader(bytes, start, end);
  };
}

interface FunctionType {
  readonly parameters: number;
  /** Equal for equal types. */
  readonly text: string;
}

/** Function types of numbers; `undefined` where there are others. */
function readTypes(reader: BinaryReader): FunctionType[] | undefined {
  const types: FunctionType[] = [];
  for (let count = reader.u32(); count > 0; count--) {
    if (reader.byte() !== FUNCTION_TYPE) return undefined;
    const parameters = readNumberTypes(reader);
    const results = readNumberTypes(reader);
    if (parameters === undefined || results === undefined) return undefined;
    types.push({
      parameters: parameters.length,
      text: `${parameters} -> ${results}`,
    });
  }
  return types;
}

function readNumberTypes(reader: BinaryReader): number[] | undefined {
  const types = reader.vector(() => {
    const type = reader.peek();
    skipValueType(reader);
    return type;
  });
  return types.every((type) => NUMBER_TYPES.has(type)) ? types : undefined;
}

function skipLimits(reader: BinaryReader): void {
  const flags = reader.byte();
  reader.skipLeb();
  if ((flags & 0x01) !== 0) reader.skipLeb();
}

const FUNCREF = 0x70;
const FUNCTION_TYPE = 0x60;
/** i32, i64, f32, f64 */
const NUMBER_TYPES: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c]);
const KIND = { function: 0, table: 1 } as const;
const OP = {
  end: 0x0b,
  callIndirect: 0x11,
  getLocal: 0x20,
  constant: 0x41,
} as const;
