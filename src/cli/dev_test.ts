import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { guestPath } from "../../tests/support/guest_app.ts";
import { makeProject, run } from "../../tests/support/run_main.ts";

const GUESTS = guestPath("hello").replace(/\/[^/]*$/, "");

/** Without a watch `dev` ends where there is nothing to serve. */
const ONCE = ["dev", "--port", "0", "--no-watch"];

Deno.test("dev says what is wrong with its flags", async (test) => {
  const cases: [args: string[], message: string][] = [
    [
      ["dev", "--prot", "1"],
      `Cannot read "--prot": there is no such flag; did you mean --port?`,
    ],
    [
      ["dev", "--watch"],
      `Cannot read "--watch": there is no such flag; --help lists all`,
    ],
    [
      ["dev", "--port"],
      `Cannot read "--port": its value is missing; write --port PORT`,
    ],
    [
      ["dev", "--component="],
      `Cannot read "--component": its value is empty; write --component FILE`,
    ],
    [
      ["dev", "--no-build=1"],
      `Cannot read "--no-build=1": --no-build takes no value`,
    ],
    [
      ["dev", "hello.wasm"],
      `Cannot read "hello.wasm": dev takes flags only; --help lists all`,
    ],
    [
      ["dev", "--format", "yaml"],
      `Cannot use --format "yaml": it is neither text nor json`,
    ],
    [
      ["dev", "--log-level=loud"],
      `Cannot use --log-level "loud": it is none of debug, info, warn, error`,
    ],
  ];
  for (const [args, message] of cases) {
    await test.step(args.join(" "), async () => {
      const outcome = { code: 1, stdout: "", stderr: message };
      deepStrictEqual(await run(args), outcome);
    });
  }
});

Deno.test("dev says that there is no configuration", async () => {
  await using project = await makeProject();
  deepStrictEqual(await run(["dev"], { cwd: project.path }), {
    code: 1,
    stdout: "",
    stderr:
      `Cannot find ".wash/config.yaml" in "${project.path}" or above: no such file; ` +
      `make a project with "deno task new NAME", name one with --project DIR, ` +
      `or name a component with --component FILE`,
  });
});

Deno.test("dev says that the project's folder is missing", async () => {
  await using project = await makeProject();
  const args = ["dev", "--project", "nowhere"];
  deepStrictEqual(await run(args, { cwd: project.path }), {
    code: 1,
    stdout: "",
    stderr: `Cannot read the configuration: 1 problem
--project: "${project.path}/nowhere": no such folder; name the folder that holds .wash`,
  });
});

Deno.test("dev says all that is wrong with the configuration, and shows no secret", async () => {
  await using project = await makeProject(`dev:
  adress: 127.0.0.1:8000
  request_timeout: soon
  wasi_keyvalue_redis_url: http://me:hunter2@localhost
`);
  const args = ["dev", "--instance-reuse", "0"];
  const { code, stdout, stderr } = await run(args, { cwd: project.path });
  deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
  match(
    stderr,
    /^Cannot read the configuration: 4 problems\n(\S.*: .*\n){3}\S.*: .*$/,
  );
  for (
    const place of [
      ".wash/config.yaml:2:3: dev.adress: unknown key; ",
      ".wash/config.yaml:3:20: dev.request_timeout: ",
      ".wash/config.yaml:4:28: dev.wasi_keyvalue_redis_url: ",
      "--instance-reuse: ",
    ]
  ) {
    ok(stderr.includes(place), stderr);
  }
  ok(!stderr.includes("hunter2"), stderr);
});

Deno.test("dev says why a build gives nothing to serve", async (test) => {
  const component = `component_path: out.wasm`;
  const cases: [
    name: string,
    config: string,
    stdout: string,
    message: string,
    args?: string[],
  ][] = [
    [
      "no command",
      `dev: {${component}}`,
      "",
      `Cannot build "<project>": neither dev.command nor build.command is set; --no-build serves "<project>/out.wasm" as it is`,
    ],
    [
      "failing command",
      `build: {command: "echo why; exit 3", ${component}}`,
      "Building: echo why; exit 3\nwhy",
      `Cannot build the component: the command "echo why; exit 3" failed, it exited with 3`,
    ],
    [
      "failing command at a level that does not tell its output",
      `build: {command: "echo why; exit 3", ${component}}`,
      "",
      `why\nCannot build the component: the command "echo why; exit 3" failed, it exited with 3`,
      ["--log-level", "warn"],
    ],
    [
      "dev.command",
      `{build: {command: exit 3, ${component}}, dev: {command: exit 4}}`,
      "Building: exit 4",
      `Cannot build the component: the command "exit 4" failed, it exited with 4`,
    ],
    [
      "variables",
      `build: {command: 'echo "$A $B $WASH_COMPONENT_PATH"; pwd; exit 1', env: {A: build}, ${component}}
dev: {environment: {A: dev, B: dev}}`,
      `Building: echo "$A $B $WASH_COMPONENT_PATH"; pwd; exit 1\nbuild dev <project>/out.wasm\n<project>`,
      `Cannot build the component: the command "echo "$A $B $WASH_COMPONENT_PATH"; pwd; exit 1" failed, it exited with 1`,
    ],
    [
      "nothing made",
      `build: {command: "true", ${component}}`,
      "Building: true",
      `Cannot serve "<project>/out.wasm": there is no such file although the build command succeeded; build.component_path names the file that it writes`,
    ],
    [
      "nothing there",
      `build: {command: "true", ${component}}`,
      "",
      `Cannot serve "<project>/out.wasm": there is no such file`,
      ["--no-build"],
    ],
    [
      "empty file",
      `build: {command: ": > out.wasm", ${component}}`,
      "Building: : > out.wasm",
      `Cannot serve "<project>/out.wasm": the file is empty`,
    ],
    [
      "folder",
      `build: {command: "mkdir out.wasm", ${component}}`,
      "Building: mkdir out.wasm",
      `Cannot serve "<project>/out.wasm": it is a folder`,
    ],
  ];
  for (const [name, config, stdout, message, args = []] of cases) {
    await test.step(name, async () => {
      await using project = await makeProject(config);
      const outcome = await run([...ONCE, ...args], {
        cwd: project.path,
      });
      const named = (text: string) =>
        text.replaceAll("<project>", project.path);
      deepStrictEqual(outcome, {
        code: 1,
        stdout: named(stdout),
        stderr: named(message),
      });
    });
  }
});

Deno.test("dev says why a component cannot be served", async (test) => {
  const cases: [guest: string, message: string][] = [
    [
      "not_wasm",
      `Cannot serve "<guest>": it is no WebAssembly, it begins with 54 68 69 73`,
    ],
    [
      "module_without_types",
      `Cannot serve "<guest>": it is a core module without component types; ` +
      `tools such as wit-bindgen and cargo-component write them into it`,
    ],
    [
      "wants_missing",
      `Cannot link the component: 3 imports are not offered
  acme:stuff/thing@1.0.0: not offered
  wasi:keyvalue/store@0.2.0-draft3: this version is not offered; offered are 0.2.0-draft, 0.2.0-draft2
  wasi:random/random@0.2.12#get-random-bits: no such function; the nearest is get-random-bytes`,
    ],
  ];
  for (const [guest, message] of cases) {
    const args = [...ONCE, "--component", `${guest}.wasm`];
    await test.step(guest, async () => {
      deepStrictEqual(await run(args, { cwd: GUESTS }), {
        code: 1,
        stdout: "",
        stderr: message.replace("<guest>", `${GUESTS}/${guest}.wasm`),
      });
    });
  }
  await test.step("component_without_http", async () => {
    const component = `${GUESTS}/component_without_http.wasm`;
    const outcome = await run([...ONCE, "--component", component]);
    strictEqual(outcome.code, 1);
    match(
      outcome.stderr,
      /wasi:http\/incoming-handler.* the component does not export it, it exports acme:stuff\/thing@1\.0\.0;/,
    );
  });
});

/**
 * (component (core module $m (func $s unreachable) (start $s))
 *   (core instance (instantiate $m)) (instance $e)
 *   (export "wasi:http/incoming-handler@0.2.0" (instance $e)))
 */
const TRAPS_AT_START =
  "AGFzbQ0AAQABLQBhc20BAAAAAQQBYAAAAwIBAAgBAAoFAQMAAAsADwRuYW1lAAIBbQEEAQABcwIE" +
  "AQAAAAUDAQEACyYBACB3YXNpOmh0dHAvaW5jb21pbmctaGFuZGxlckAwLjIuMAUAAAAmDmNvbXBv" +
  "bmVudC1uYW1lAQYAEQEAAW0BBgASAQABaQEFBQEAAWU=";

Deno.test("dev says why a component cannot be started", async (test) => {
  await using project = await makeProject();
  const hello = await Deno.readFile(guestPath("hello"));
  const cases: [name: string, bytes: Uint8Array, message: RegExp][] = [
    [
      "traps.wasm",
      Uint8Array.fromBase64(TRAPS_AT_START),
      /^Cannot start "<file>": The guest trapped: unreachable\n {4}at s$/,
    ],
    [
      "cut.wasm",
      hello.subarray(0, 600),
      /^Cannot serve "<file>": it cannot be transpiled: [^\n]*$/,
    ],
  ];
  for (const [name, bytes, message] of cases) {
    const file = `${project.path}/${name}`;
    await Deno.writeFile(file, bytes);
    await test.step(name, async () => {
      const args = [...ONCE, "--component", file];
      const { code, stderr } = await run(args);
      strictEqual(code, 1);
      match(stderr.replace(file, "<file>"), message);
    });
  }
});

Deno.test("dev says that the cache cannot be used", async () => {
  await using project = await makeProject();
  await Deno.writeTextFile(`${project.path}/file`, "");
  const { code, stderr } = await run([
    "dev",
    ...["--port", "0", "--component", `${GUESTS}/hello.wasm`],
  ], { env: { WHARF_CACHE_DIR: `${project.path}/file` } });
  strictEqual(code, 1);
  match(
    stderr,
    /^Cannot keep the component in ".*\/file\/artifacts": Not a directory .*; WHARF_CACHE_DIR names another folder$/,
  );
});

Deno.test("dev writes its end as an event where JSON is asked for", async () => {
  await using project = await makeProject(
    `build: {command: "echo why; exit 3"}`,
  );
  const { code, stdout, stderr } = await run(
    [...ONCE, "--format", "json"],
    { cwd: project.path },
  );
  deepStrictEqual({ code, stderr }, { code: 1, stderr: "" });
  const events = stdout.split("\n").map((line) => {
    const { time, ...event } = JSON.parse(line);
    ok(typeof time === "string");
    return event;
  });
  deepStrictEqual(events, [
    { event: "build-started", command: "echo why; exit 3" },
    { event: "build-output", text: "why" },
    {
      event: "failed",
      text:
        `Cannot build the component: the command "echo why; exit 3" failed, it exited with 3`,
      output: "why\n",
    },
  ]);
});
