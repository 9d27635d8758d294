import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { BuildOutput } from "./build_output.ts";

/** The lines that were told, and the text that was kept. */
async function follow(chunks: Iterable<string | Uint8Array>) {
  const lines: string[] = [];
  const output = new BuildOutput((line) => lines.push(line));
  const encoder = new TextEncoder();
  const bytes = function* () {
    for (const chunk of chunks) {
      yield typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    }
  };
  await output.follow(ReadableStream.from(bytes()).getReader());
  return { lines, text: output.text };
}

Deno.test("BuildOutput tells lines as a terminal shows them in the end", async (test) => {
  const cases: [chunks: (string | Uint8Array)[], lines: string[]][] = [
    [[], []],
    [["one\ntwo\n"], ["one", "two"]],
    [["no newline"], ["no newline"]],
    [["o", "n", "e\nt", "wo"], ["one", "two"]],
    [["\n\n"], ["", ""]],
    [["one\r\ntwo\r\n"], ["one", "two"]],
    [["one\r", "\ntwo"], ["one", "two"]],
    [["one\r\r\n"], ["one"]],
    [["10%\r20%\r30%\n"], ["30%"]],
    [["10%\r", "20%\r", "30%", "\n"], ["30%"]],
    [["10%\r20%\r30%\r\nnext"], ["30%", "next"]],
    [["10%\r20%\r"], ["20%"]],
    [["caf", new Uint8Array([0xc3]), new Uint8Array([0xa9, 0x0a])], ["café"]],
    [[new Uint8Array([0xff, 0x0a])], ["\ufffd"]],
  ];
  for (const [chunks, lines] of cases) {
    await test.step(JSON.stringify(chunks), async () => {
      const written = await follow(chunks);
      deepStrictEqual(written.lines, lines);
      strictEqual(written.text, lines.map((line) => `${line}\n`).join(""));
    });
  }
});

Deno.test("BuildOutput keeps the end of an output that is too long", async (test) => {
  const cases: [name: string, line: string, count: number][] = [
    ["long lines", "x".repeat(1000), 10_000],
    ["short lines", "y", 1_000_000],
  ];
  for (const [name, line, count] of cases) {
    await test.step(name, async () => {
      const chunk = `${line}\n`.repeat(1000);
      const { lines, text } = await follow([
        "first\n",
        ...Array.from({ length: count / 1000 }, () => chunk),
        "last\n",
      ]);
      strictEqual(lines.length, count + 2);
      ok(text.length > 200 * 1024 && text.length < 300 * 1024);
      ok(text.startsWith(`(the output before this is not kept)\n${line}\n`));
      ok(text.endsWith(`${line}\nlast\n`));
    });
  }
});

Deno.test("BuildOutput takes a line without end apart", async () => {
  const chunk = "z".repeat(50_000);
  const { lines, text } = await follow(
    Array.from({ length: 200 }, () => chunk),
  );
  strictEqual(lines.join("").length, 10_000_000);
  ok(lines.every((line) => line.length <= 150_000));
  ok(text.length < 300 * 1024);
});
