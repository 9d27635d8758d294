/**
 * Export and import over HTTP: streamed both ways, and the dumps of `kv`.
 */

import assert from "node:assert/strict";
import { openInMemory } from "../src/keyvalue/in_memory.ts";
import type { Backend } from "../src/keyvalue/store.ts";
import {
  type ExplorerServer,
  serveExplorer,
} from "./support/explorer_server.ts";
import { DOORS, MOST_IN_SOCKETS, standstill } from "./support/http_server.ts";
import { setUpKv } from "./support/run_kv.ts";

const MEBIBYTE = 1024 * 1024;
const encoder = new TextEncoder();

async function importInto(
  { api }: ExplorerServer,
  body: BodyInit,
  query: Readonly<Record<string, string>> = {},
) {
  const response = await api("POST import", { bucket: "into", ...query }, {
    body,
  });
  return { status: response.status, answer: await response.json() };
}

async function textOf(
  { api }: ExplorerServer,
  key: string,
): Promise<string | undefined> {
  const response = await api("GET value", { bucket: "into", key });
  const text = await response.text();
  return response.status === 200 ? text : undefined;
}

Deno.test("what is exported is imported, byte for byte", async () => {
  await using server = await serveExplorer();
  const from = await server.buckets.open("from");
  const every = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (const key of ["", "a/../b", "\0", "ü"]) await from.set(key, every);
  await from.set("passing", every, { ttl: 3_600_000 });
  const dump = await server.api("GET export", { bucket: "from" });
  assert.equal(dump.headers.get("content-type"), "application/x-ndjson");
  assert.equal(
    dump.headers.get("content-disposition"),
    `attachment; filename="from.jsonl"; filename*=UTF-8''from.jsonl`,
  );
  const text = await dump.text();
  assert.equal(text.split("\n").length, 8);
  const done = await importInto(server, text);
  assert.deepEqual(done, { status: 200, answer: { written: 5, kept: 0 } });
  const into = await server.buckets.open("into");
  for (const key of ["", "a/../b", "\0", "ü", "passing"]) {
    assert.deepEqual((await into.get(key))?.value, every);
  }
  assert.ok(await into.expiry("passing") !== undefined);
  const part = await server.api("GET export", { bucket: "from", prefix: "a" });
  assert.match(await part.text(), /\{"end":1\}\n$/);
});

Deno.test("the kv command reads what the explorer exports", async () => {
  await using server = await serveExplorer();
  const from = await server.buckets.open("from");
  await from.set("greeting", encoder.encode("hello"));
  const dump = await (await server.api("GET export", { bucket: "from" }))
    .bytes();
  await using setup = await setUpKv();
  const imported = await setup.kv(["import", "-b", "x"], { stdin: dump });
  assert.equal(imported.code, 0, imported.stderr);
  const exported = await setup.kv(["export", "-b", "x"]);
  const back = await importInto(server, exported.bytes);
  assert.deepEqual(back.answer, { written: 1, kept: 0 });
  assert.equal(await textOf(server, "greeting"), "hello");
});

Deno.test("import replaces keys that are there, or keeps them", async () => {
  await using server = await serveExplorer();
  const dump =
    '{"wharf":1}\n{"key":"a","value":"new"}\n{"key":"b","value":"new"}\n';
  const into = await server.buckets.open("into");
  await into.set("a", encoder.encode("old"));
  const kept = await importInto(server, dump, { existing: "keep" });
  assert.deepEqual(kept.answer, { written: 1, kept: 1 });
  assert.equal(await textOf(server, "a"), "old");
  const replaced = await importInto(server, dump, { existing: "replace" });
  assert.deepEqual(replaced.answer, { written: 2, kept: 0 });
  assert.equal(await textOf(server, "a"), "new");
});

Deno.test("import stops at a line that is wrong, and keeps those before it", async (test) => {
  const head = '{"wharf":1,"counted":true}\n{"key":"a","value":"v"}\n';
  const cases: readonly [body: string, status: number, detail: RegExp][] = [
    ["", 400, /line 1: there is none/],
    ["nonsense", 400, /line 1: it is no JSON$/],
    [head + '{"key":1}\n', 400, /line 3: "key" is no text$/],
    [head, 400, /cut short after line 2/],
    [head + '{"end":2}\n', 400, /it counts 2 keys, and there were 1$/],
  ];
  for (const [body, status, detail] of cases) {
    await test.step(JSON.stringify(body), async () => {
      await using server = await serveExplorer();
      const { status: found, answer } = await importInto(server, body);
      assert.equal(found, status);
      assert.equal(answer.code, "bad-request");
      assert.match(answer.detail, detail);
      assert.equal(
        await textOf(server, "a"),
        body.startsWith(head) ? "v" : undefined,
      );
      assert.deepEqual(server.faults, []);
    });
  }
});

for (const door of DOORS) {
  Deno.test(`${door}: import writes while its body comes, and refuses a line without end`, async () => {
    await using server = await serveExplorer({ door });
    using client = await server.connect();
    await client.send(
      "POST /_wharf/api/import?bucket=into HTTP/1.1\r\nHost: localhost\r\n" +
        "Transfer-Encoding: chunked\r\n\r\n",
    );
    await client.sendChunk('{"wharf":1}\n');
    for (let key = 0; key < 1000; key++) {
      await client.sendChunk(`{"key":"k${key}","value":"v"}\n`);
    }
    // It is there before the upload has ended.
    while (await textOf(server, "k0") === undefined);
    const sending = (async () => {
      const chunk = "x".repeat(MEBIBYTE);
      for (let sent = 0; sent < 120; sent++) await client.sendChunk(chunk);
    })().catch((error: unknown) => error);
    const refused = await client.readResponse();
    assert.equal(refused.status, 413);
    const problem = JSON.parse(new TextDecoder().decode(refused.body));
    assert.equal(problem.code, "too-large");
    assert.match(problem.detail, /^Cannot import line 1002: /);
    client.close();
    await sending;
    assert.equal(await textOf(server, "k999"), "v");
  });

  Deno.test(`${door}: an export waits for a client that does not read`, async () => {
    const values = 256;
    let read = 0;
    const backend = await openInMemory();
    const source = await backend.open("b");
    const value = new Uint8Array(MEBIBYTE).fill(97);
    for (let key = 0; key < values; key++) await source.set(`k${key}`, value);
    const reading: Backend = {
      summary: backend.summary,
      open: (name) =>
        Promise.resolve({
          ...bound(source),
          getMany: (keys) => {
            if (name === "b") read += keys.length;
            return source.getMany(keys);
          },
        }),
      info: (name) => backend.info(name),
      drop: (name) => backend.drop(name),
      [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
    };
    await using server = await serveExplorer({
      door,
      buckets: { open: () => Promise.resolve(reading) },
    });
    using client = await server.connect();
    await client.send(
      "GET /_wharf/api/export?bucket=b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    );
    assert.equal((await client.readHead()).status, 200);
    const taken = await standstill(server, () => read);
    assert.ok(taken * MEBIBYTE < MOST_IN_SOCKETS, `${taken} values were read`);
    // The rest comes when it is asked for.
    await client.discard(values * MEBIBYTE);
    assert.equal(read, values);
  });
}

function bound(bucket: Awaited<ReturnType<Backend["open"]>>) {
  return {
    get: (key: string) => bucket.get(key),
    set: bucket.set.bind(bucket),
    delete: (key: string) => bucket.delete(key),
    exists: (key: string) => bucket.exists(key),
    listKeys: bucket.listKeys.bind(bucket),
    increment: bucket.increment.bind(bucket),
    swap: bucket.swap.bind(bucket),
    setMany: bucket.setMany.bind(bucket),
    deleteMany: bucket.deleteMany.bind(bucket),
    expiry: (key: string) => bucket.expiry(key),
  };
}
