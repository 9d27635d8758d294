import assert from "node:assert/strict";
import { findLines } from "./find_lines.ts";
import type { LineSections } from "./line_header.ts";

const GUESTS = new URL("../../../tests/guests/", import.meta.url);

async function sectionsOf(name: string): Promise<LineSections> {
  const bytes = await Deno.readFile(new URL(`${name}.wasm`, GUESTS));
  const module = await WebAssembly.compile(bytes);
  const section = (name: string) =>
    new Uint8Array(WebAssembly.Module.customSections(module, name)[0] ?? []);
  return {
    line: section(".debug_line"),
    lineText: section(".debug_line_str"),
    text: section(".debug_str"),
  };
}

/** What `llvm-dwarfdump --debug-line` says of them. */
const TABLES: readonly [
  file: string,
  source: string,
  lines: readonly [address: number, line: number | undefined][],
][] = [
  ["dwarf_cpp", "src/dwarf_cpp/dwarf_cpp.cc", [
    [0x01, undefined],
    [0x02, 17],
    [0x12, undefined],
    [0x14, 18],
    [0x15, undefined],
    [0x16, 6],
    [0x5e, 8],
    [0x6c, 9],
    [0x6f, 9],
    [0x70, 9],
    [0x71, undefined],
    [0x7a, 10],
    [0x7b, undefined],
    [0xffffff, undefined],
  ]],
  ["dwarf_rust", "src/dwarf_rust/dwarf_rust.rs", [
    [0x02, 25],
    [0x24, 27],
    [0x25, undefined],
    [0x29, 30],
    [0x2a, undefined],
    [0x51, 36],
    [0x60, 37],
  ]],
];

for (const [name, file, lines] of TABLES) {
  Deno.test(`findLines() reads the lines of ${name}`, async () => {
    const found = findLines(
      await sectionsOf(name),
      lines.map(([address]) => address),
    );
    assert.deepEqual(
      lines.map(([address]) => [address, found.get(address)]),
      lines.map(([address, line]) => [
        address,
        line === undefined ? undefined : { file, line },
      ]),
    );
  });
}

Deno.test("findLines() ends with what is damaged, at whatever byte", async () => {
  for (const [name, , lines] of TABLES) {
    const whole = await sectionsOf(name);
    const addresses = lines.map(([address]) => address);
    let fewer = 0;
    for (let length = 0; length < whole.line.length; length++) {
      const line = whole.line.slice(0, length);
      if (findLines({ ...whole, line }, addresses).size === 0) fewer++;
    }
    assert.equal(fewer, whole.line.length, "a table that is cut has no lines");
    for (let at = 0; at < whole.line.length; at++) {
      for (const value of [0x00, 0x7f, 0xff]) {
        const line = whole.line.slice();
        line[at] = value;
        findLines({ ...whole, line }, addresses);
      }
    }
  }
});

/** A table of version 4 with one file and this program. */
function tableOf(program: readonly number[]): LineSections {
  const text = (text: string) => [...new TextEncoder().encode(text), 0];
  const head = [
    ...[1, 1, 1, 0xfb, 14, 13],
    ...[0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1],
    ...[0, ...text("a.c"), 0, 0, 0, 0],
  ];
  const table = [4, 0, head.length, 0, 0, 0, ...head, ...program];
  return {
    line: new Uint8Array([table.length, 0, 0, 0, ...table]),
    lineText: new Uint8Array(),
    text: new Uint8Array(),
  };
}

const setAddress = (address: number) => [
  ...[0, 5, 2],
  ...[0, 8, 16, 24].map((bits) => (address >>> bits) & 0xff),
];
const END = [0, 1, 1];

Deno.test("findLines() runs every standard opcode", () => {
  const program = [
    ...setAddress(10),
    ...[3, 0x7f, 3, 9], // a line back, nine on
    1, // copy: line 9 from 10
    ...[2, 5, 10, 11, 12, 3, 6, 7], // advance 5, flags, an isa, a basic block
    ...[5, 33, 4, 1, 1], // a column, file 1, copy: line 9 from 15
    ...[8, 1], // 17 on, copy
    ...[9, 3, 0, 1], // 3 on, copy
    0x21, // 1 on, line 10
    ...[2, 1],
    ...END,
  ];
  const addresses = [9, 10, 14, 35, 36, 37];
  const found = findLines(tableOf(program), addresses);
  assert.deepEqual(addresses.map((address) => found.get(address)?.line), [
    undefined,
    9,
    9,
    9,
    10,
    undefined,
  ]);
});

Deno.test("findLines() takes no function for one that the linker left out", () => {
  const left = (address: number) => [
    ...setAddress(address),
    ...[1, 2, 20, 1],
    ...END,
  ];
  const tables = [0, 0xffffffff, 0xfffffffe].map(left).flat();
  assert.equal(findLines(tableOf(tables), [1, 5, 0xffffffff]).size, 0);
  const kept = findLines(tableOf([...tables, ...left(4)]), [5]);
  assert.deepEqual(kept.get(5), { file: "a.c", line: 1 });
});
