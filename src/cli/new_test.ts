import assert from "node:assert/strict";
import { dirname, join, resolve } from "node:path";
import { closedStreams } from "../../tests/support/run_main.ts";
import { UsageError } from "./command.ts";
import { command } from "./new.ts";
import { newProject as makeProject } from "./new/make_project.ts";
import { TEMPLATES } from "./new/templates.ts";

const WHARF = resolve(import.meta.dirname!, "..", "..");
const TEMPLATE = join(WHARF, "templates", "http-kv-handler");
const DEV = "deno run --allow-read main.ts dev";

/** A folder with a Wharf in it whose `dev` only says how it was called. */
async function makeRoom({ dev = DEV as unknown } = {}) {
  const cwd = await Deno.realPath(await Deno.makeTempDir());
  const wharf = join(cwd, "wharf");
  await Deno.mkdir(wharf);
  await Deno.symlink(join(WHARF, "templates"), join(wharf, "templates"));
  await Deno.writeTextFile(
    join(wharf, "deno.json"),
    JSON.stringify({ tasks: { dev } }),
  );
  await Deno.writeTextFile(
    join(wharf, "main.ts"),
    "console.log(Deno.args.join(), Deno.cwd());",
  );
  return {
    cwd,
    wharf,
    [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }),
  };
}

/** Makes a project, of the default template unless it is said. */
function newProject(
  options: { name: string; cwd: string; wharf: string; template?: string },
): Promise<string> {
  return makeProject({ template: "http-kv-handler", ...options });
}

/** Runs the command itself, which knows this Wharf only. */
async function runNew(
  args: string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<string> {
  const lines: string[] = [];
  const code = await command.run(args, {
    cwd,
    env,
    print: (text) => lines.push(text),
    printError: (text) => assert.fail(text),
    streams: closedStreams(),
  });
  assert.equal(code, 0);
  return lines.join("\n");
}

async function tasksOf(project: string): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(join(project, "deno.json"));
  return JSON.parse(text).tasks;
}

Deno.test("new copies a template without what builds left in it", async () => {
  await using room = await makeRoom();
  const folder = await newProject({ name: "my-app", ...room });
  assert.equal(folder, join(room.cwd, "my-app"));
  const names = (await Array.fromAsync(Deno.readDir(folder)))
    .map(({ name }) => name).sort();
  assert.deepEqual(names, [
    ".gitignore",
    ".wash",
    "README.md",
    "build.ts",
    "deno.json",
    "deno.lock",
    "package.json",
    "src",
    "types",
    "wit",
  ]);
  for (const file of ["deno.lock", join("wit", "deps", "http.wit")]) {
    assert.equal(
      await Deno.readTextFile(join(folder, file)),
      await Deno.readTextFile(join(TEMPLATE, file)),
    );
  }
});

Deno.test("new prints how to go on", async () => {
  await using room = await makeRoom();
  assert.equal(
    await runNew(["apps/my app"], room),
    `Made a project in apps/my app.

Serve it:
  cd "apps/my app"
  deno task dev

Then, in another terminal:
  curl -d '{"key":"mykey","value":"myvalue"}' http://127.0.0.1:8000/
  curl 'http://127.0.0.1:8000/?key=mykey'`,
  );
});

Deno.test("new prints commands for the Deno that the user has", async () => {
  await using room = await makeRoom();
  const env = { npm_command: "exec" };
  const next = `\n  npx deno@${Deno.version.deno} task dev\n`;
  assert.ok((await runNew(["my-app"], { ...room, env })).includes(next));
});

Deno.test("new makes the project where the user typed the command", async () => {
  await using room = await makeRoom();
  const env = { INIT_CWD: room.cwd };
  // `deno task` goes to Wharf's folder. Elsewhere the variable is a left-over.
  await runNew(["typed"], { cwd: WHARF, env });
  await runNew(["called"], { cwd: room.wharf, env });
  await Deno.stat(join(room.cwd, "typed", "build.ts"));
  await Deno.stat(join(room.wharf, "called", "build.ts"));
});

Deno.test("new takes the folder that the user is in when it is empty", async () => {
  await using room = await makeRoom();
  const cwd = join(room.cwd, "my-app");
  await Deno.mkdir(cwd);
  const next = "Made a project here.\n\nServe it:\n  deno task dev\n";
  assert.ok((await runNew(["."], { cwd })).startsWith(next));
});

Deno.test("new makes a `dev` task that calls this Wharf", async (test) => {
  for (const name of ["my-app", "my app", "wharf/my-app", "it's $5 `50%` #1"]) {
    await test.step(name, async () => {
      await using room = await makeRoom();
      const folder = await newProject({ name, ...room });
      const { success, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "dev", "--port", "0"],
        cwd: folder,
      }).output();
      assert.ok(success);
      const said = new TextDecoder().decode(stdout);
      assert.equal(said, `dev,--port,0 ${folder}\n`);
    });
  }
});

Deno.test("new takes Wharf's own `dev` task with its flags", async (test) => {
  const cases: [unknown, string][] = [
    ["deno run -A main.ts dev", "deno run -A ../wharf/main.ts dev"],
    [
      { description: "Serves", command: "deno run --quiet main.ts dev" },
      "deno run --quiet ../wharf/main.ts dev",
    ],
  ];
  for (const [dev, expected] of cases) {
    await test.step(JSON.stringify(dev), async () => {
      await using room = await makeRoom({ dev });
      const tasks = await tasksOf(
        await newProject({ name: "my-app", ...room }),
      );
      assert.equal(tasks["dev"], expected);
    });
  }
});

Deno.test("new finds Wharf from behind a symbolic link", async () => {
  await using room = await makeRoom();
  await Deno.mkdir(join(room.cwd, "far", "away"), { recursive: true });
  await Deno.symlink(join(room.cwd, "far", "away"), join(room.cwd, "near"));
  const folder = await newProject({ name: "near/my-app", ...room });
  const { dev } = await tasksOf(folder);
  assert.equal(dev, DEV.replace("main.ts", "../../../wharf/main.ts"));
});

Deno.test("new names a Wharf that is far away by its absolute path", async () => {
  await using room = await makeRoom();
  const name = "a/long/way/from/that/wharf/is/where/this/one/app/lies/alone";
  const { dev } = await tasksOf(await newProject({ name, ...room }));
  assert.equal(dev, DEV.replace("main.ts", `${room.wharf}/main.ts`));
});

Deno.test("new tells editors where the config's schema is", async () => {
  await using room = await makeRoom();
  const folder = await newProject({ ...room, name: "my-app", wharf: WHARF });
  const config = join(folder, ".wash", "config.yaml");
  const [first] = (await Deno.readTextFile(config)).split("\n");
  const [, schema] = first!.split("# yaml-language-server: $schema=");
  assert.equal(
    await Deno.realPath(resolve(dirname(config), schema!)),
    await Deno.realPath(join(WHARF, "schema", "wharf-config.schema.json")),
  );
});

for (const { name } of TEMPLATES) {
  Deno.test(`the \`dev\` task of ${name} is Wharf's`, async () => {
    const { dev } = await tasksOf(WHARF);
    const { dev: actual } = await tasksOf(join(WHARF, "templates", name));
    assert.equal(actual, dev?.replace("main.ts", "../../main.ts"));
  });
}

Deno.test("new lists its templates, which are all that there are", async () => {
  const list = await runNew(["--list"], { cwd: "/" });
  assert.match(list, /^ {2}http-kv-handler {2}TypeScript, .* \(default\)\n/);
  const names = list.split("\n").map((line) => line.trim().split(" ")[0]);
  const folders =
    (await Array.fromAsync(Deno.readDir(join(WHARF, "templates"))))
      .map(({ name }) => name);
  assert.deepEqual(names.toSorted(), folders.toSorted());
});

Deno.test("new says what the build of another template needs", async () => {
  await using room = await makeRoom();
  assert.equal(
    await runNew(["my-app", "--template", "http-kv-rust"], room),
    `Made a project in my-app.
Its build needs Rust with the target wasm32-wasip2.

Serve it:
  cd my-app
  deno task dev

Then, in another terminal:
  curl -d '{"key":"mykey","value":"myvalue"}' http://127.0.0.1:8000/
  curl 'http://127.0.0.1:8000/?key=mykey'`,
  );
  await Deno.stat(join(room.cwd, "my-app", "Cargo.toml"));
});

Deno.test("new says that there is no such template", async (test) => {
  const cases: [string, string][] = [
    ["http-kv-rusty", `did you mean "http-kv-rust"?`],
    ["fortran", "--list shows all"],
  ];
  for (const [name, remedy] of cases) {
    await test.step(name, async () => {
      await assert.rejects(
        runNew(["my-app", "--template", name], { cwd: "/" }),
        new UsageError(
          `Cannot use --template "${name}": there is no such template; ${remedy}`,
        ),
      );
    });
  }
});

Deno.test("new takes one name", async (test) => {
  const message =
    `Cannot make a project: it takes one name, as in "deno task new my-app"`;
  const context = {
    cwd: "/",
    env: {},
    print: assert.fail,
    printError: assert.fail,
    streams: closedStreams(),
  };
  for (const args of [[], ["my", "app"]]) {
    await test.step(JSON.stringify(args), async () => {
      await assert.rejects(
        command.run(args, context),
        new UsageError(message),
      );
    });
  }
});

Deno.test("new refuses what makes no project", async (test) => {
  const cases: [string, string][] = [
    ["", `"": the name is empty`],
    [" ", `" ": the name is empty`],
    ["-x", `"-x": a name cannot start with a dash`],
    ["a\0b", `"a\\u0000b": a name cannot hold "\\u0000"`],
    ["../what?", `"../what?": a name cannot hold "?"`],
    ["apps/NUL", `"apps/NUL": Windows keeps that name for a device`],
    ["com1.app", `"com1.app": Windows keeps that name for a device`],
    ["app.", `"app.": a name cannot end with a dot or a space`],
    ["wharf", `"wharf": the folder is not empty, choose another name`],
    [".", `".": the folder is not empty, choose another name`],
    [
      "wharf/main.ts",
      `"wharf/main.ts": a file is in its place, choose another name`,
    ],
    [
      "wharf/main.ts/my-app",
      `"wharf/main.ts/my-app": a file is in its place, choose another name`,
    ],
  ];
  for (const [name, message] of cases) {
    await test.step(JSON.stringify(name), async () => {
      await using room = await makeRoom();
      await assert.rejects(
        newProject({ name, ...room }),
        new UsageError(`Cannot make a project in ${message}`),
      );
    });
  }
});
