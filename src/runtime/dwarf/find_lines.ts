/**
 * Which line of which file some instructions were made from.
 *
 * Source: the DWARF standard, section 6.2.5. Only what tells file, line and column is kept of
 * a row, and no table is held: a fault asks for a few addresses once.
 *
 * @module
 */

import { Cursor } from "./cursor.ts";
import {
  type LineHeader,
  type LineSections,
  readLineHeader,
} from "./line_header.ts";

/** A place in a source file. */
export interface SourcePlace {
  readonly file: string;
  /** The first is 1. */
  readonly line: number;
}

/**
 * Looks addresses up in all line tables.
 *
 * @param addresses Offsets in the code section's content.
 * @returns A place for each that has one. What is damaged ends the search, and what was found
 * before stands.
 */
export function findLines(
  sections: LineSections,
  addresses: readonly number[],
): ReadonlyMap<number, SourcePlace> {
  const found = new Map<number, SourcePlace>();
  const section = new Cursor(sections.line);
  try {
    while (!section.done && found.size < addresses.length) {
      const header = readLineHeader(section, sections);
      if (header !== undefined) runProgram(header, addresses, found);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

const OPCODE = {
  extended: 0,
  copy: 1,
  advanceAddress: 2,
  advanceLine: 3,
  setFile: 4,
  addConstantAddress: 8,
  addFixedAddress: 9,
} as const;

const EXTENDED = { endSequence: 1, setAddress: 2 } as const;

/**
 * Where linkers place functions that they left out. wasm-ld writes the highest number, and
 * wrote 0 before, where no function can be.
 */
function isLeftOut(address: number): boolean {
  return address === 0 || address >= 0xfffffffe;
}

function runProgram(
  header: LineHeader,
  wanted: readonly number[],
  found: Map<number, SourcePlace>,
): void {
  const { program, minInstructionLength, lineBase, lineRange, opcodeBase } =
    header;
  const rows = new Rows(header, wanted, found);
  const addressOf = (adjusted: number) =>
    Math.floor(adjusted / lineRange) * minInstructionLength;
  while (!program.done) {
    const opcode = program.u8();
    if (opcode >= opcodeBase) {
      const adjusted = opcode - opcodeBase;
      rows.address += addressOf(adjusted);
      rows.line += lineBase + adjusted % lineRange;
      rows.add();
      continue;
    }
    switch (opcode) {
      case OPCODE.extended:
        runExtended(program, rows);
        break;
      case OPCODE.copy:
        rows.add();
        break;
      case OPCODE.advanceAddress:
        rows.address += program.uleb() * minInstructionLength;
        break;
      case OPCODE.advanceLine:
        rows.line += program.sleb();
        break;
      case OPCODE.setFile:
        rows.file = program.uleb();
        break;
      case OPCODE.addConstantAddress:
        rows.address += addressOf(255 - opcodeBase);
        break;
      case OPCODE.addFixedAddress:
        rows.address += program.u16();
        break;
      default:
        for (let count = header.operands[opcode - 1]!; count > 0; count--) {
          program.uleb();
        }
    }
  }
}

function runExtended(program: Cursor, rows: Rows): void {
  const operation = program.section(program.uleb());
  if (operation.done) return;
  switch (operation.u8()) {
    case EXTENDED.endSequence:
      rows.add();
      rows.restart();
      return;
    case EXTENDED.setAddress:
      rows.address = operation.unsigned(operation.end - operation.offset);
  }
}

/** The rows of one table, of which the last is remembered: each holds up to the next one. */
class Rows {
  address = 0;
  file = 1;
  line = 1;
  readonly #header: LineHeader;
  readonly #wanted: readonly number[];
  readonly #found: Map<number, SourcePlace>;
  #before: { address: number; file: number; line: number } | undefined;
  #isLeftOut = false;

  constructor(
    header: LineHeader,
    wanted: readonly number[],
    found: Map<number, SourcePlace>,
  ) {
    this.#header = header;
    this.#wanted = wanted;
    this.#found = found;
  }

  add(): void {
    const { address, file, line } = this;
    const before = this.#before;
    if (before === undefined) {
      this.#isLeftOut = isLeftOut(address);
      this.#before = { address, file, line };
      return;
    }
    if (!this.#isLeftOut && address > before.address) this.#match(before);
    before.address = address;
    before.file = file;
    before.line = line;
  }

  restart(): void {
    this.address = 0;
    this.file = 1;
    this.line = 1;
    this.#before = undefined;
  }

  #match(row: { address: number; file: number; line: number }): void {
    for (const wanted of this.#wanted) {
      if (wanted < row.address || wanted >= this.address) continue;
      const file = this.#header.files[row.file];
      // Line 0 is what the compiler made of no line.
      if (row.line <= 0 || file === undefined || this.#found.has(wanted)) {
        continue;
      }
      this.#found.set(wanted, { file, line: row.line });
    }
  }
}
