import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ARTIFACT_CACHE, guestPath } from "../../tests/support/guest_app.ts";
import { wasmKind } from "../transpile/component.ts";
import { BuildError } from "./build_error.ts";
import { readComponentFile } from "./component_file.ts";

const NOT_BUILT = { cacheDirectory: ARTIFACT_CACHE, isBuilt: false };

interface Folder extends AsyncDisposable {
  readonly path: string;
}

async function makeFolder(): Promise<Folder> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}

async function errorOf(
  path: string,
  options = NOT_BUILT,
): Promise<BuildError> {
  try {
    await readComponentFile(path, options);
  } catch (error) {
    ok(error instanceof BuildError, String(error));
    return error;
  }
  throw new Error(`${path} was read`);
}

Deno.test("readComponentFile() gives a component as it is", async () => {
  const path = guestPath("hello");
  deepStrictEqual(
    await readComponentFile(path, NOT_BUILT),
    await Deno.readFile(path),
  );
});

Deno.test("readComponentFile() says what a file is in place of a component", async (test) => {
  await using folder = await makeFolder();
  const component = await Deno.readFile(guestPath("hello"));
  const module = await Deno.readFile(guestPath("core_module"));
  const made: Record<string, Uint8Array> = {
    "six_bytes.wasm": component.subarray(0, 6),
    "two_bytes.wasm": component.subarray(1, 3),
    "cut.wasm": module.subarray(0, 900),
  };
  for (const [name, bytes] of Object.entries(made)) {
    await Deno.writeFile(`${folder.path}/${name}`, bytes);
  }
  await Deno.symlink(`${folder.path}/loop`, `${folder.path}/loop`);
  const cases: [path: string, code: string, state: string | RegExp][] = [
    ["missing.wasm", "component-missing", "there is no such file"],
    [".", "component-missing", "it is a folder"],
    ["/dev/null", "component-missing", "it is no regular file"],
    [
      "loop",
      "component-missing",
      /^Too many levels of symbolic links \(os error \d+\)/,
    ],
    [guestPath("empty"), "component-empty", "the file is empty"],
    [
      guestPath("not_wasm"),
      "not-webassembly",
      "it is no WebAssembly, it begins with 54 68 69 73",
    ],
    ["six_bytes.wasm", "not-webassembly", "the file ends after 6 bytes"],
    [
      "two_bytes.wasm",
      "not-webassembly",
      "it is no WebAssembly, it begins with 61 73",
    ],
    [
      "cut.wasm",
      "not-adaptable",
      "it is a core module that cannot be made a component: " +
      "Failed to decode Wasm: decoding item in module: " +
      "unexpected end-of-file (at offset 0x83)",
    ],
    [
      guestPath("module_without_types"),
      "not-adaptable",
      "it is a core module without component types; " +
      "tools such as wit-bindgen and cargo-component write them into it",
    ],
  ];
  for (const [name, code, state] of cases) {
    const path = name.startsWith("/") ? name : `${folder.path}/${name}`;
    await test.step(name, async () => {
      const error = await errorOf(path);
      strictEqual(error.code, code);
      const prefix = `Cannot serve "${path}": `;
      ok(error.message.startsWith(prefix), error.message);
      const found = error.message.slice(prefix.length);
      if (typeof state === "string") strictEqual(found, state);
      else ok(state.test(found), found);
    });
  }
});

Deno.test({
  name: "readComponentFile() says that it may not read a file",
  // The superuser may read everything.
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    await using folder = await makeFolder();
    const path = `${folder.path}/secret.wasm`;
    await Deno.writeFile(path, new Uint8Array(8), { mode: 0o000 });
    strictEqual(
      (await errorOf(path)).message,
      `Cannot serve "${path}": Permission denied (os error 13): readfile '${path}'`,
    );
  },
});

Deno.test("readComponentFile() says that the build command made no file", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/missing.wasm`;
  strictEqual(
    (await errorOf(path, { ...NOT_BUILT, isBuilt: true })).message,
    `Cannot serve "${path}": there is no such file although the build command succeeded; ` +
      `build.component_path names the file that it writes`,
  );
});

Deno.test("readComponentFile() adapts a core module, keeps it and leaves the file", async (test) => {
  await using folder = await makeFolder();
  const cacheDirectory = `${folder.path}/cache/artifacts`;
  const path = guestPath("core_module");
  const module = await Deno.readFile(path);
  const options = { cacheDirectory, isBuilt: false };
  const adapted = await readComponentFile(path, options);
  strictEqual(wasmKind(adapted), "component");
  deepStrictEqual(await Deno.readFile(path), module);
  const kept = await keptFiles(cacheDirectory);
  strictEqual(kept.length, 1);
  const [file] = kept;

  await test.step("it is taken from the cache", async () => {
    const written = await Deno.stat(file!);
    deepStrictEqual(await readComponentFile(path, options), adapted);
    deepStrictEqual(await Deno.stat(file!), {
      ...written,
      atime: (await Deno.stat(file!)).atime,
    });
  });

  await test.step("what is damaged is made again", async () => {
    await Deno.writeFile(file!, adapted.subarray(0, 1000));
    deepStrictEqual(await readComponentFile(path, options), adapted);
    deepStrictEqual(await Deno.readFile(file!), adapted);
    deepStrictEqual(await keptFiles(cacheDirectory), kept);
  });

  await test.step("two at once do not disturb each other", async () => {
    await Deno.remove(cacheDirectory, { recursive: true });
    const both = await Promise.all(
      [1, 2].map(() => readComponentFile(path, options)),
    );
    deepStrictEqual(both, [adapted, adapted]);
    deepStrictEqual(await keptFiles(cacheDirectory), kept);
  });
});

Deno.test("readComponentFile() says that the cache cannot be written", async () => {
  await using folder = await makeFolder();
  const cacheDirectory = `${folder.path}/file/artifacts`;
  await Deno.writeTextFile(`${folder.path}/file`, "in the way");
  const error = await errorOf(guestPath("core_module"), {
    cacheDirectory,
    isBuilt: false,
  });
  strictEqual(error.code, "cache-unusable");
  ok(
    error.message.startsWith(
      `Cannot keep the component in "${cacheDirectory}": Not a directory (os error 20)`,
    ),
    error.message,
  );
  ok(error.message.endsWith("; WHARF_CACHE_DIR names another folder"));
});

async function keptFiles(directory: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(directory)) {
    for await (const { name } of Deno.readDir(`${directory}/${entry.name}`)) {
      files.push(`${directory}/${entry.name}/${name}`);
    }
  }
  return files;
}
