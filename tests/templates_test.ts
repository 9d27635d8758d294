/**
 * Every template as `deno task new` hands it out: whole, read without a warning, built by its own
 * command, and answering as its README says. What needs a toolchain is ignored where it is not.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newProject } from "../src/cli/new/make_project.ts";
import { TEMPLATES } from "../src/cli/new/templates.ts";
import { loadConfig } from "../src/config/mod.ts";
import { startDev } from "./support/dev_process.ts";
import { walkTable } from "./support/template_table.ts";
import { readTranscript, runTranscript } from "./support/transcript.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));

/** As for the guests: a folder with a rustc that has the target, where rustup's has not. */
const GUEST_RUST = Deno.env.get("GUEST_RUST");

/** What a build is given beside what the tests were. */
function buildEnv(name: string): Record<string, string> {
  if (name !== "http-kv-rust" || GUEST_RUST === undefined) return {};
  return {
    RUSTC: `${GUEST_RUST}/rustc`,
    PATH: `${GUEST_RUST}:${Deno.env.get("PATH")}`,
  };
}

/** A project made from a template. Disposing removes it. */
async function makeProject(template: string) {
  const cwd = await Deno.realPath(await Deno.makeTempDir());
  const folder = await newProject({
    name: "my app",
    template,
    cwd,
    wharf: PROJECT,
  });
  return {
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }),
  };
}

/** Why a template cannot be built here; `undefined` if it can. */
function missingFor(name: string): string | undefined {
  switch (name) {
    case "http-kv-rust": {
      const env = buildEnv(name);
      const target = outputOf(env["RUSTC"] ?? "rustc", [
        ..."--print target-libdir --target wasm32-wasip2".split(" "),
      ])?.trim();
      return target !== undefined && exists(target) &&
          outputOf("cargo", ["--version"]) !== undefined
        ? undefined
        : "there is no Rust with the target wasm32-wasip2, GUEST_RUST names one";
    }
    case "http-kv-python":
      return [["uv", "--version"], ["pipx", "--version"], [
          "python3",
          "-c",
          "import venv, ensurepip",
        ]].some(([program, ...args]) => outputOf(program!, args) !== undefined)
        ? undefined
        : "there is neither uv nor pipx nor a Python that makes environments";
    case "http-kv-go": {
      const version = outputOf("go", ["env", "GOVERSION"]) ?? "";
      const minor = Number(/^go1\.(\d+)/.exec(version)?.[1] ?? 0);
      return minor >= 25 ? undefined : "there is no Go 1.25";
    }
    default:
      return undefined;
  }
}

/** What a program prints; `undefined` if it fails or is not there. */
function outputOf(program: string, args: string[]): string | undefined {
  try {
    const { success, stdout } = new Deno.Command(program, {
      args,
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

for (const { name, needs, tries } of TEMPLATES) {
  Deno.test(`${name} is a whole project whose config loads without a warning`, async () => {
    await using project = await makeProject(name);
    const { config, warnings } = await loadConfig({
      cwd: project.folder,
      env: {},
      flags: {},
    });
    assert.deepEqual(warnings, []);
    assert.notEqual(config.dev.command, undefined);
    const names = (await Array.fromAsync(Deno.readDir(project.folder)))
      .map((entry) => entry.name);
    const whole = [".gitignore", ".wash", "README.md", "deno.json", "wit"];
    assert.deepEqual(whole.filter((file) => !names.includes(file)), []);
    const readme = await Deno.readTextFile(join(project.folder, "README.md"));
    assert.ok(readme.startsWith(`# ${name}\n`));
    for (const each of tries) assert.ok(readme.includes(`curl ${each}\n`));
    const [component] = await Array.fromAsync(wasmFiles(project.folder));
    assert.equal(component, undefined, "what builds left is not copied");
  });

  const missing = missingFor(name);
  Deno.test({
    name: `${name} is built by its command and answers as its README says${
      missing === undefined ? "" : ` (ignored: ${missing})`
    }`,
    ignore: missing !== undefined,
    async fn() {
      await using project = await makeProject(name);
      await using dev = await startDev({
        cwd: project.folder,
        env: buildEnv(name),
      });
      if (name !== "http-hello") return await walkTable(dev.url, "in_memory");
      const readme = await Deno.readTextFile(join(project.folder, "README.md"));
      await runTranscript(readTranscript(readme), dev.url);
    },
  });

  if (needs === undefined) continue;
  Deno.test({
    name: `${name} says what its build lacks, and where it comes from`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using project = await makeProject(name);
      const path = await pathWithout(project.folder);
      const { success, stdout, stderr } = await new Deno.Command("/bin/sh", {
        args: ["build.sh"],
        cwd: project.folder,
        clearEnv: true,
        env: { PATH: path },
      }).output();
      assert.equal(success, false);
      const decoder = new TextDecoder();
      assert.equal(decoder.decode(stdout), "");
      assert.match(
        decoder.decode(stderr),
        /^Cannot build the component: \w+ is missing; install .*https:\S+.*\n$/,
      );
    },
  });
}

/** A `PATH` of the few programs that every system has. */
async function pathWithout(folder: string): Promise<string> {
  const path = join(folder, ".wharf", "bin");
  await Deno.mkdir(path, { recursive: true });
  for (const program of ["dirname", "mkdir", "rm", "cat", "mv"]) {
    const place = outputOf("/bin/sh", ["-c", `command -v ${program}`])!;
    await Deno.symlink(place.trim(), join(path, program));
  }
  return path;
}

async function* wasmFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* wasmFiles(path);
    else if (name.endsWith(".wasm")) yield path;
  }
}

Deno.test("http-kv-rust says which target is missing", async () => {
  await using project = await makeProject("http-kv-rust");
  const path = await pathWithout(project.folder);
  for (const program of ["cargo", "rustc"]) {
    await Deno.writeTextFile(join(path, program), "#!/bin/sh\necho /nowhere\n");
    await Deno.chmod(join(path, program), 0o755);
  }
  const { success, stderr } = await new Deno.Command("/bin/sh", {
    args: ["build.sh"],
    cwd: project.folder,
    clearEnv: true,
    env: { PATH: path },
  }).output();
  assert.equal(success, false);
  assert.equal(
    new TextDecoder().decode(stderr),
    "Cannot build the component: the target wasm32-wasip2 is missing; " +
      `run "rustup target add wasm32-wasip2"\n`,
  );
});
