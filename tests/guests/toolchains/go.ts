/** A Go guest: bindings by wit-bindgen, a preview1 module by Go itself, a component by the adapter. */

import {
  componentEmbed,
  componentNew,
} from "@bytecodealliance/jco-transpile/wasm-tools";
import { HERE, run, WIT_BINDGEN } from "./run.ts";
import { bundleWit, makeWit } from "./wit.ts";

/**
 * The newest release of the bindings' runtime that the Go proxy serves; the generated go.mod
 * asks for a newer one. It reaches into Go's runtime, which the linker has to be told.
 */
const RUNTIME = "v0.2.1";
const LINKER_FLAGS = "-s -w -checklinkname=0";

const ADAPTER =
  `${HERE}/../../src/transpile/adapters/wasi_snapshot_preview1.reactor.wasm`;

export async function buildGo(name: string): Promise<Uint8Array> {
  const folder = `${HERE}/build/${name}`;
  const world = name.replaceAll("_", "-");
  const wit = await makeWit(name, `${folder}/wit`);
  const module = `${folder}/module`;
  await Deno.remove(module, { recursive: true }).catch(() => {});
  await run([WIT_BINDGEN, "go", "--world", world, "--out-dir", module, wit]);
  await run(["cp", "-r", `${HERE}/src/${name}/.`, module]);
  const goMod = await Deno.readTextFile(`${module}/go.mod`);
  await Deno.writeTextFile(
    `${module}/go.mod`,
    goMod.replace(/(bytecodealliance\.org\/pkg) v\S+/, `$1 ${RUNTIME}`),
  );
  const core = `${folder}/${name}.core.wasm`;
  const env = { GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "-mod=mod" };
  const go = [
    "go",
    "build",
    "-buildmode=c-shared",
    "-trimpath",
    `-ldflags=${LINKER_FLAGS}`,
  ];
  await run([...go, "-o", core, "."], { cwd: module, env });

  const embedded = await componentEmbed({
    binary: await Deno.readFile(core),
    witSource: await bundleWit(wit),
    world,
    stringEncoding: "utf8",
  });
  return await componentNew(embedded, [
    ["wasi_snapshot_preview1", await Deno.readFile(ADAPTER)],
  ]);
}
