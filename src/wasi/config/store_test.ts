import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { makeConfigInterfaces } from "./store.ts";

const values = { greeting: "hello", empty: "" };

for (const offered of makeConfigInterfaces(values)) {
  const label = `${offered.name}@${offered.version}`;
  const { get, getAll } = offered.imports(new RecordedInstance()) as {
    get(key: string): string | undefined;
    getAll(): [string, string][];
  };

  Deno.test(`${label} gives what was configured`, () => {
    assert.equal(get("greeting"), "hello");
    assert.equal(get("empty"), "");
    assert.deepEqual(getAll(), [["greeting", "hello"], ["empty", ""]]);
  });

  Deno.test(`${label} has none of what was not`, () => {
    for (const key of ["", "Greeting", "constructor", "__proto__"]) {
      assert.equal(get(key), undefined, key);
    }
  });
}
