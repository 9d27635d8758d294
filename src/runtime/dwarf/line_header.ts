/**
 * The head of a line table: how its program is coded, and which files it speaks of.
 *
 * Source: the DWARF standard, versions 4 and 5, section 6.2.4.
 *
 * @module
 */

import { Cursor } from "./cursor.ts";

/** The sections that line tables stand in, or point into. */
export interface LineSections {
  readonly line: Uint8Array;
  /** `.debug_line_str`, of version 5. */
  readonly lineText: Uint8Array;
  /** `.debug_str`. */
  readonly text: Uint8Array;
}

/** What is to be known to run a line table's program. */
export interface LineHeader {
  readonly minInstructionLength: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** How many operands each standard opcode has; the first is of opcode 1. */
  readonly operands: readonly number[];
  /** Paths by the number that the program calls a file by. */
  readonly files: readonly (string | undefined)[];
  readonly program: Cursor;
}

/**
 * Reads one table's head, and goes to the next table.
 *
 * @returns `undefined` for a table of a version or a coding that is not known here.
 * @throws {RangeError} The section is damaged.
 */
export function readLineHeader(
  section: Cursor,
  sections: LineSections,
): LineHeader | undefined {
  let length = section.u32();
  const is64 = length === 0xffffffff;
  if (is64) length = section.unsigned(8);
  const table = section.section(length);
  const offsetSize = is64 ? 8 : 4;
  const version = table.u16();
  if (version < 2 || version > 5) return undefined;
  if (version === 5) table.skip(2); // the sizes of addresses and of segment selectors
  const head = table.section(table.unsigned(offsetSize));
  const minInstructionLength = head.u8();
  // WebAssembly has one operation an instruction; more are for machines that pack them.
  if (version >= 4 && head.u8() !== 1) return undefined;
  head.skip(1); // whether a row is a statement
  const lineBase = head.i8();
  const lineRange = head.u8();
  const opcodeBase = head.u8();
  if (lineRange === 0 || opcodeBase === 0) return undefined;
  const operands: number[] = [];
  for (let opcode = 1; opcode < opcodeBase; opcode++) operands.push(head.u8());
  const files = version === 5
    ? readFiles5(head, sections, offsetSize)
    : readFiles4(head);
  return {
    minInstructionLength,
    lineBase,
    lineRange,
    opcodeBase,
    operands,
    files,
    program: table,
  };
}

/** Numbers of files and folders start at 1; folder 0 is where the compiler ran. */
function readFiles4(head: Cursor): (string | undefined)[] {
  const folders = [""];
  for (let name = head.text(); name !== ""; name = head.text()) {
    folders.push(name);
  }
  const files: (string | undefined)[] = [undefined];
  for (let name = head.text(); name !== ""; name = head.text()) {
    const folder = folders[head.uleb()];
    head.uleb(); // when it was changed
    head.uleb(); // its length
    files.push(join(folder, name));
  }
  return files;
}

/** Numbers start at 0; what an entry consists of stands before the entries. */
function readFiles5(
  head: Cursor,
  sections: LineSections,
  offsetSize: number,
): (string | undefined)[] {
  const folders = readEntries(head, sections, offsetSize);
  const files = readEntries(head, sections, offsetSize);
  return files.map(({ path, folder }) =>
    join(folder === 0 ? "" : folders[folder]?.path, path)
  );
}

const CONTENT = { path: 1, folder: 2 } as const;

interface Entry {
  readonly path: string;
  readonly folder: number;
}

function readEntries(
  head: Cursor,
  sections: LineSections,
  offsetSize: number,
): Entry[] {
  const formats: { readonly content: number; readonly form: number }[] = [];
  for (let count = head.u8(); count > 0; count--) {
    formats.push({ content: head.uleb(), form: head.uleb() });
  }
  const entries: Entry[] = [];
  const count = head.uleb();
  // Entries of nothing would end no loop over a count that the guest's file names.
  if (formats.length === 0) return entries;
  for (let index = 0; index < count; index++) {
    let path = "";
    let folder = 0;
    const start = head.offset;
    for (const { content, form } of formats) {
      const value = readForm(head, form, { sections, offsetSize });
      if (content === CONTENT.path) path = String(value);
      if (content === CONTENT.folder) folder = Number(value);
    }
    if (head.offset === start) return entries;
    entries.push({ path, folder });
  }
  return entries;
}

interface FormContext {
  readonly sections: LineSections;
  readonly offsetSize: number;
}

/** The value of an attribute; only the forms that the standard allows here. */
function readForm(
  head: Cursor,
  form: number,
  { sections, offsetSize }: FormContext,
): string | number {
  switch (form) {
    case 0x08: // string
      return head.text();
    case 0x0e: // strp
      return textAt(sections.text, head.unsigned(offsetSize));
    case 0x1f: // line_strp
      return textAt(sections.lineText, head.unsigned(offsetSize));
    case 0x0b: // data1
      return head.u8();
    case 0x05: // data2
      return head.u16();
    case 0x06: // data4
      return head.u32();
    case 0x07: // data8
      return head.unsigned(8);
    case 0x0f: // udata
      return head.uleb();
    case 0x1e: // data16: an MD5
      head.skip(16);
      return 0;
    case 0x09: // block
      head.skip(head.uleb());
      return 0;
    default:
      throw new RangeError(
        `Cannot read DWARF at byte ${head.offset}: unknown form ${form}`,
      );
  }
}

function textAt(section: Uint8Array, offset: number): string {
  return new Cursor(section, offset).text();
}

function join(folder: string | undefined, name: string): string {
  if (folder === undefined || folder === "" || name.startsWith("/")) {
    return name;
  }
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}
