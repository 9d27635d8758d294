import assert from "node:assert/strict";
import { splitLabel, versionServes } from "./version.ts";

const SERVES: readonly [offered: string, wanted: string, serves: boolean][] = [
  ["0.2.x", "0.2.0", true],
  ["0.2.x", "0.2.12", true],
  ["0.2.x", "0.2.100", true],
  ["0.2.x", "0.2.x", true],
  ["0.2.x", "0.3.0", false],
  ["0.2.x", "0.2.0-draft", false],
  ["0.2.x", "0.2.0-rc-2023-11-10", false],
  ["0.2.x", "0.20.1", false],
  ["0.2.x", "10.2.0", false],
  ["0.2.x", "", false],
  ["0.2.0-draft", "0.2.0-draft", true],
  ["0.2.0-draft", "0.2.0-draft2", false],
  ["0.2.0-draft2", "0.2.0-draft", false],
  ["0.2.0-draft", "0.2.0", false],
  ["0.1.0", "0.1.0", true],
  ["0.1.0", "0.1.1", false],
  ["", "", true],
  ["", "0.2.0", false],
];

for (const [offered, wanted, serves] of SERVES) {
  Deno.test(`versionServes(): "${offered}" ${serves ? "serves" : "does not serve"} "${wanted}"`, () => {
    assert.equal(versionServes(offered, wanted), serves);
  });
}

Deno.test("splitLabel() takes the version off a label", () => {
  assert.deepEqual(splitLabel("wasi:io/poll@0.2.3"), {
    name: "wasi:io/poll",
    version: "0.2.3",
  });
  assert.deepEqual(splitLabel("acme:a/b"), { name: "acme:a/b", version: "" });
  assert.deepEqual(splitLabel("run"), { name: "run", version: "" });
});
