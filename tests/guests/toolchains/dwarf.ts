/** Core modules with debug information: what `src/runtime/dwarf` is held against. */

import { HERE, run } from "./run.ts";

/** By clang, with DWARF 5. */
export async function buildDwarfCpp(): Promise<Uint8Array> {
  const folder = `${HERE}/build/dwarf_cpp`;
  await Deno.mkdir(folder, { recursive: true });
  const object = `${folder}/dwarf_cpp.o`;
  await run([
    "clang++",
    "--target=wasm32",
    "-gdwarf-5",
    "-fdebug-compilation-dir=.",
    `-ffile-prefix-map=${HERE}/=`,
    "-O1",
    "-c",
    `${HERE}/src/dwarf_cpp/dwarf_cpp.cc`,
    "-o",
    object,
  ]);
  const file = `${folder}/dwarf_cpp.wasm`;
  await run(["wasm-ld", "--no-entry", object, "-o", file]);
  return await Deno.readFile(file);
}

/** By a nightly rustc, with its own default. */
export async function buildDwarfRust(): Promise<Uint8Array> {
  const folder = `${HERE}/build/dwarf_rust`;
  await Deno.mkdir(folder, { recursive: true });
  const file = `${folder}/dwarf_rust.wasm`;
  await run([
    Deno.env.get("NIGHTLY_RUSTC") ?? "rustc",
    "-g",
    "--crate-type=cdylib",
    "--target=wasm32-unknown-unknown",
    `--remap-path-prefix=${HERE}=.`,
    "src/dwarf_rust/dwarf_rust.rs",
    "-o",
    file,
  ], { cwd: HERE, env: { RUSTUP_TOOLCHAIN: "nightly" } });
  return await Deno.readFile(file);
}
