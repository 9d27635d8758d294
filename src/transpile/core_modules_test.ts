import assert from "node:assert/strict";
import { composed } from "../../tests/support/composed.ts";
import { COMPONENTS, readGuest } from "./_guests.ts";
import { BinaryWriter } from "../runtime/binary_writer.ts";
import { listCoreModules } from "./core_modules.ts";

for (const name of COMPONENTS) {
  Deno.test(`listCoreModules() finds the modules of ${name}, the largest first`, async () => {
    const bytes = await readGuest(name);
    const modules = listCoreModules(bytes);
    assert.equal(modules[0]!.name, "main");
    const sizes = modules.map(({ size }) => size);
    assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) < bytes.length);
  });
}

Deno.test("listCoreModules() finds those of components inside", async () => {
  const parts = await Promise.all(
    ["compose_math", "compose_text"].map(readGuest),
  );
  assert.deepEqual(
    listCoreModules(composed(parts)),
    parts.flatMap(listCoreModules).sort((a, b) => b.size - a.size),
  );
});

/** A component of two core modules of 8 and 11 bytes, and a section that names things. */
function component(names: (section: BinaryWriter) => void): Uint8Array {
  const file = new BinaryWriter();
  file.raw([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
  for (const more of [[], [0, 1, 0]]) {
    file.byte(1);
    file.sized(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...more]));
  }
  const section = new BinaryWriter();
  section.name("component-name");
  names(section);
  file.byte(0);
  file.sized(section.view());
  return file.done();
}

Deno.test("listCoreModules() gives a number to what has no name", () => {
  const bytes = component((section) => {
    section.byte(1);
    section.sized(new Uint8Array([0, 0x11, 1, 1, 1, 0x61]));
  });
  assert.deepEqual(listCoreModules(bytes), [
    { name: "a", size: 11 },
    { name: "core module 1", size: 8 },
  ]);
});

Deno.test("listCoreModules() makes nothing of names that are damaged", () => {
  for (const content of [[0, 0x11, 9, 0], [0, 0x11, 1, 0, 1, 0xff]]) {
    const bytes = component((section) => {
      section.byte(1);
      section.sized(new Uint8Array(content));
    });
    assert.deepEqual(listCoreModules(bytes).map(({ name }) => name), [
      "core module 2",
      "core module 1",
    ]);
  }
});

Deno.test("listCoreModules() refuses a file that ends too early", async () => {
  const bytes = await readGuest("hello");
  assert.throws(() => listCoreModules(bytes.subarray(0, 3000)), RangeError);
});
