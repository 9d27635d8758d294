/** C guests: bindings by wit-bindgen, a core module by clang and wasm-ld, a component by jco. */

import { componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";
import { filesOf, HERE, run, WIT_BINDGEN } from "./run.ts";
import { makeWit, type Patch } from "./wit.ts";

/** How a guest is made of `src/<source>/*.c` and files of `src/support`. */
export interface CGuest {
  readonly source: string;
  /** Files of `src/support` it needs; all by default. */
  readonly support?: readonly string[];
  readonly patch?: Patch;
  /** More flags for clang. */
  readonly flags?: readonly string[];
  /** `wasi` links wasi-libc, and so imports preview1; default is our own few functions. */
  readonly libc?: "wasi";
  readonly output?: "core module";
  /** Keeps names and DWARF; the paths in it start at this folder. */
  readonly debug?: true;
  /** Put into the finished component, in place of a text as long. */
  readonly rename?: { readonly from: string; readonly to: string };
}

const WASI_LIBC = Deno.env.get("WASI_LIBC") ?? "/usr/lib/wasm32-wasi";

/** More flags for every C file, as `-DFOR_WASMTIME`; README.md says when. */
const CFLAGS = Deno.env.get("CFLAGS")?.split(" ") ?? [];

/**
 * clang is run file by file and wasm-ld on its own: clang as a driver would run whatever
 * wasm-opt it finds, and the bytes would depend on the machine.
 */
export async function buildC(name: string, guest: CGuest): Promise<Uint8Array> {
  const folder = `${HERE}/build/${name}`;
  const wit = await makeWit(guest.source, `${folder}/wit`, guest.patch);
  await run([
    WIT_BINDGEN,
    "c",
    "--rename-world",
    "guest",
    "--world",
    guest.source.replaceAll("_", "-"),
    "--out-dir",
    folder,
    wit,
  ]);

  const own = guest.libc === undefined;
  const support = own ? guest.support ?? ["libc", "http", "text"] : [];
  const sources = [
    `${folder}/guest.c`,
    ...support.map((file) => `${HERE}/src/support/${file}.c`),
    ...filesOf(`${HERE}/src/${guest.source}`, ".c"),
  ];
  const target = own
    ? [
      "--target=wasm32",
      "-ffreestanding",
      "-fno-builtin",
      `-I${HERE}/src/support`,
      `-I${HERE}/src/support/libc`,
    ]
    : ["--target=wasm32-wasi"];
  const objects: string[] = [];
  for (const source of sources) {
    const object = `${folder}/${source.slice(source.lastIndexOf("/") + 1)}.o`;
    await run([
      "clang",
      ...target,
      ...guest.debug
        ? ["-g", "-fdebug-compilation-dir=.", `-ffile-prefix-map=${HERE}/=`]
        : [],
      ...guest.flags ?? [],
      ...CFLAGS,
      "-Wall",
      "-Wextra",
      "-Werror",
      "-Wno-unused-parameter",
      "-Oz",
      "-flto",
      "-mbulk-memory",
      `-I${folder}`,
      "-c",
      source,
      "-o",
      object,
    ]);
    objects.push(object);
  }

  const core = `${folder}/${name}.core.wasm`;
  const runtime = own ? ["--no-entry"] : [
    "--entry=_initialize",
    `-L${WASI_LIBC}`,
    `${WASI_LIBC}/crt1-reactor.o`,
    "-lc",
    await builtins(),
  ];
  await run([
    "wasm-ld",
    "--gc-sections",
    ...guest.debug ? [] : ["--strip-all"],
    "--stack-first",
    "-z",
    `stack-size=${own ? 16384 : 65536}`,
    "--lto-O2",
    ...objects,
    `${folder}/guest_component_type.o`,
    ...runtime,
    "-o",
    core,
  ]);
  const bytes = await Deno.readFile(core);
  if (guest.output === "core module") return bytes;
  const component = await componentNew(bytes);
  return guest.rename
    ? replaceText(component, guest.rename.from, guest.rename.to)
    : component;
}

function replaceText(bytes: Uint8Array, from: string, to: string): Uint8Array {
  if (from.length !== to.length) {
    throw new RangeError(`Cannot replace "${from}": "${to}" is not as long`);
  }
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return Uint8Array.from(
    text.replaceAll(from, to),
    (char) => char.charCodeAt(0),
  );
}

/** The compiler's own runtime for WebAssembly, wherever this clang keeps it. */
async function builtins(): Promise<string> {
  const { stdout } = await new Deno.Command("clang", {
    args: ["--target=wasm32-wasi", "--print-libgcc-file-name"],
  }).output();
  return new TextDecoder().decode(stdout).trim();
}
