import assert from "node:assert/strict";
import {
  assertRefused,
  bytes,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { startRedis, testWithRedis } from "../../tests/support/redis_server.ts";
import { openBackend, summaryOf } from "./backends.ts";
import { openRedis } from "./redis.ts";
import { KeyValueError } from "./store.ts";

function assertNoSecret(shown: unknown): void {
  assert.doesNotMatch(Deno.inspect(shown, { depth: 9 }), /s3cret|hunter2/);
}

/** Asserts a refusal that nowhere shows a password. */
async function assertQuietlyRefused(
  call: Promise<unknown>,
  code: "access-denied" | "other",
): Promise<void> {
  await assertRefused(call, code);
  await assert.rejects(call, (error) => {
    assertNoSecret(error);
    return true;
  });
}

testWithRedis(
  "openRedis() enters with the password of the URL, and nobody else does",
  async () => {
    await using server = await startRedis(["--requirepass", "s3cret/@:"]);
    const at = (user: string) => `redis://${user}@127.0.0.1:${server.port}`;
    const right = at(`:${encodeURIComponent("s3cret/@:")}`);
    await using backend = await openBackend({ backend: "redis", url: right });
    const bucket = await backend.open("default");
    await bucket.set("key", bytes("1"));
    assert.equal(await textAt(bucket, "key"), "1");
    assert.deepEqual(
      backend.summary,
      summaryOf({ backend: "redis", url: right }),
    );
    assertNoSecret(backend.summary);

    for (const url of [at(":hunter2"), at("nobody:hunter2"), server.url]) {
      await using stranger = await openRedis({ url });
      // Again and again: a refusal is told each time, and ends nothing.
      for (let round = 0; round < 5; round++) {
        await assertQuietlyRefused(stranger.open("default"), "access-denied");
      }
    }
    assert.equal(await textAt(bucket, "key"), "1");
  },
);

testWithRedis(
  "openRedis() gets in once the server has the password",
  async () => {
    await using server = await startRedis(["--requirepass", "other"]);
    await using backend = await openRedis({
      url: `redis://:s3cret@127.0.0.1:${server.port}`,
    });
    await assertQuietlyRefused(backend.open("default"), "access-denied");
    await server.kill();
    await server.start(["--requirepass", "s3cret"]);
    const bucket = await eventually(() => backend.open("default"));
    await bucket.set("key", bytes("1"));
  },
);

/** Calls until it succeeds; a call that waits for the server makes this no busy loop. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  const end = Date.now() + 20_000;
  while (true) {
    try {
      return await call();
    } catch (cause) {
      if (!(cause instanceof KeyValueError) || Date.now() > end) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

testWithRedis(
  "an ACL user hears access-denied for what it may not do, and does the rest",
  async () => {
    await using server = await startRedis();
    const keys = ["on", ">s3cret", "~default:*", "~wharf-version-*"];
    await server.send("ACL", "SETUSER", "reader", ...keys, "+@read");
    await server.send("ACL", "SETUSER", "tenant", ...keys, "+@all");
    const at = (user: string) =>
      `redis://${user}:s3cret@127.0.0.1:${server.port}`;
    await server.send("SET", "default:key", "1");

    await using reading = await openRedis({ url: at("reader") });
    const readable = await reading.open("default");
    assert.equal(await textAt(readable, "key"), "1");
    assert.deepEqual((await readable.listKeys()).keys, ["key"]);
    await assertQuietlyRefused(
      readable.set("key", bytes("2")),
      "access-denied",
    );
    await assertQuietlyRefused(readable.delete("key"), "access-denied");
    await assertQuietlyRefused(readable.increment("key", 1n), "access-denied");

    await using tenancy = await openRedis({ url: at("tenant") });
    const [own, foreign] = [
      await tenancy.open("default"),
      await tenancy.open("other"),
    ];
    // In one turn, so in one command, which Redis refuses as a whole.
    const ended = await Promise.allSettled([
      own.set("a", bytes("1")),
      foreign.set("a", bytes("1")),
      own.set("b", bytes("2")),
      own.increment("c", 1n),
      foreign.increment("c", 1n),
      own.increment("c", 1n),
      own.get("key"),
      foreign.get("key"),
    ]);
    assert.deepEqual(
      ended.map((call) => call.status === "fulfilled"),
      [true, false, true, true, false, true, true, false],
    );
    assert.equal(await textAt(own, "c"), "2");
    assert.equal(await textAt(own, "b"), "2");
  },
);

testWithRedis(
  "openRedis() keeps to its database, and refuses one that is not there",
  async () => {
    await using server = await startRedis();
    await using third = await openRedis({ url: `${server.url}/3` });
    await using first = await openRedis({ url: server.url });
    await (await third.open("default")).set("key", bytes("3"));
    assert.equal(await (await first.open("default")).exists("key"), false);

    await using beyond = await openRedis({ url: `${server.url}/99` });
    for (let round = 0; round < 3; round++) {
      await assert.rejects(beyond.open("default"), {
        name: "KeyValueError",
        message:
          `Cannot open bucket "default" in Redis at 127.0.0.1:${server.port}: it has no database 99; ` +
          'use a lower number in the URL, or raise "databases" in redis.conf',
      });
    }
    assert.equal(await server.send("DBSIZE"), ":0\r\n");
  },
);

testWithRedis(
  "openRedis() trusts a server by caFile, and no other",
  async () => {
    await using certificates = await makeCertificates();
    await using server = await startRedis([
      ...["--tls-auth-clients", "no"],
      ...["--tls-cert-file", certificates.server],
      ...["--tls-key-file", certificates.key],
      ...["--tls-ca-cert-file", certificates.ca],
    ], { tls: true });
    const url = `rediss://localhost:${server.port}`;
    await using backend = await openRedis({ url, caFile: certificates.ca });
    const bucket = await backend.open("default");
    await bucket.set("key", bytes("1"));
    assert.equal(await textAt(bucket, "key"), "1");

    await using wary = await openRedis({ url });
    await assertRefused(wary.open("default"));
    await assertRefused(openRedis({ url, caFile: `${certificates.ca}.none` }));
  },
);

/** A certificate authority, and the certificate of "localhost" that it signed. */
async function makeCertificates() {
  const folder = await Deno.makeTempDir({ prefix: "wharf-tls-" });
  const openssl = async (...args: string[]) => {
    const command = new Deno.Command("openssl", {
      args,
      cwd: folder,
      stderr: "piped",
    });
    const { success, stderr } = await command.output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  await openssl(
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
    ...["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Wharf tests"],
  );
  await openssl(
    ...["req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key"],
    ...["-out", "server.csr", "-subj", "/CN=localhost"],
  );
  const extensions = `${folder}/extensions`;
  await Deno.writeTextFile(extensions, "subjectAltName=DNS:localhost\n");
  await openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-days", "2"],
    ...["-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem"],
    ...["-extfile", extensions],
  );
  return {
    ca: `${folder}/ca.pem`,
    server: `${folder}/server.pem`,
    key: `${folder}/server.key`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
