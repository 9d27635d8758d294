import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { makeProject } from "../../tests/support/run_main.ts";
import { loadConfig } from "../config/mod.ts";
import { changedFilesOf, followedFiles } from "./followed_files.ts";

const CONFIG = `
build: {command: make, component_path: out/app.wasm}
dev:
  components: [{name: text, file: ../text.wasm}]
  wasi_keyvalue_path: data
  volumes:
    - {host_path: state, guest_path: /state, mode: rw}
    - {host_path: assets, guest_path: /assets}
    - {host_path: ., guest_path: /all, mode: rw}
  keyvalue: {buckets: {a: {store: in_memory, seed: {file: seed.yaml}}}}
`;

async function followed(build: boolean) {
  const project = await makeProject(CONFIG);
  const { path } = project;
  for (const folder of ["state", "assets"]) {
    await Deno.mkdir(`${path}/${folder}`);
  }
  await Deno.writeTextFile(`${path}/seed.yaml`, "a: b\n");
  const { config, files } = await loadConfig({
    cwd: path,
    env: {},
    flags: {},
    userConfigDir: "/nowhere",
  });
  const parts = { config, configFiles: files, build, cacheDirectory: "/cache" };
  return { path, project, parts };
}

Deno.test("followedFiles() counts no file that builds or guests write", async () => {
  const { path, project, parts } = await followed(true);
  await using _ = project;
  const { outputs, files, sources } = followedFiles(parts);
  strictEqual(sources, true);
  deepStrictEqual(
    new Set(outputs),
    new Set([
      `${path}/out/app.wasm`,
      `${path}/data`,
      `${path}/state`,
      "/cache",
    ]),
  );
  const parent = path.slice(0, path.lastIndexOf("/"));
  for (
    const file of [
      `${path}/.wash/config.yaml`,
      `${path}/.wash/config.toml`,
      `${path}/seed.yaml`,
      `${parent}/text.wasm`,
    ]
  ) {
    ok(files.includes(file), file);
  }
  ok(!files.includes(`${path}/out/app.wasm`));
});

Deno.test("changedFilesOf() sorts files by what they ask for", async (test) => {
  const NONE = {
    config: false,
    certificate: false,
    sources: false,
    component: false,
  };
  for (const build of [true, false]) {
    const { path, project, parts } = await followed(build);
    await using _ = project;
    const cases: [file: string, Partial<typeof NONE>][] = [
      [`${path}/.wash/config.yaml`, { config: true }],
      [`${path}/seed.yaml`, { config: true }],
      [parts.config.dev.components[0]!.file, { component: true }],
      [`${path}/src/a.ts`, build ? { sources: true } : { component: true }],
    ];
    for (const [file, asked] of cases) {
      await test.step(`${build ? "built" : "not built"}: ${file}`, () => {
        deepStrictEqual(changedFilesOf(parts, [file]), { ...NONE, ...asked });
      });
    }
  }
});
