import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type KvSetup, setUpKv } from "../../../tests/support/run_kv.ts";
import { openInMemory } from "../../keyvalue/in_memory.ts";
import type { Backend } from "../../keyvalue/store.ts";

/** `kv` on a store that can tell of its buckets, make and remove them. */
async function setUp(): Promise<KvSetup & { readonly opened: string[] }> {
  const memory = await openInMemory();
  const opened: string[] = [];
  const names = new Set<string>();
  const backend: Backend = {
    summary: { location: "a store of the test", durable: true },
    open(name) {
      opened.push(name);
      names.add(name);
      return memory.open(name);
    },
    async *list() {
      yield* names;
    },
    info: (name) =>
      Promise.resolve(
        names.has(name)
          ? { name, keys: 3, bytes: 12, settings: { history: 5 } }
          : undefined,
      ),
    create: (name) => Promise.resolve(names.size < names.add(name).size),
    drop: (name) => Promise.resolve(names.delete(name)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const setup = await setUpKv({ open: () => Promise.resolve(backend) });
  return { ...setup, opened };
}

Deno.test("buckets tells of the configuration's buckets, and of a store's", async () => {
  await using setup = await setUp();
  const { kv } = setup;
  const { stdout } = await kv(["buckets"]);
  match(stdout, /^Bucket +Store +Stored in +Keys\nin_memory +in_memory /);
  match(stdout, /^any other name +filesystem +files in /m);
  const json = JSON.parse((await kv(["buckets", "--format=json"])).stdout);
  deepStrictEqual(
    json.map(({ name }: { name: string | null }) => name),
    ["in_memory", "filesystem", null],
  );
  await kv(["buckets", "create", "a\nb"]);
  const there = await kv(["buckets", "--store", "filesystem"]);
  strictEqual(there.stdout, "a\\nb\n");
  const lines = await kv(["buckets", "--store=filesystem", "--format=json"]);
  deepStrictEqual(JSON.parse(lines.stdout), {
    bucket: "a\nb",
    store: "filesystem",
  });
});

Deno.test("buckets create, info and delete say what was there", async () => {
  await using setup = await setUp();
  const { kv } = setup;
  const missing = await kv(["buckets", "info", "x"]);
  strictEqual(
    missing.stderr,
    'Cannot tell of bucket "x": there is none in a store of the test yet',
  );
  strictEqual((await kv(["buckets", "create", "x"])).code, 0);
  strictEqual((await kv(["buckets", "create", "x"])).code, 1);
  const info = await kv(["buckets", "x", "--format=json"]);
  deepStrictEqual(JSON.parse(info.stdout), {
    name: "x",
    store: "filesystem",
    location: "a store of the test",
    bucket: "x",
    durable: true,
    keys: 3,
    bytes: 12,
    settings: { history: 5 },
  });
  match((await kv(["buckets", "info", "x"])).stdout, /^history +5$/m);
  strictEqual((await kv(["buckets", "delete", "x", "--yes"])).code, 0);
  strictEqual((await kv(["buckets", "delete", "x", "--yes"])).code, 1);
});

Deno.test("buckets delete asks a person, and takes no silence for a yes", async (test) => {
  await using setup = await setUp();
  const { kv } = setup;
  const args = ["buckets", "delete", "x"];
  await kv(["buckets", "create", "x"]);
  match(
    (await kv(args)).stderr,
    /^Cannot delete bucket "x": there is no terminal to ask at; --yes /,
  );
  for (const stdin of ["", "\n", "n\n", "yesterday\n"]) {
    await test.step(JSON.stringify(stdin), async () => {
      const { code, stderr } = await kv(args, { stdin, terminal: true });
      strictEqual(code, 1);
      match(stderr, /with all its keys\? \[y\/N\]\nCannot .* was not yes$/);
    });
  }
  const { code, stdout } = await kv(args, { stdin: "y\n", terminal: true });
  deepStrictEqual([code, stdout], [
    0,
    'Deleted bucket "x" in a store of the test\n',
  ]);
});

Deno.test("buckets names the store that cannot", async () => {
  await using setup = await setUpKv({
    async open() {
      const memory = await openInMemory();
      return {
        summary: memory.summary,
        open: (name) => memory.open(name),
        info: (name) => memory.info(name),
        drop: (name) => memory.drop(name),
        [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
      };
    },
  });
  const { kv } = setup;
  match(
    (await kv(["buckets", "create", "x"])).stderr,
    /"x": the store filesystem has a bucket as soon as it has a key; /,
  );
  match(
    (await kv(["buckets", "--store", "filesystem"])).stderr,
    /^Cannot list the buckets of "filesystem": the store cannot tell/,
  );
});

Deno.test("reading makes no bucket", async (test) => {
  await using setup = await setUp();
  const { kv, opened } = setup;
  const cases: [args: string[], code: number][] = [
    [["list"], 0],
    [["get", "a"], 1],
    [["history", "a"], 1],
    [["delete", "a"], 0],
    [["export"], 0],
  ];
  for (const [args, code] of cases) {
    await test.step(args.join(" "), async () => {
      strictEqual((await kv([...args, "-b", "x"])).code, code);
      deepStrictEqual(opened, []);
    });
  }
  await kv(["put", "a", "v", "-b", "x"]);
  deepStrictEqual(opened, ["x"]);
});
