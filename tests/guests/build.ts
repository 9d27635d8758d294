/**
 * Rebuilds the guests of this folder: `deno run -A tests/guests/build.ts [name ...]`.
 *
 * Without a name it builds all that clang makes; those of Rust, Go and Python are built when named.
 * README.md says what each guest is for and what must be installed.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a tool for the terminal

import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { buildC, type CGuest } from "./toolchains/c.ts";
import { buildDwarfCpp, buildDwarfRust } from "./toolchains/dwarf.ts";
import { buildGo } from "./toolchains/go.ts";
import { buildPython } from "./toolchains/python.ts";
import { buildRust, type RustGuest } from "./toolchains/rust.ts";
import { HERE } from "./toolchains/run.ts";
import { assertEveryImportIsNamed } from "./toolchains/every_import.ts";

/** The guests of WASI 0.2.12, and the same source against older patches of 0.2. */
const C_GUESTS: Record<string, CGuest> = {
  hello: { source: "hello", support: ["libc"] },
  kv_get: { source: "kv_get", support: ["libc", "http"] },
  kv_draft2: {
    source: "kv_draft2",
    support: ["libc", "http", "text", "draft2"],
  },
  deep: { source: "deep" },
  kv_labels: { source: "kv_labels" },
  kv_spin: { source: "kv_spin", support: ["libc", "http", "text", "draft2"] },
  kv_watcher: { source: "kv_watcher", support: ["libc", "http", "on_change"] },
  kv_watcher_only: {
    source: "kv_watcher_only",
    support: ["libc", "on_change"],
  },
  early_hints: { source: "early_hints", support: ["libc", "http"] },
  echo: { source: "echo" },
  every_import: {
    source: "every_import",
    support: ["libc", "http", "text", "check"],
  },
  outgoing: { source: "outgoing" },
  grpc: { source: "grpc", support: ["libc", "http"] },
  misbehave: { source: "misbehave" },
  remember: { source: "remember" },
  trap_dwarf: { source: "trap_dwarf", debug: true },
  sockets: { source: "sockets", support: ["libc", "http", "text", "check"] },
  wasi_0_2_0: { source: "kv_get", support: ["libc", "http"], patch: "0.2.0" },
  wasi_0_2_3: { source: "kv_get", support: ["libc", "http"], patch: "0.2.3" },
  wasi_0_2_6: { source: "kv_get", support: ["libc", "http"], patch: "0.2.6" },
  wasi_mixed: {
    source: "mixed",
    support: ["libc", "http"],
    patch: { http: "0.2.0", io: "0.2.3", clocks: "0.2.6", random: "0.2.12" },
  },
  wasi_two_versions: {
    source: "two_versions",
    support: ["libc", "http"],
    patch: "0.2.0",
    flags: ["-DHTTP_OVER_IO_0_2_0"],
    rename: { from: "@0.9.6", to: "@0.2.6" },
  },
  wants_missing: { source: "wants_missing", support: ["libc", "http"] },
  wants_other_types: { source: "wants_other_types", support: ["libc", "http"] },
  component_without_http: {
    source: "component_without_http",
    support: ["libc"],
  },
  files: { source: "files" },
  blobs: { source: "blobs" },
  files_preview1: {
    source: "files_preview1",
    libc: "wasi",
    output: "core module",
  },
  compose_front: { source: "compose_front" },
  compose_proxy: { source: "compose_proxy", support: ["libc", "http"] },
  compose_text: { source: "compose_text", support: ["libc"] },
  compose_math: { source: "compose_math", support: ["libc"] },
  core_module: { source: "core_module", libc: "wasi", output: "core module" },
};

const RUST_GUESTS: Record<string, RustGuest> = {
  rust_wit_bindgen: { target: "wasm32-wasip2", file: "http_kv.wasm" },
  rust_wstd: { target: "wasm32-wasip2", file: "http_kv.wasm" },
};

/** Too large to be committed: these stay in `build/`. */
const LARGE_GUESTS: Record<string, (name: string) => Promise<Uint8Array>> = {
  go_kv_get: buildGo,
  python_kv_get: buildPython,
};

/** No components: core modules for the reader of DWARF. */
const DWARF_MODULES: Record<string, () => Promise<Uint8Array>> = {
  dwarf_cpp: buildDwarfCpp,
  dwarf_rust: buildDwarfRust,
};

/** What is no guest at all, for the messages about it. */
const OTHERS: Record<string, () => Promise<Uint8Array>> = {
  module_without_types: async () =>
    await parse(
      await Deno.readTextFile(`${HERE}/src/module_without_types.wat`),
    ),
  not_wasm: () =>
    Promise.resolve(new TextEncoder().encode("This is no WebAssembly.\n")),
  empty: () => Promise.resolve(new Uint8Array()),
};

async function build(name: string): Promise<Uint8Array> {
  const c = C_GUESTS[name], rust = RUST_GUESTS[name];
  if (c) return await buildC(name, c);
  if (rust) return await buildRust(name, rust);
  const other = LARGE_GUESTS[name] ?? DWARF_MODULES[name] ??
    OTHERS[name];
  if (other) return await other(name);
  const known = [
    C_GUESTS,
    OTHERS,
    RUST_GUESTS,
    DWARF_MODULES,
    LARGE_GUESTS,
  ].flatMap(
    Object.keys,
  );
  throw new TypeError(
    `Cannot build "${name}": no such guest, there are ${known.join(", ")}`,
  );
}

const names = Deno.args.length > 0
  ? Deno.args
  : [...Object.keys(C_GUESTS), ...Object.keys(OTHERS)];
for (const name of names) {
  const wasm = await build(name);
  if (name === "every_import") await assertEveryImportIsNamed(wasm);
  const folder = name in LARGE_GUESTS ? `${HERE}/build` : HERE;
  await Deno.writeFile(`${folder}/${name}.wasm`, wasm);
  console.log(`${name}.wasm`.padEnd(32), `${wasm.length} bytes`);
}
