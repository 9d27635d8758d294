import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { BuildRecords } from "./build_records.ts";

Deno.test("BuildRecords tells of a build while it runs and when it has ended", () => {
  const records = new BuildRecords();
  const first = records.begin("start");
  first.line("one");
  const [open] = records.list();
  deepStrictEqual({ ...open, at: 0 }, {
    number: 1,
    at: 0,
    cause: "start",
    outcome: "building",
    steps: {},
    output: "one\n",
  });
  first.line("two");
  first.failed(new Error("why"));
  const second = records.begin("src/a.ts");
  second.swapped({ build: 2, start: 1 });
  records.begin("src/b.ts").superseded();
  deepStrictEqual(
    records.list().map(({ outcome, output, error, steps }) => [
      outcome,
      output,
      error,
      steps,
    ]),
    [
      ["superseded", "", undefined, {}],
      ["swapped", "", undefined, { build: 2, start: 1 }],
      ["failed", "one\ntwo\n", "why", {}],
    ],
  );
});

Deno.test("BuildRecords keeps the last builds and the end of their output", () => {
  const records = new BuildRecords();
  for (let count = 0; count < 30; count++) {
    const record = records.begin("asked for");
    for (let line = 0; line < 300; line++) record.line("x".repeat(1000));
    record.line("last");
    record.swapped({ start: 1 });
  }
  strictEqual(records.list().length, 20);
  strictEqual(records.list()[0]!.number, 30);
  const { output } = records.list()[0]!;
  strictEqual(output.length, 64 * 1024);
  ok(output.endsWith("x\nlast\n"));
});
