import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { type Flag, flagHelp, parseArguments } from "./arguments.ts";
import { UsageError } from "./command.ts";

const FLAGS: readonly Flag[] = [
  { name: "project", short: "C", value: "DIR", doc: "The folder" },
  { name: "port", value: "PORT", doc: "The port" },
  { name: "no-build", doc: "Build nothing" },
  { name: "help", short: "h", doc: "Show this" },
];

Deno.test("parseArguments() reads every way to write a flag", async (test) => {
  const cases: [args: string[], flags: object, positionals?: string[]][] = [
    [[], {}],
    [["--port", "1"], { port: "1" }],
    [["--port=1"], { port: "1" }],
    [["--port=a=b"], { port: "a=b" }],
    [["--port", "-1"], { port: "-1" }],
    [["--port=--help"], { port: "--help" }],
    [["--project", "-"], { project: "-" }],
    [["-C", "dir"], { project: "dir" }],
    [["-Cdir"], { project: "dir" }],
    [["-C=dir"], { project: "dir" }],
    [["-C=a=b"], { project: "a=b" }],
    [["--no-build", "-h"], { "no-build": true, help: true }],
    [["--port", "1", "--port", "2"], { port: "2" }],
    [["a", "--port", "1", "b"], { port: "1" }, ["a", "b"]],
    [["--", "--port", "-C"], {}, ["--port", "-C"]],
    [["--no-build", "--"], { "no-build": true }],
    [["-", ""], {}, ["-", ""]],
    [["-5", "--port", "1"], { port: "1" }, ["-5"]],
  ];
  for (const [args, flags, positionals = []] of cases) {
    await test.step(JSON.stringify(args), () => {
      deepStrictEqual(parseArguments(args, FLAGS), { flags, positionals });
    });
  }
});

Deno.test("parseArguments() says what is wrong with a flag", async (test) => {
  const noSuchFlag = "there is no such flag";
  const cases: [args: string[], message: string][] = [
    [["--prot", "1"], `"--prot": ${noSuchFlag}; did you mean --port?`],
    [["--prot=1"], `"--prot": ${noSuchFlag}; did you mean --port?`],
    [["--nobuild"], `"--nobuild": ${noSuchFlag}; did you mean --no-build?`],
    [["--no_build"], `"--no_build": ${noSuchFlag}; did you mean --no-build?`],
    [["--watch"], `"--watch": ${noSuchFlag}; --help lists all`],
    [["--toString"], `"--toString": ${noSuchFlag}; --help lists all`],
    [["--="], `"--": ${noSuchFlag}; --help lists all`],
    [["-x"], `"-x": ${noSuchFlag}; --help lists all`],
    [["-port", "1"], `"-p": ${noSuchFlag}; --help lists all`],
    [["--port"], `"--port": its value is missing; write --port PORT`],
    [["--port", "--"], `"--port": its value is missing; write --port PORT`],
    [
      ["--project", "--no-build"],
      `"--project": its value is missing; write --project DIR`,
    ],
    [["-C", "-h"], `"-C": its value is missing; write -C DIR`],
    [["--port="], `"--port": its value is empty; write --port PORT`],
    [["--port", ""], `"--port": its value is empty; write --port PORT`],
    [["-C="], `"-C": its value is empty; write -C DIR`],
    [["--no-build=yes"], `"--no-build=yes": --no-build takes no value`],
    [["--no-build="], `"--no-build=": --no-build takes no value`],
    [["-hx"], `"-hx": -h takes no value`],
  ];
  for (const [args, message] of cases) {
    await test.step(JSON.stringify(args), () => {
      throws(
        () => parseArguments(args, FLAGS),
        new UsageError(`Cannot read ${message}`),
      );
    });
  }
});

Deno.test("flagHelp() sets the flags in two columns", () => {
  strictEqual(
    flagHelp(FLAGS),
    `  -C, --project DIR  The folder
      --port PORT    The port
      --no-build     Build nothing
  -h, --help         Show this`,
  );
});
