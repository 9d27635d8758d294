/**
 * The `kv` command as processes of its own, on real servers.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { openFilesystem } from "../src/keyvalue/filesystem.ts";
import { openNats } from "../src/keyvalue/nats.ts";
import { openRedis } from "../src/keyvalue/redis.ts";
import type { Backend, Bucket } from "../src/keyvalue/store.ts";
import { listAll } from "./support/keyvalue_values.ts";
import { pipeKv, runKv, spawnKv } from "./support/kv_process.ts";
import { natsTest, startNatsServer } from "./support/nats_server.ts";
import { startRedis, testWithRedis } from "./support/redis_server.ts";
import { TextLineStream } from "./support/text_line_stream.ts";

/** Keys and values that a careless pipe would change. */
function awkward(): [key: string, value: Uint8Array<ArrayBuffer>][] {
  const text = new TextEncoder();
  const random = crypto.getRandomValues(new Uint8Array(60_000));
  return [
    ["", text.encode("the empty key")],
    ["empty", new Uint8Array(0)],
    ["every byte", Uint8Array.from({ length: 256 }, (_, index) => index)],
    ["random", random],
    ["a\nb\r\0\t", text.encode('line\nbreak "quoted" \\ \0')],
    ["bom", text.encode("\ufefftext\u2028\u2029")],
    ["../.. /*.>%2F", text.encode("\x1b[31m")],
    ["ü\u{1f600}", text.encode("grüße \u{1f600}")],
    ["lone", new Uint8Array([0xed, 0xa0, 0x80])],
    ["x".repeat(300), text.encode("long key")],
    ...Array.from({ length: 600 }, (_, index): [
      string,
      Uint8Array<ArrayBuffer>,
    ] => [`many:${index}`, text.encode(`value ${index}`)]),
  ];
}

/** Exports what is awkward from files and imports it through a pipe; then compares all. */
async function assertPiped(
  flags: readonly string[],
  open: () => Promise<Backend>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    const entries = awkward();
    {
      await using files = await openFilesystem({ path });
      await (await files.open("from")).setMany(entries);
    }
    const ends = await pipeKv(
      ["export", "-b", "from", "--wasi-keyvalue-path", path],
      ["import", "-b", "to", ...flags],
    );
    for (const { code, stderr } of ends) strictEqual(code, 0, stderr);
    match(ends[1].stderr, new RegExp(`^Imported ${entries.length} keys, `));
    await using backend = await open();
    await assertHolds(await backend.open("to"), entries);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

async function assertHolds(
  bucket: Bucket,
  entries: readonly (readonly [key: string, value: Uint8Array])[],
): Promise<void> {
  const keys = entries.map(([key]) => key);
  deepStrictEqual((await listAll(bucket)).sort(), [...keys].sort());
  const found = await bucket.getMany(keys);
  for (const [index, [key, value]] of entries.entries()) {
    const got = found[index]?.value;
    ok(got !== undefined, JSON.stringify(key));
    strictEqual(Buffer.compare(got, value), 0, JSON.stringify(key));
  }
}

testWithRedis(
  "kv export | kv import from files to Redis keeps every byte",
  async () => {
    await using server = await startRedis();
    const { url } = server;
    await assertPiped(
      ["--wasi-keyvalue-redis-url", url],
      () => openRedis({ url }),
    );
  },
);

natsTest(
  "kv export | kv import from files to NATS keeps every byte",
  async () => {
    await using server = await startNatsServer();
    const { url } = server;
    await assertPiped(
      ["--wasi-keyvalue-nats-url", url],
      () => openNats({ url }),
    );
  },
);

Deno.test("kv list of 100 000 keys ends when its reader does", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assertEndsWithReader(`${folder}/kv.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function assertEndsWithReader(path: string): Promise<void> {
  const flags = ["-b", "x", "--wasi-keyvalue-deno-kv", path, "--store=deno_kv"];
  const lines = ['{"wharf":1}'];
  for (let index = 0; index < 100_000; index++) {
    lines.push(`{"key":"a key of some length ${index}","value":""}`);
  }
  const imported = await runKv(["import", ...flags], lines.join("\n"));
  strictEqual(imported.code, 0, imported.stderr);

  const child = spawnKv(["list", ...flags]);
  await child.stdin.close();
  const reader = child.stdout.pipeThrough(new TextLineStream()).getReader();
  match((await reader.read()).value ?? "", /^a key of some length \d+$/);
  await reader.cancel();
  const [{ code }, stderr] = await Promise.all([
    child.status,
    new Response(child.stderr).text(),
  ]);
  deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
  const { stdout } = await runKv(["list", ...flags, "--prefix", "a key of"]);
  strictEqual(stdout.filter((byte) => byte === 10).length, 100_000);
}

testWithRedis("kv watch --limit ends by itself", async () => {
  await using server = await startRedis(["--notify-keyspace-events", "Kg$xe"]);
  const flags = ["-b", "x", "--wasi-keyvalue-redis-url", server.url];
  await using backend = await openRedis({ url: server.url });
  const bucket = await backend.open("x");
  let ended = false;
  const watching = runKv(["watch", "--limit", "1", ...flags]);
  watching.then(() => ended = true);
  while (!ended) await bucket.set("a\nb", new TextEncoder().encode("v"));
  const { code, stdout, stderr } = await watching;
  deepStrictEqual(
    { code, stdout: new TextDecoder().decode(stdout), stderr },
    { code: 0, stdout: "set a\\nb = v\n", stderr: "" },
  );
});

natsTest(
  "kv watch tells of changes until Ctrl-C; history, purge and --revision read what was",
  async () => {
    await using server = await startNatsServer();
    const flags = ["-b", "x", "--wasi-keyvalue-nats-url", server.url];
    await using backend = await openNats({ url: server.url });
    const bucket = await backend.open("x");

    const child = spawnKv(["watch", ...flags, "--prefix=w", "--format=json"]);
    await child.stdin.close();
    const lines = child.stdout.pipeThrough(new TextLineStream()).getReader();
    const first = lines.read();
    // It sees what is written once it watches, and says nothing before.
    let seen = false;
    first.then(() => seen = true);
    while (!seen) await bucket.set("warm", new Uint8Array([255]));
    const { version, ...rest } = JSON.parse((await first).value ?? "");
    deepStrictEqual(rest, { kind: "set", key: "warm", base64: "/w==" });
    ok(version);
    await bucket.set("other", new Uint8Array(0));
    await bucket.delete("warm");
    for (;;) {
      const line = await lines.read();
      ok(!line.done, "watch ended by itself");
      const change = JSON.parse(line.value);
      strictEqual(change.key, "warm");
      if (change.kind === "delete") break;
    }
    child.kill("SIGINT");
    const [{ code }, stderr] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
      lines.cancel(),
    ]);
    deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });

    await bucket.set("h", new TextEncoder().encode("one"));
    const past = await runKv(["history", "h", ...flags, "--format=json"]);
    const { revisions } = JSON.parse(new TextDecoder().decode(past.stdout));
    strictEqual(revisions.at(-1).value, "one");
    const got = await runKv([
      ...["get", "h", "--raw", "--revision", revisions.at(-1).version],
      ...flags,
    ]);
    strictEqual(new TextDecoder().decode(got.stdout), "one");
    strictEqual((await runKv(["purge", "h", ...flags])).code, 0);
    strictEqual((await runKv(["get", "h", ...flags])).code, 1);
  },
);
