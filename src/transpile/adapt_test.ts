import assert from "node:assert/strict";
import { sha256 } from "../runtime/artifact.ts";
import { readGuest } from "./_guests.ts";
import { adaptModule } from "./adapt.ts";
import { readComponent, wasmKind } from "./component.ts";

const ADAPTERS = new URL("./adapters/", import.meta.url);

Deno.test("adaptModule() makes a component of a module that carries its types", async () => {
  const component = await adaptModule(await readGuest("core_module"));
  assert.equal(wasmKind(component), "component");
  const { imports, exports } = readComponent(component);
  assert.deepEqual(exports, ["wasi:http/incoming-handler@0.2.12"]);
  // What it used of preview1 comes from WASI 0.2 now.
  const labels = imports.map(({ name }) => name);
  assert.ok(labels.includes("wasi:cli/stdout"));
  assert.ok(!labels.includes("wasi_snapshot_preview1"));
});

Deno.test("adaptModule() of a module without types exports nothing", async () => {
  const component = await adaptModule(await readGuest("module_without_types"));
  assert.deepEqual(readComponent(component).exports, []);
});

for (const name of ["not_wasm", "empty", "hello"]) {
  Deno.test(`adaptModule() refuses ${name}`, async () => {
    await assert.rejects(adaptModule(await readGuest(name)), Error);
  });
}

Deno.test("the adapter is the one that its README names", async () => {
  const text = await Deno.readTextFile(new URL("README.md", ADAPTERS));
  const [, hash] = /sha256 ([0-9a-f]{64})/.exec(text)!;
  const file = new URL("wasi_snapshot_preview1.reactor.wasm", ADAPTERS);
  assert.equal(await sha256(await Deno.readFile(file)), hash);
});
