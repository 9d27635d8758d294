import assert from "node:assert/strict";
import { nkeys } from "@nats-io/nats-core";
import { natsTest, startNatsServer } from "../../tests/support/nats_server.ts";
import {
  assertRefused,
  bytes,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openNats } from "./nats.ts";
import type { NatsSettings } from "./nats/settings.ts";
import { KeyValueError } from "./store.ts";

const PASSWORD = "p@ss/w:rd";
const USER = `authorization { user: "us er", password: "${PASSWORD}" }`;
const TOKEN = `authorization { token: "t0ken!" }`;

async function assertOpens(settings: NatsSettings): Promise<void> {
  await using backend = await openNats(settings);
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("value"));
  assert.equal(await textAt(bucket, "key"), "value");
}

/** Everything an error says, its causes included. */
function everythingSaid(error: unknown): string {
  let said = "";
  for (let each = error; each instanceof Error; each = each.cause) {
    said += `${each.stack} ${each.message}\n`;
  }
  return said;
}

natsTest(
  "a user and password are taken from the URL, decoded, or from the options",
  async () => {
    await using server = await startNatsServer({ config: USER });
    const { port } = server;
    await assertOpens({
      url: `nats://us%20er:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`,
    });
    await assertOpens({ url: server.url, user: "us er", password: PASSWORD });
    await assertOpens({
      url: `nats://us%20er:wrong@127.0.0.1:${port}`,
      password: PASSWORD,
    });
  },
);

natsTest("a token is taken from the URL or from the options", async () => {
  await using server = await startNatsServer({ config: TOKEN });
  await assertOpens({ url: `nats://t0ken!@127.0.0.1:${server.port}` });
  await assertOpens({ url: server.url, token: "t0ken!" });
});

natsTest("an nkey seed is taken from its file", async () => {
  const pair = nkeys.createUser();
  const config =
    `authorization { users: [ { nkey: ${pair.getPublicKey()} } ] }`;
  await using server = await startNatsServer({ config });
  const nkey = `${server.folder}/user.nk`;
  await Deno.writeFile(nkey, pair.getSeed());
  await Deno.writeTextFile(nkey, "\n", { append: true });
  await assertOpens({ url: server.url, nkey });
  await Deno.writeFile(nkey, nkeys.createUser().getSeed());
  await using backend = await openNats({ url: server.url, nkey });
  await assertRefused(backend.open("default"), "access-denied");
});

natsTest(
  "ten refused credentials are ten errors, and the process goes on",
  async () => {
    for (const config of [USER, TOKEN]) {
      await using server = await startNatsServer({ config });
      const secret = "not-the-secret";
      await using backend = await openNats({
        url: `nats://someone:${secret}@127.0.0.1:${server.port}`,
      });
      for (let tries = 0; tries < 10; tries++) {
        await assert.rejects(backend.open("default"), (error) => {
          assert.ok(error instanceof KeyValueError);
          assert.equal(error.code, "access-denied");
          assert.ok(!everythingSaid(error).includes(secret));
          return true;
        });
      }
      // A reset of the socket comes after the refusal.
      await using other = await openNats({ url: server.url });
      await assertRefused(other.open("default"), "access-denied");
      assert.ok(!JSON.stringify(backend.summary).includes(secret));
    }
  },
);

natsTest(
  "a backend whose credentials come right opens without a restart",
  async () => {
    await using server = await startNatsServer({ config: USER });
    const credentials = `${server.folder}/user.creds`;
    await using backend = await openNats({ url: server.url, credentials });
    await assert.rejects(backend.open("default"), {
      code: "other",
      message: /user.creds" for NATS: the file is missing/,
    });
    await Deno.writeTextFile(credentials, "SUAsecret, but no credentials");
    await assert.rejects(backend.open("default"), (error) => {
      assert.ok(error instanceof KeyValueError);
      assert.ok(!everythingSaid(error).includes("SUAsecret"));
      return true;
    });
  },
);

natsTest(
  "what a user may not do is access-denied, and other calls go on",
  async () => {
    const config = `authorization { users: [
    { user: "all", password: "x" },
    { user: "reader", password: "x", permissions: { publish: { deny: "$KV.default.>" } } },
    { user: "stranger", password: "x", permissions: { publish: { deny: "$JS.>" } } }
  ] }`;
    await using server = await startNatsServer({ config });
    const url = (user: string) => `nats://${user}:x@127.0.0.1:${server.port}`;
    await using all = await openNats({ url: url("all") });
    await (await all.open("default")).set("key", bytes("value"));

    await using reader = await openNats({ url: url("reader") });
    const bucket = await reader.open("default");
    await assertRefused(bucket.set("key", bytes("1")), "access-denied");
    await assertRefused(bucket.increment("counter", 1n), "access-denied");
    assert.equal(await textAt(bucket, "key"), "value");

    await using stranger = await openNats({ url: url("stranger") });
    await assertRefused(stranger.open("default"), "access-denied");
  },
);

Deno.test("openNats() refuses a URL it cannot use, without showing it", async () => {
  const urls = [
    "http://user:secret@host:4222",
    "redis://:secret@host",
    "secret",
    "",
    "nats://",
    "nats:secret",
  ];
  for (const url of urls) {
    await assert.rejects(openNats({ url }), (error) => {
      assert.ok(error instanceof KeyValueError, url);
      assert.equal(error.code, "no-such-store");
      assert.ok(!everythingSaid(error).includes("secret"), error.message);
      return true;
    });
  }
});
