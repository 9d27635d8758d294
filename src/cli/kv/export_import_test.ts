import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { setUpKv } from "../../../tests/support/run_kv.ts";
import { openInMemory } from "../../keyvalue/in_memory.ts";
import type { Backend, Bucket, Entry } from "../../keyvalue/store.ts";

const encoder = new TextEncoder();

Deno.test("export | import keeps every key and every byte", async () => {
  await using setup = await setUpKv();
  const { kv } = setup;
  const every = Uint8Array.from({ length: 256 }, (_, index) => index);
  const values: [key: string, value: Uint8Array<ArrayBuffer>][] = [
    ["", encoder.encode("empty key")],
    ["empty", new Uint8Array(0)],
    ["every byte", every],
    ["a\nb\0c\u2028", encoder.encode('line\nbreak "quoted" \\')],
    ["bom", encoder.encode("\ufefftext")],
    ["../.. /", encoder.encode("\x1b[31m")],
    ["ü\u{1f600}", encoder.encode("grüße \u{1f600}")],
    ["large", new Uint8Array(3 << 20).fill(7)],
  ];
  for (const [key, value] of values) {
    const put = await kv(["put", "-b", "x", "--", key, "-"], { stdin: value });
    strictEqual(put.code, 0, put.stderr);
  }
  const dump = await kv(["export", "-b", "x"]);
  match(dump.stderr, /^Exported 8 keys, 3\.0 MiB, of bucket "x" in files in /);
  const imported = await kv(["import", "-b", "y"], { stdin: dump.bytes });
  match(imported.stderr, /^Imported 8 keys, 3\.0 MiB, into bucket "y" in /);
  for (const [key, value] of values) {
    const got = await kv(["get", "-b", "y", "--raw", "--", key]);
    strictEqual(Buffer.compare(got.bytes, value), 0, JSON.stringify(key));
  }
  const list = await kv(["list", "-b", "y", "--format=json"]);
  strictEqual(list.stdout.split("\n").length - 1, values.length);
  strictEqual(
    (await kv(["list", "-b", "y", "--null"])).stderr,
    'Cannot end "a\\nb\\u0000c\u2028" with a zero byte: it holds one; use --format json',
  );

  const file = await kv(["export", "-b", "x", "-f", "dump", "--prefix", "e"]);
  deepStrictEqual([file.code, file.stdout], [0, ""]);
  const part = await kv(["import", "-b", "z", "--file=dump", "--format=json"]);
  deepStrictEqual(JSON.parse(part.stderr), {
    imported: 2,
    present: 0,
    expired: 0,
    bytes: 256,
  });
});

Deno.test("import stops at the first wrong line, and keeps those before it", async (test) => {
  const head = '{"wharf":1}';
  const good = '{"key":"a","value":"v"}';
  const cases: [lines: (string | Uint8Array)[], problem: RegExp][] = [
    [[], /line 1: there is none; the input is empty$/],
    [["not json"], /line 1: it is no JSON$/],
    [[good], /line 1: it is no header of an export; /],
    [['{"wharf":2}'], /line 1: its format is "2"; this Wharf reads format 1$/],
    [[head, good, "[]"], /line 3: it is no object$/],
    [[head, good, ""], /line 3: it is no JSON$/],
    [[head, good, '{"value":"v"}'], /line 3: "key" is no text$/],
    [
      [head, good, '{"key":"\\ud800","value":""}'],
      /line 3: "key" holds a lone/,
    ],
    [[head, good, '{"key":"b"}'], /line 3: one of "value" and "base64" is/],
    [[head, good, '{"key":"b","value":1}'], /line 3: "value" is no text$/],
    [
      [head, good, '{"key":"b","base64":"?"}'],
      /line 3: "base64" is no base64$/,
    ],
    [
      [head, good, '{"key":"b","value":"","base64":""}'],
      /line 3: one of "value"/,
    ],
    [
      [head, good, '{"key":"b","value":"","expires":"soon"}'],
      /line 3: "expires" is no time/,
    ],
    [
      [head, good, '{"key":"b","value":"","ttl":1}'],
      /line 3: unknown field "ttl"/,
    ],
    [[head, good, '{"end":2}'], /line 3: it counts 2 keys, and there were 1$/],
    [
      [head, good, '{"end":1}', good],
      /line 4: it stands behind the last line$/,
    ],
    [[head, good, new Uint8Array([255])], /line 3: it is no UTF-8$/],
    [
      ['{"wharf":1,"counted":true}', good],
      /the export was cut short after line 2; /,
    ],
  ];
  for (const [lines, problem] of cases) {
    await test.step(String(problem), async () => {
      await using setup = await setUpKv();
      const stdin = await new Blob(
        lines.flatMap((line) => [line as BlobPart, "\n"]),
      ).bytes();
      const { code, stderr } = await setup.kv(["import", "-b", "x"], { stdin });
      strictEqual(code, 1);
      match(stderr.split("\n").at(-1)!, problem);
      const stored = lines.length > 1 ? "a\n" : "";
      strictEqual((await setup.kv(["list", "-b", "x"])).stdout, stored);
    });
  }
});

Deno.test("import --if-absent leaves keys alone that are there", async () => {
  await using setup = await setUpKv();
  await setup.kv(["put", "a", "old", "-b", "x"]);
  const far = new Date(Date.now() + 3_600_000).toISOString();
  const stdin = `{"wharf":1}
{"key":"a","value":"new"}
{"key":"b","value":"new"}
{"key":"a","value":"new","expires":"${far}"}
{"key":"c","value":"new","expires":"${far}"}`;
  const { stderr } = await setup.kv(["import", "-b", "x", "--if-absent"], {
    stdin,
  });
  match(stderr, /^Imported 2 keys, 6 bytes, .*; 2 were there$/);
  const values = await Promise.all(
    ["a", "b", "c"].map((key) => setup.kv(["get", key, "-b", "x"])),
  );
  deepStrictEqual(values.map(({ stdout }) => stdout), [
    "old\n",
    "new\n",
    "new\n",
  ]);
});

Deno.test("import takes the later of two lines with one key", async () => {
  await using setup = await setUpKv();
  const far = new Date(Date.now() + 3_600_000).toISOString();
  const stdin = `{"wharf":1}
{"key":"a","value":"1","expires":"${far}"}
{"key":"a","value":"2"}`;
  await setup.kv(["import", "-b", "x"], { stdin });
  strictEqual((await setup.kv(["get", "a", "-b", "x"])).stdout, "2\n");
});

Deno.test("export tells when keys go, and import keeps it", async () => {
  const until = new Date(Date.now() + 3_600_000);
  const ttls = new Map<string, number | undefined>();
  const backend = await openInMemory();
  await using setup = await setUpKv({
    open: () =>
      Promise.resolve(kept(backend, (bucket) => ({
        expiry: (key) => Promise.resolve(key === "goes" ? until : undefined),
        set(key, value, options) {
          ttls.set(key, options?.ttl);
          return bucket.set(key, value, options);
        },
      }))),
  });
  const { kv } = setup;
  await kv(["put", "goes", "v", "-b", "x"]);
  await kv(["put", "stays", "v", "-b", "x"]);
  const dump = await kv(["export", "-b", "x"]);
  deepStrictEqual(
    dump.stdout.trimEnd().split("\n").slice(1, -1).map((line) =>
      JSON.parse(line)
    ).find(({ key }) => key === "goes"),
    { key: "goes", value: "v", expires: until.toISOString() },
  );
  const shown = await kv(["get", "goes", "-b", "x", "--format=json"]);
  strictEqual(JSON.parse(shown.stdout).expires, until.toISOString());

  ttls.clear();
  const past = '{"key":"over","value":"v","expires":"2000-01-01T00:00:00Z"}';
  const lines = dump.stdout.split("\n");
  const stdin = ['{"wharf":1}', ...lines.slice(1, -2), past].join("\n");
  const imported = await kv(["import", "-b", "y"], { stdin });
  match(imported.stderr, /^Imported 2 keys, .*; 1 had expired$/);
  const ttl = ttls.get("goes")!;
  ok(ttl > 3_000_000 && ttl <= 3_600_000, String(ttl));
  deepStrictEqual(
    (await kv(["list", "-b", "y"])).stdout.trimEnd().split("\n").sort(),
    ["goes", "stays"],
  );
});

Deno.test("export holds few values at a time where they are large", async () => {
  const backend = await openInMemory();
  const bucket = await backend.open("x");
  const large = new Uint8Array(3 << 20);
  for (let index = 0; index < 12; index++) await bucket.set(`k${index}`, large);
  const asked: number[] = [];
  await using setup = await setUpKv({
    open: () =>
      Promise.resolve(kept(backend, (bucket) => ({
        getMany(keys): Promise<(Entry | undefined)[]> {
          asked.push(keys.length);
          return bucket.getMany(keys);
        },
      }))),
  });
  strictEqual((await setup.kv(["export", "-b", "x", "-f", "out"])).code, 0);
  deepStrictEqual(asked, new Array(12).fill(1));
});

Deno.test("a person sees how far export and import are", async () => {
  await using setup = await setUpKv();
  await setup.kv(["put", "a", "v", "-b", "x"]);
  const terminal = true;
  const dump = await setup.kv(["export", "-b", "x"], { terminal });
  match(dump.stderr, /rule[^\r]+\nExported 1 keys, 1 bytes, of bucket/);
  const toFile = await setup.kv(["export", "-b", "x", "-f", "f"], { terminal });
  match(toFile.stderr, /\rExported 1 keys, 1 bytes, \d+ keys\/s\p{Cc}\[K/u);
  const imported = await setup.kv(["import", "-b", "y"], {
    stdin: dump.stdout,
    terminal,
  });
  match(imported.stderr, /\rImported 1 keys, 1 bytes, \d+ keys\/s\p{Cc}\[K/u);
});

/** A backend that outlives the command, its buckets with other methods. */
function kept(
  backend: Backend,
  change: (bucket: Bucket) => Partial<Bucket>,
): Backend {
  return {
    summary: backend.summary,
    info: (name) => backend.info(name),
    drop: (name) => backend.drop(name),
    async open(name) {
      const bucket = await backend.open(name);
      return {
        get: (key) => bucket.get(key),
        set: (key, value, options) => bucket.set(key, value, options),
        delete: (key) => bucket.delete(key),
        exists: (key) => bucket.exists(key),
        listKeys: (options) => bucket.listKeys(options),
        increment: (key, delta) => bucket.increment(key, delta),
        swap: (key, version, value) => bucket.swap(key, version, value),
        getMany: (keys) => bucket.getMany(keys),
        setMany: (entries) => bucket.setMany(entries),
        deleteMany: (keys) => bucket.deleteMany(keys),
        expiry: (key) => bucket.expiry(key),
        ...change(bucket),
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
