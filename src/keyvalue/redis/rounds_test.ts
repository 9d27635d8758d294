import assert from "node:assert/strict";
import {
  bytes,
  numbered,
  text,
} from "../../../tests/support/keyvalue_values.ts";
import {
  startRedis,
  testWithRedis,
} from "../../../tests/support/redis_server.ts";
import { openRedis } from "../redis.ts";

async function commandsOf(
  server: Awaited<ReturnType<typeof startRedis>>,
  name: string,
): Promise<number> {
  const stats = await server.send("INFO", "commandstats");
  return Number(
    new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0,
  );
}

testWithRedis(
  "calls of one turn share commands, whatever is called between them",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    const values = numbered("", 50);
    await Promise.all(
      values.flatMap((value) => [
        bucket.set(`set ${value}`, bytes(value)),
        bucket.get(`get ${value}`),
      ]),
    );
    assert.equal(await commandsOf(server, "mset"), 1);
    assert.equal(await commandsOf(server, "mget"), 1);
    const read = await Promise.all(
      values.map(async (value) => text(await bucket.get(`set ${value}`))),
    );
    assert.deepEqual(read, values);
  },
);

testWithRedis(
  "calls of one turn on one key are carried out in their order",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    await bucket.setMany([["a", bytes("0")], ["b", bytes("0")]]);
    const ended = await Promise.all([
      bucket.get("a"),
      bucket.set("a", bytes("1")),
      bucket.get("b"),
      bucket.get("a"),
      bucket.increment("a", 1n),
      bucket.set("b", bytes("x")),
      bucket.get("a"),
      bucket.delete("a"),
      bucket.exists("a"),
      bucket.set("a", bytes("5"), { ttl: 60_000 }),
      bucket.get("b"),
      bucket.increment("a", 1n),
      bucket.get("a"),
      bucket.set("a", bytes("7")),
      bucket.set("a", bytes("8")),
      bucket.get("a"),
    ]);
    const said = ended.map((one) => typeof one === "object" ? text(one) : one);
    assert.deepEqual(said, [
      ...["0", undefined, "0", "1", 2n, undefined, "2"],
      ...[undefined, false, undefined, "x", 6n, "6", undefined, undefined],
      "8",
    ]);
  },
);
