import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { modulesLoadedBy } from "../../tests/support/module_graph.ts";
import { setUpKv } from "../../tests/support/run_kv.ts";

Deno.test("kv tells of its subcommands, and each of its flags", async (test) => {
  await using setup = await setUpKv();
  const { kv } = setup;
  const { code, stdout } = await kv(["--help"]);
  strictEqual(code, 0);
  const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)]
    .map(([, name]) => name!);
  deepStrictEqual(names, [
    ...["list", "get", "put", "delete", "purge", "increment", "swap"],
    ...["history", "watch", "buckets", "export", "import"],
  ]);
  for (const name of names) {
    await test.step(name, async () => {
      const help = await kv([name, "--help"]);
      strictEqual(help.code, 0);
      match(help.stdout, new RegExp(`: deno task kv ${name}`));
      match(help.stdout, /^ {2}-h, --help +Show this$/m);
    });
  }
});

Deno.test("kv says what is wrong with a command line", async (test) => {
  await using setup = await setUpKv();
  const cases: [args: string[], message: RegExp][] = [
    [["lst"], /^Cannot run "kv lst": .*; did you mean "list"\?$/],
    [["toString"], /^Cannot run "kv toString": .*; it is one of list, get,/],
    [["--bucket", "x"], /^Cannot read "--bucket": the subcommand comes first/],
    [
      ["list"],
      /: --bucket is missing; .* such as "in_memory" or "filesystem"$/,
    ],
    [["get", "-b", "x"], /: something is missing; write "kv get KEY"$/],
    [["get", "a", "b", "-b", "x"], /: "b" is too much; write "kv get KEY"$/],
    [["list", "-b", "x", "--limit", "0"], /--limit "0": it is no whole number/],
    [["list", "-b", "x", "--null", "--format=json"], /--null with --format/],
    [["list", "-b", "x", "--store", "radis"], /; did you mean "redis"\?$/],
    [
      ["get", "a", "-b", "x", "--raw", "--base64"],
      /--raw and --base64 together/,
    ],
    [["put", "a", "-b", "x"], /^Cannot tell the value: there is none; /],
    [["put", "a", "b", "-f", "c", "-b", "x"], /: it is given twice; /],
    [["put", "a", "b", "-b", "x", "--ttl", "soon"], /--ttl "soon": it is no/],
    [
      ["put", "a", "b", "-b", "x", "--ttl=1s", "--if-absent"],
      /with a condition/,
    ],
    [["increment", "a", "1.5", "-b", "x"], /^Cannot add "1.5": /],
    [["buckets", "drop", "x"], /^Cannot run "buckets drop": /],
    [["buckets", "delete"], /write "buckets delete NAME"$/],
  ];
  for (const [args, message] of cases) {
    await test.step(args.join(" "), async () => {
      const { code, stdout, stderr } = await setup.kv(args);
      deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
      match(stderr, message);
    });
  }
});

Deno.test("kv writes errors as JSON where JSON is asked for", async (test) => {
  await using setup = await setUpKv();
  const cases: [args: string[], code: string][] = [
    [["get", "a", "-b", "x", "--nope"], "usage"],
    [["get", "a", "-b", "x"], "no-such-key"],
    [["get", "a", "-b", "nats"], "no-such-store"],
    [["get", "a", "-b", "in_memory", "--port=1"], "no-server"],
    [["get", "a", "-b", "x", "--store=in_memory"], "unsupported"],
    [["get", "a", "-b", "x", "--port=x"], "config"],
    [["put", "a", "-f", "nope", "-b", "x"], "input"],
    [["swap", "a", "1", "v", "-b", "x"], "conflict"],
    [["put", "\ud800", "v", "-b", "x"], "other"],
  ];
  for (const [args, code] of cases) {
    await test.step(args.join(" "), async () => {
      const outcome = await setup.kv([...args, "--format", "json"]);
      strictEqual(outcome.code, 1);
      strictEqual(outcome.stdout, "");
      const { error, code: told } = JSON.parse(outcome.stderr);
      strictEqual(told, code);
      match(error, /^Cannot /);
    });
  }
});

Deno.test("kv refuses what only the serving process sees, where none serves", async (test) => {
  await using setup = await setUpKv();
  const cases: [args: string[], store: string][] = [
    [["-b", "in_memory"], "in_memory"],
    [["-b", "x", "--store", "in_memory"], "in_memory"],
    [["-b", "x", "--keyvalue-default", "in_memory"], "in_memory"],
    [["-b", "deno_kv", "--wasi-keyvalue-deno-kv", ":memory:"], "deno_kv"],
  ];
  for (const [args, store] of cases) {
    await test.step(args.join(" "), async () => {
      // Nothing listens at the port of tcpmux.
      const { code, stderr } = await setup.kv(["list", "--port=1", ...args]);
      strictEqual(code, 1);
      match(
        stderr,
        new RegExp(`: the store ${store} is the memory of the process`),
      );
    });
  }
});

Deno.test("kv tells a person, and no script, where a bucket without a rule is", async () => {
  await using setup = await setUpKv();
  const args = ["list", "-b", "filesytem"];
  deepStrictEqual((await setup.kv(args)).stderr, "");
  match(
    (await setup.kv(args, { terminal: true })).stderr,
    /^Bucket "filesytem" has no rule, so it is in files in .*; did you mean "filesystem"\?$/,
  );
});

Deno.test("kv loads no subcommand, no store and no WASI before it is needed", async () => {
  const loaded = await modulesLoadedBy("src/cli/kv.ts");
  ok(loaded.some((each) => each.endsWith("/src/cli/kv.ts")));
  deepStrictEqual(
    loaded.filter((each) =>
      /\/src\/(wasi|runtime)\/|cli\/kv\/(list|get|put|export)\.ts|keyvalue\/(redis|nats|sqlite|filesystem)\.ts/
        .test(each)
    ),
    [],
  );
});
