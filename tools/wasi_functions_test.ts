import assert from "node:assert/strict";
import { LEFT_OUT } from "../src/wasi/left_out.ts";
import {
  functionRows,
  renderWasiFunctions,
  WASI_FILE,
  wasiOffer,
  wasiTexts,
} from "./wasi_functions.ts";

Deno.test("the table of all functions is up to date", async () => {
  const text = await Deno.readTextFile(WASI_FILE);
  assert.equal(text, renderWasiFunctions(), "run: deno task docs:wasi");
});

Deno.test("everything that is offered is in a WIT text of the table", () => {
  const texts = wasiTexts();
  const { imports, exports } = wasiOffer();
  for (const { name, functions } of [...imports, ...exports]) {
    const listed = texts.filter((text) => text.name === name)
      .flatMap((text) => Object.entries(text.functions))
      .map(([name, type]) => `${name}: ${type}`);
    for (const [own, type] of Object.entries(functions)) {
      assert.ok(listed.includes(`${own}: ${type}`), `${name}#${own}`);
    }
  }
});

Deno.test("what is left out for a reason is in a WIT text, and is not offered", () => {
  const texts = wasiTexts();
  const { imports } = wasiOffer();
  for (const name of Object.keys(LEFT_OUT)) {
    assert.ok(texts.some((text) => text.name === name), name);
    assert.ok(!imports.some((offered) => offered.name === name), name);
  }
});

Deno.test("functionRows() tells full, partial and missing functions apart", () => {
  const offered = wasiOffer().imports.find(({ name }) =>
    name === "wasi:cli/environment"
  )!;
  const rows = functionRows({
    name: offered.name,
    version: "0.2.12",
    functions: {
      "get-environment": offered.functions["get-environment"]!,
      "initial-cwd": offered.functions["initial-cwd"]!,
      "get-arguments": "func() -> u32",
    },
    unstable: {},
    types: {},
    resources: [],
  }, { imports: [offered], exports: [] });
  assert.deepEqual(rows.map(({ name, answer }) => [name, answer]), [
    ["get-environment", "yes"],
    ["initial-cwd", "partly"],
    ["get-arguments", "no"],
  ]);
});
