import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type KvSetup, setUpKv } from "../../../tests/support/run_kv.ts";
import { openSqlite } from "../../keyvalue/sqlite.ts";

const STORES: Readonly<Record<string, () => Promise<KvSetup>>> = {
  filesystem: () => setUpKv(),
  sqlite: () =>
    setUpKv({
      open: (path) => openSqlite({ path }),
    }),
};

/** A test on each store. */
function testKv(name: string, fn: (setup: KvSetup) => Promise<void>): void {
  for (const [store, setUp] of Object.entries(STORES)) {
    Deno.test(`${name} (${store})`, async () => {
      await using setup = await setUp();
      await fn(setup);
    });
  }
}

testKv(
  "put takes a value from the command line, stdin and files",
  async ({ kv, folder }) => {
    const bytes = new Uint8Array([0, 255, 10, 13]);
    await Deno.writeFile(`${folder}/value`, bytes);
    const cases: [
      args: string[],
      stdin: Uint8Array<ArrayBuffer>,
      value: string,
    ][] = [
      [["text"], new Uint8Array(0), btoa("text")],
      [[""], new Uint8Array(0), ""],
      [["-"], bytes, bytes.toBase64()],
      [["-f", "-"], bytes, bytes.toBase64()],
      [["--file", "value"], new Uint8Array(0), bytes.toBase64()],
      [["AP8=", "--base64"], new Uint8Array(0), "AP8="],
      [["-", "--base64"], new TextEncoder().encode("AP8=\n"), "AP8="],
    ];
    for (const [index, [args, stdin, value]] of cases.entries()) {
      const key = `key${index}`;
      const put = await kv(["put", key, ...args, "-b", "x"], { stdin });
      deepStrictEqual([put.code, put.stderr], [0, ""]);
      const got = await kv(["get", key, "-b", "x", "--base64"]);
      strictEqual(got.stdout, `${value}\n`);
    }
    const wrong = await kv(["put", "a", "!", "--base64", "-b", "x"]);
    strictEqual(wrong.stderr, "Cannot read the value: it is no base64");
  },
);

testKv(
  "get writes a value in the form that is asked for",
  async ({ kv, folder }) => {
    await kv(["put", "text", "grüße", "-b", "x"]);
    await kv(["put", "bin", "AAH/", "--base64", "-b", "x"]);
    strictEqual((await kv(["get", "text", "-b", "x"])).stdout, "grüße\n");
    strictEqual(
      (await kv(["get", "text", "-b", "x", "--raw"])).stdout,
      "grüße",
    );

    const refused = await kv(["get", "bin", "-b", "x"]);
    strictEqual(
      refused.stderr,
      'Cannot print "bin": its 3 bytes are no text; use --raw, --file FILE or --base64',
    );
    strictEqual(refused.code, 1);
    const raw = await kv(["get", "bin", "-b", "x", "--raw"]);
    deepStrictEqual([...raw.bytes], [0, 1, 255]);
    strictEqual((await kv(["get", "bin", "-b", "x", "-f", "out"])).stdout, "");
    deepStrictEqual([...await Deno.readFile(`${folder}/out`)], [0, 1, 255]);

    const json = await kv(["get", "bin", "-b", "x", "--format", "json"]);
    const { version, ...rest } = JSON.parse(json.stdout);
    deepStrictEqual(rest, { key: "bin", base64: "AAH/" });
    ok(version);
    const escape = await kv(["put", "esc", "\x1b[2J", "-b", "x"]);
    strictEqual(escape.code, 0);
    strictEqual((await kv(["get", "esc", "-b", "x"])).code, 1);
  },
);

testKv("get of a missing key fails, and says so", async ({ kv }) => {
  const { code, stdout, stderr } = await kv(["get", "no\npe", "-b", "x"]);
  deepStrictEqual([code, stdout], [1, ""]);
  match(stderr, /^Cannot get "no\\npe": there is no such key in bucket "x", /);
});

testKv("put and swap set what is as it was said to be", async ({ kv }) => {
  const args = ["-b", "x", "--format", "json"];
  const made = await kv(["put", "a", "1", "--if-absent", ...args]);
  const { version } = JSON.parse(made.stdout);
  const again = await kv(["put", "a", "2", "--if-absent", ...args]);
  strictEqual(JSON.parse(again.stderr).code, "conflict");
  const swapped = await kv(["swap", "a", version, "3", ...args]);
  const next = JSON.parse(swapped.stdout).version;
  ok(next !== version);
  strictEqual((await kv(["swap", "a", version, "4", ...args])).code, 1);
  const put = await kv(["put", "a", "5", "--if-version", next, ...args]);
  strictEqual(put.code, 0);
  strictEqual((await kv(["get", "a", "-b", "x"])).stdout, "5\n");
});

testKv("put --ttl sets a key that goes", async ({ kv }) => {
  const kept = await kv(["put", "kept", "v", "--ttl", "7d", "-b", "x"]);
  strictEqual(kept.code, 0);
  strictEqual((await kv(["get", "kept", "-b", "x"])).stdout, "v\n");
  await kv(["put", "gone", "v", "--ttl", "1ms", "-b", "x"]);
  // Each look takes longer than the key has.
  let looks = 0;
  while ((await kv(["get", "gone", "-b", "x"])).code === 0) {
    ok(++looks < 1000);
  }
});

testKv("increment adds what is negative too", async ({ kv }) => {
  const cases: [args: string[], sum: string][] = [
    [["increment", "n", "-b", "x"], "1\n"],
    [["increment", "n", "-5", "-b", "x"], "-4\n"],
    [["increment", "n", "-b", "x", "--", "-6"], "-10\n"],
    [["increment", "n", "+9007199254740993", "-b", "x"], "9007199254740983\n"],
    [
      ["increment", "n", "--format=json", "-b", "x"],
      '{"key":"n","value":"9007199254740984"}\n',
    ],
  ];
  for (const [args, sum] of cases) {
    strictEqual((await kv(args)).stdout, sum, args.join(" "));
  }
});

testKv("delete removes keys, absent ones among them", async ({ kv }) => {
  for (const key of ["a", "b", "c"]) await kv(["put", key, "v", "-b", "x"]);
  const { code, stdout } = await kv(["delete", "a", "nope", "c", "-b", "x"]);
  strictEqual(code, 0);
  strictEqual(stdout, 'Deleted "a"\nDeleted "nope"\nDeleted "c"\n');
  strictEqual((await kv(["list", "-b", "x"])).stdout, "b\n");
});

testKv(
  "list shows keys as a terminal can, as JSON and between zeros",
  async ({ kv }) => {
    const keys = ["plain", "two\nlines", "\x1b[31mred", "", "ü\u{1f600}", "-5"];
    for (const key of keys) {
      const put = await kv(["put", "-b", "x", "--", key, "v"]);
      strictEqual(put.code, 0, put.stderr);
    }
    const lines = (await kv(["list", "-b", "x"])).stdout.split("\n");
    deepStrictEqual(
      lines.slice(0, -1).sort(),
      ["", "-5", "\\x1b[31mred", "plain", "two\\nlines", "ü\u{1f600}"].sort(),
    );
    const json = (await kv(["list", "-b", "x", "--format=json"])).stdout;
    deepStrictEqual(
      json.trimEnd().split("\n").map((line) => JSON.parse(line).key).sort(),
      [...keys].sort(),
    );
    const zero = (await kv(["list", "-b", "x", "--null"])).stdout;
    deepStrictEqual(zero.split("\0").slice(0, -1).sort(), [...keys].sort());
    const some = await kv(["list", "-b", "x", "--prefix", "two", "--null"]);
    strictEqual(some.stdout, "two\nlines\0");
    const few = await kv(["list", "-b", "x", "--limit", "2", "--null"]);
    strictEqual(few.stdout.split("\0").length - 1, 2);
  },
);

Deno.test("list goes on from page to page", async () => {
  await using setup = await STORES["sqlite"]!();
  const keys = Array.from({ length: 2500 }, (_, index) => `k${index}`);
  const dump = [
    '{"wharf":1}',
    ...keys.map((key) => `{"key":"${key}","value":""}`),
  ];
  await setup.kv(["import", "-b", "x"], { stdin: dump.join("\n") });
  const all = (await setup.kv(["list", "-b", "x"])).stdout.trimEnd().split(
    "\n",
  );
  deepStrictEqual(all.sort(), keys.sort());
  const some = await setup.kv(["list", "-b", "x", "--limit", "1500"]);
  strictEqual(some.stdout.trimEnd().split("\n").length, 1500);
});

Deno.test("list ends quietly when nobody reads on", async () => {
  await using setup = await setUpKv();
  await setup.kv(["put", "a", "v", "-b", "x"]);
  const outcome = await setup.kv(["list", "-b", "x"], { stdout: broken() });
  deepStrictEqual([outcome.code, outcome.stderr], [0, ""]);
  const exported = await setup.kv(["export", "-b", "x"], { stdout: broken() });
  deepStrictEqual([exported.code, exported.stderr], [
    1,
    "Cannot write to stdout: whoever reads it has stopped",
  ]);
});

function broken(): WritableStream<Uint8Array> {
  return new WritableStream({
    write: () => Promise.reject(new Deno.errors.BrokenPipe()),
  });
}

Deno.test("history, purge and --revision name the store that cannot", async (test) => {
  await using setup = await setUpKv();
  await setup.kv(["put", "a", "v", "-b", "x"]);
  const cases: [args: string[], message: string][] = [
    [
      ["history", "a"],
      'read a history in "x": the store filesystem keeps none',
    ],
    [
      ["purge", "a"],
      'purge a key of "x": the store filesystem keeps no history to remove; use "kv delete"',
    ],
    [
      ["get", "a", "--revision", "1"],
      'get an earlier value from "x": the store filesystem keeps no history',
    ],
  ];
  for (const [args, message] of cases) {
    await test.step(args.join(" "), async () => {
      const { code, stderr } = await setup.kv([...args, "-b", "x"]);
      deepStrictEqual([code, stderr], [1, `Cannot ${message}`]);
    });
  }
});
