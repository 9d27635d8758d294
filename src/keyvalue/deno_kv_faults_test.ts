import assert from "node:assert/strict";
import { join } from "node:path";
import { makeTemporaryFolder } from "../../tests/support/keyvalue_backends.ts";
import { KV_TOKEN_VARIABLE } from "../../tests/support/keyvalue_deno_kv.ts";
import { startKvConnectServer } from "../../tests/support/kv_connect_server.ts";
import {
  assertRefused,
  bytes,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openDenoKv } from "./deno_kv.ts";
import { KeyValueError } from "./store.ts";

async function failureOf(call: Promise<unknown>): Promise<KeyValueError> {
  const failure = await call.then(() => undefined, (cause) => cause);
  assert.ok(failure instanceof KeyValueError, String(failure));
  return failure;
}

Deno.test("deno_kv: a file that cannot be opened is an error with the remedy, and is tried again", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "missing", "kv");
  await using backend = await openDenoKv({ path });
  assert.match(
    (await failureOf(backend.open("default"))).message,
    /^Cannot open Deno KV in .+: the file cannot be opened; make its folder/,
  );
  await Deno.mkdir(join(folder.path, "missing"));
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("1"));
  assert.equal(await textAt(bucket, "key"), "1");
});

Deno.test("deno_kv: a file that is no database is an error with the remedy", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "kv");
  await Deno.writeTextFile(path, "no database ".repeat(1000));
  await using backend = await openDenoKv({ path });
  assert.match(
    (await failureOf(backend.open("default"))).message,
    /: the file is no Deno KV database; move it away, or choose another path$/,
  );
});

Deno.test("deno_kv: a store that was closed refuses every call", async () => {
  const backend = await openDenoKv({ path: ":memory:" });
  const bucket = await backend.open("default");
  const written = bucket.set("key", bytes("1"));
  await backend[Symbol.asyncDispose]();
  await written;
  await backend[Symbol.asyncDispose]();
  await assertRefused(bucket.get("key"));
  await assertRefused(bucket.set("key", bytes("2")));
  await assertRefused(bucket.increment("key", 1n));
  await assertRefused(bucket.listKeys());
  await assertRefused(backend.open("default"));
});

Deno.test("deno_kv: a server", async (t) => {
  const token = "token-of-the-tests";
  await using server = startKvConnectServer(token);
  const path = server.url.replace("http://", "http://user:secret@");

  await t.step("without a token is refused without being asked", async () => {
    Deno.env.delete(KV_TOKEN_VARIABLE);
    await using backend = await openDenoKv({ path: server.url });
    const { code, message } = await failureOf(backend.open("default"));
    assert.equal(code, "access-denied");
    assert.match(message, /DENO_KV_ACCESS_TOKEN is not set; set it/);
    assert.equal(server.calls, 0);
  });

  await t.step(
    "that refuses the token is an error without it, and is tried again",
    async () => {
      Deno.env.set(KV_TOKEN_VARIABLE, "wrong-token");
      await using backend = await openDenoKv({ path, timeout: 2000 });
      const wrong = async () =>
        await (await backend.open("default")).get("key");
      const { message } = await failureOf(wrong());
      assert.doesNotMatch(message, /secret|wrong-token|of-the-tests/);
      assert.doesNotMatch(backend.summary.location, /secret/);
      await failureOf(wrong());
    },
  );

  await t.step(
    "that fails or hangs fails each call in time, and is used again afterwards",
    async () => {
      Deno.env.set(KV_TOKEN_VARIABLE, token);
      await using backend = await openDenoKv({
        path: server.url,
        timeout: 500,
      });
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("1"));
      for (const mode of ["fail", "refuse", "hang"] as const) {
        server.mode = mode;
        const begun = performance.now();
        await Promise.all([
          failureOf(bucket.get("key")),
          failureOf(bucket.set("other", bytes("1"))),
          failureOf(bucket.increment("count", 1n)),
          failureOf(bucket.listKeys()),
          failureOf(bucket.get("key")),
        ]);
        assert.ok(performance.now() - begun < 5000, mode);
        if (mode === "hang") server.release();
        server.mode = "serve";
        assert.equal(await textAt(bucket, "key"), "1");
        await bucket.set("key", bytes("1"));
      }
    },
  );

  await t.step("that is not there fails in time", async () => {
    const path = "http://127.0.0.1:9";
    await using backend = await openDenoKv({ path, timeout: 500 });
    const { message } = await failureOf(
      backend.open("default").then((bucket) => bucket.get("key")),
    );
    assert.doesNotMatch(message, /of-the-tests/);
  });
  Deno.env.delete(KV_TOKEN_VARIABLE);
});
