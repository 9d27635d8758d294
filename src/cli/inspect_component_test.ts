import assert from "node:assert/strict";
import { composed } from "../../tests/support/composed.ts";
import { guestPath } from "../../tests/support/guest_app.ts";
import { makeProject, run } from "../../tests/support/run_main.ts";

const HELLO = `tests/guests/hello.wasm
  6.7 KiB

  Core modules
    main                       1.1 KiB
    wit-component-shim-module  225 B
    wit-component-fixup        147 B

  World
    package root:component;

    world root {
      import wasi:io/error@0.2.12;
      import wasi:io/streams@0.2.12;
      import wasi:http/types@0.2.12;

      export wasi:http/incoming-handler@0.2.12;
    }

  Imports
    wasi:io/error@0.2.12    Wharf (wasi:io/error@0.2.x)
    wasi:io/streams@0.2.12  Wharf (wasi:io/streams@0.2.x)
    wasi:http/types@0.2.12  Wharf (wasi:http/types@0.2.x)

  Honoured in part
    wasi:http/types@0.2.12#[static]outgoing-body.finish  LIMIT

  Exports
    wasi:http/incoming-handler@0.2.12  Wharf: answers requests

Wharf can serve it.`;

Deno.test("inspect FILE prints what a component is given", async () => {
  const { code, stdout, stderr } = await run(["inspect", guestPath("hello")]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.equal(
    stdout.replace(guestPath("hello"), "tests/guests/hello.wasm")
      .replace(/(?<=outgoing-body\.finish {2}).+/, "LIMIT"),
    HELLO,
  );
});

Deno.test("inspect FILE fails where dev refuses the component, and says why as dev does", async () => {
  const file = guestPath("wants_missing");
  const { code, stdout, stderr } = await run(["inspect", file]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /\n {4}wasi:random\/random@0\.2\.12 {9}nothing: get-random-bits: no such function; the nearest is get-random-bytes\n/,
  );
  assert.match(stdout, /\nWharf cannot serve it\.$/);
  const dev = await run([
    ...["dev", "--component", file, "--port", "0", "--no-watch"],
  ]);
  assert.equal(stderr, dev.stderr);
  assert.match(stderr, /^Cannot link the component: 3 imports are not offered/);
});

Deno.test("inspect FILE --format json prints the report", async () => {
  const file = guestPath("core_module");
  const args = ["inspect", file, "--format", "json"];
  const { code, stdout, stderr } = await run(args);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const { components: [only], ...project } = JSON.parse(stdout);
  assert.deepEqual(project.refused, []);
  assert.deepEqual(project.underWay, []);
  assert.equal(project.instanceReuse, 1);
  assert.equal(only.file, file);
  assert.equal(only.size, (await Deno.stat(file)).size);
  assert.equal(only.adapted, true);
  assert.deepEqual(only.exports, ["wasi:http/incoming-handler@0.2.12"]);
  const refused = await run([
    "inspect",
    guestPath("component_without_http"),
    "--format=json",
  ]);
  assert.deepEqual(
    [refused.code, refused.stderr, JSON.parse(refused.stdout).refused.length],
    [1, "", 1],
  );
});

Deno.test("inspect --wit prints the world alone", async (test) => {
  await test.step("of a component that cannot be served, too", async () => {
    const file = guestPath("component_without_http");
    assert.deepEqual(await run(["inspect", "--wit", file]), {
      code: 0,
      stdout: "package root:component;\n\nworld root {\n" +
        "  export acme:stuff/thing@1.0.0;\n}",
      stderr: "",
    });
  });
  await test.step("of each part of a composed file", async () => {
    await using project = await makeProject();
    const parts = await Promise.all(
      ["compose_math", "compose_text"]
        .map((name) => Deno.readFile(guestPath(name))),
    );
    await Deno.writeFile(`${project.path}/composed.wasm`, composed(parts));
    const args = ["inspect", "--wit", "composed.wasm"];
    const { code, stdout } = await run(args, { cwd: project.path });
    assert.equal(code, 0);
    assert.deepEqual(
      stdout.split("package root:component;").map((text) =>
        /export (.*);/.exec(text)?.[1]
      ),
      [undefined, "acme:text/upper@1.0.0", "acme:math/add@1.0.0"],
    );
  });
});

Deno.test("inspect describes the project's component and those beside it", async () => {
  await using project = await makeProject(`dev:
  component_path: ${guestPath("compose_front")}
  components:
    - {name: math, file: "${guestPath("compose_math")}"}
    - {name: text, file: "${guestPath("compose_text")}"}
    - {name: alone, file: "${guestPath("component_without_http")}"}
`);
  const { code, stdout, stderr } = await run(["inspect"], {
    cwd: project.path,
  });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(stdout, /\n {4}acme:math\/add@1\.0\.0 +component "math"\n/);
  assert.match(
    stdout,
    /\n\ntext \(\S+compose_text\.wasm\)\n {2}12\.7 KiB\n/,
  );
  assert.match(
    stdout,
    /\n {4}acme:text\/upper@1\.0\.0 {2}imported by \S+compose_front\.wasm\n/,
  );
  assert.match(
    stdout,
    /\nalone \(.+\)\n {2}1\.4 KiB; never called: nothing imports what it exports\n/,
  );
});

Deno.test("inspect says of files that are no component what dev does", async (test) => {
  await using project = await makeProject();
  const cwd = project.path;
  const cases = [
    [guestPath("not_wasm"), "it is no WebAssembly, it begins with 54 68 69 73"],
    [guestPath("empty"), "the file is empty"],
    [`${cwd}/absent.wasm`, "there is no such file"],
    [cwd, "it is a folder"],
  ] as const;
  for (const [file, state] of cases) {
    for (const flags of [[], ["--wit"], ["--format=json"]]) {
      await test.step(`${state} ${flags.join()}`, async () => {
        assert.deepEqual(await run(["inspect", file, ...flags], { cwd }), {
          code: 1,
          stdout: "",
          stderr: `Cannot serve "${file}": ${state}`,
        });
      });
    }
  }
});

Deno.test("inspect prints nothing that a terminal obeys", async () => {
  await using project = await makeProject();
  // A file's name is whatever its maker likes.
  const file = `${project.path}/a\x1b[31m.wasm`;
  await Deno.copyFile(guestPath("hello"), file);
  const { code, stdout } = await run(["inspect", file]);
  assert.equal(code, 0);
  assert.ok(stdout.startsWith(`${project.path}/a\\x1b[31m.wasm\n`), stdout);
});
