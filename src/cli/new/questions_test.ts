import assert from "node:assert/strict";
import { faultInName } from "./make_project.ts";
import { askName, askTemplate, type Person } from "./questions.ts";

/** A person who types these lines and then ends the input. */
function typist(...lines: string[]): { person: Person; seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    person: {
      ask(question) {
        seen.push(question);
        return lines.shift();
      },
      print: (text) => void seen.push(text),
    },
  };
}

Deno.test("askName() asks until the name will do", () => {
  const { person, seen } = typist("", "nul", " my-app ");
  assert.equal(askName(person, faultInName), "my-app");
  assert.deepEqual(seen, [
    "Name of the new folder:",
    `Cannot use "": the name is empty`,
    "Name of the new folder:",
    `Cannot use "nul": Windows keeps that name for a device`,
    "Name of the new folder:",
  ]);
});

Deno.test("askTemplate() takes a number, a name, or Enter", async (test) => {
  const cases: [lines: string[], name: string | undefined][] = [
    [[""], "http-kv-handler"],
    [["2"], "http-hello"],
    [["http-kv-go"], "http-kv-go"],
    [["0", "six", "1"], "http-kv-handler"],
    [[], undefined],
  ];
  for (const [lines, name] of cases) {
    await test.step(JSON.stringify(lines), () => {
      const { person, seen } = typist(...lines);
      assert.equal(askTemplate(person)?.name, name);
      assert.match(seen[0]!, /\n {2}2 {2}http-hello /);
      assert.equal(
        seen.filter((text) => text.startsWith("Cannot use")).length,
        Math.max(lines.length - 1, 0),
      );
    });
  }
});

Deno.test("askName() ends with the input", () => {
  assert.equal(askName(typist().person, faultInName), undefined);
});
