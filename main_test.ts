import { deepStrictEqual, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "./main.ts";
import { run } from "./tests/support/run_main.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

const HELP = `Wharf serves WebAssembly HTTP components.

  dev      Build a component and serve it
  new      Start a project from a template
  inspect  Print what a component is given, or the configuration
  build    Make what a server or Deno Deploy runs
  deploy   Build, try and upload to Deno Deploy
  serve    Serve what build made
  kv       Read and write buckets

deno task <command> --help tells more of each.`;

Deno.test("main() tells of its commands", async (test) => {
  const cases: [args: string[], code: number][] = [
    [[], 1],
    [["--help"], 0],
    [["-h"], 0],
    [["help"], 0],
  ];
  for (const [args, code] of cases) {
    await test.step(args.join() || "nothing", async () => {
      deepStrictEqual(await run(args), { code, stdout: HELP, stderr: "" });
    });
  }
});

Deno.test("main() tells of each command's flags", async (test) => {
  for (const name of Object.keys(COMMANDS)) {
    for (const flag of ["--help", "-h"]) {
      await test.step(`${name} ${flag}`, async () => {
        const { code, stdout, stderr } = await run([name, flag]);
        deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
        match(stdout, /^\S.*\n\n(.*\n)* {2}-h, --help +Show this$/);
      });
    }
  }
});

Deno.test("COMMANDS lists every command of src/cli", async () => {
  const found: string[] = [];
  for await (const { name, isFile } of Deno.readDir(`${HERE}src/cli`)) {
    if (!isFile) continue;
    const text = await Deno.readTextFile(`${HERE}src/cli/${name}`);
    if (/^export const command\b/m.test(text)) found.push(name);
  }
  const listed = Object.keys(COMMANDS).map((name) => `${name}.ts`);
  deepStrictEqual(found.sort(), listed.sort());
});

Deno.test("deno.json has a task for each command", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${HERE}deno.json`));
  for (const name of Object.keys(COMMANDS)) {
    ok(tasks[name]?.endsWith(` main.ts ${name}`), name);
  }
});

Deno.test("main() says that there is no such command", async (test) => {
  const none = "there is no such command";
  const cases: [args: string[], message: string][] = [
    [["dve"], `"dve": ${none}; did you mean "dev"?\n\n${HELP}`],
    [["uninstall"], `"uninstall": ${none}\n\n${HELP}`],
    [["toString"], `"toString": ${none}\n\n${HELP}`],
    [["--port"], `"--port": ${none}\n\n${HELP}`],
    [["a\x1b[2J"], `"a\\x1b[2J": ${none}\n\n${HELP}`],
  ];
  for (const [args, message] of cases) {
    await test.step(args.join(" "), async () => {
      deepStrictEqual(await run(args), {
        code: 1,
        stdout: "",
        stderr: `Cannot run ${message}`,
      });
    });
  }
});
