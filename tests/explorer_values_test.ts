/**
 * Keys and values through the explorer's API, on real stores.
 */

import assert from "node:assert/strict";
import type { EntryDetail, Problem } from "../src/explorer/api.ts";
import {
  type ExplorerServer,
  serveExplorer,
} from "./support/explorer_server.ts";
import { storeRows, testEachStore } from "./support/keyvalue_stores.ts";

/** Stores with what a project would say of each. */
const STORES = storeRows().filter(({ name }) =>
  ["in_memory", "filesystem", "sqlite", "redis", "nats", "deno_kv"]
    .includes(name)
);

/** Serves the buckets of a store of its own. */
async function serveStore(
  row: ReturnType<typeof storeRows>[number],
): Promise<{ readonly server: ExplorerServer } & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const fixture = stack.use(await row.open());
  // The fixture closes its backend itself.
  const backend = {
    ...passedOn(fixture.backend),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const server = stack.use(
    await serveExplorer({
      buckets: { open: () => Promise.resolve(backend) },
    }),
  );
  return { server, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function passedOn(
  backend: Awaited<
    ReturnType<ReturnType<typeof storeRows>[number]["open"]>
  >["backend"],
) {
  return {
    summary: backend.summary,
    open: (name: string) => backend.open(name),
    info: (name: string) => backend.info(name),
    drop: (name: string) => backend.drop(name),
    ...(backend.list && { list: () => backend.list!() }),
    ...(backend.create && { create: (name: string) => backend.create!(name) }),
  };
}

async function entryOf(
  { api }: ExplorerServer,
  query: Readonly<Record<string, string>>,
): Promise<EntryDetail> {
  const response = await api("GET entry", query);
  assert.equal(response.status, 200);
  return await response.json();
}

/** The status of an answer whose body does not matter. */
async function statusOf(answer: Promise<Response>): Promise<number> {
  const response = await answer;
  await response.body?.cancel();
  return response.status;
}

const KEYS: readonly string[] = [
  "",
  " ",
  "..",
  "/",
  "../../etc/passwd",
  "\u0000",
  "a\r\nb",
  "a?b#c&d=e+f%20",
  "ü\u{1f600}\u202e",
  "<script>alert(1)</script>",
  "k".repeat(10 * 1024),
  "\u0001".repeat(10 * 1024),
  "__proto__",
];

testEachStore("any key goes there and back", STORES, async (row) => {
  await using held = await serveStore(row);
  const { api, faults } = held.server;
  const wanted = new Map<string, number>();
  for (const [index, key] of KEYS.entries()) {
    const query = { bucket: "keys", key };
    const body = new Uint8Array(index).fill(index);
    const put = await api("PUT value", query, { body });
    assert.deepEqual([put.status, await put.json()], [200, { key }]);
    wanted.set(key, index);
    const got = await api("GET value", query);
    assert.deepEqual(await got.bytes(), body);
    const entry = await entryOf(held.server, query);
    assert.equal(entry.key, key);
    assert.equal(entry.size, index);
    assert.equal(got.headers.get("etag"), `"${entry.version}"`);
    assert.equal(entry.preview, body.toBase64());
  }
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await api("GET keys", {
      bucket: "keys",
      limit: "3",
      ...(cursor === undefined ? {} : { cursor }),
    });
    const list = await page.json();
    assert.ok(list.keys.length <= 3);
    listed.push(...list.keys);
    cursor = list.cursor;
  } while (cursor !== undefined);
  assert.deepEqual(listed.sort(), [...wanted.keys()].sort());
  const narrowed = await api("GET keys", { bucket: "keys", prefix: "__" });
  assert.deepEqual((await narrowed.json()).keys, ["__proto__"]);
  for (const key of wanted.keys()) {
    const query = { bucket: "keys", key };
    assert.equal(await statusOf(api("DELETE value", query)), 204);
    assert.equal(await statusOf(api("GET value", query)), 404);
  }
  assert.deepEqual(faults, []);
});

testEachStore(
  "a write on condition never loses another's",
  STORES,
  async (row) => {
    await using held = await serveStore(row);
    const { api } = held.server;
    const query = { bucket: "swaps", key: "k" };
    const put = (body: string, headers: Record<string, string>) =>
      api("PUT value", query, { body, headers });

    assert.equal(await statusOf(put("0", { "if-match": "*" })), 412);
    const created = await put("1", { "if-none-match": "*" });
    const { version } = await created.json();
    assert.equal(created.headers.get("etag"), `"${version}"`);
    assert.equal((await entryOf(held.server, query)).version, version);

    const twice = await put("2", { "if-none-match": "*" });
    const conflict: Problem = await twice.json();
    assert.equal(twice.status, 412);
    assert.equal(conflict.code, "conflict");
    assert.equal(conflict.version, version);
    assert.equal(twice.headers.get("etag"), `"${version}"`);

    // Of many writers that have seen one version, one wins.
    const statuses = await Promise.all(
      Array.from(
        { length: 8 },
        (_, index) =>
          statusOf(put(`w${index}`, { "if-match": `"${version}"` })),
      ),
    );
    assert.deepEqual(statuses.sort(), [200, ...Array(7).fill(412)]);
    const now = await entryOf(held.server, query);
    const either = await put("3", {
      "if-match": `"nothing", "${now.version}"`,
    });
    assert.equal(await statusOf(Promise.resolve(either)), 200);
    assert.equal(
      await statusOf(put("4", { "if-match": `W/"${now.version}"` })),
      412,
    );
    assert.equal(await statusOf(put("4", { "if-match": "*" })), 200);
    assert.equal(
      await statusOf(put("5", { "if-match": "*", "if-none-match": "*" })),
      400,
    );
    assert.equal(await statusOf(put("5", { "if-match": "unquoted" })), 400);
    assert.equal(await statusOf(put("5", { "content-encoding": "gzip" })), 400);

    const old = { headers: { "if-match": `"${version}"` } };
    const kept = await api("DELETE value", query, old);
    assert.equal(kept.status, 412);
    const { version: current } = await entryOf(held.server, query);
    assert.equal((await kept.json()).version, current);
    const fresh = { headers: { "if-match": `"${current}"` } };
    assert.equal(await statusOf(api("DELETE value", query, fresh)), 204);
    assert.equal(await statusOf(api("DELETE value", query, fresh)), 412);
  },
);

testEachStore(
  "a value is read by its version where there is a history",
  STORES,
  async (row) => {
    await using held = await serveStore(row);
    const { api } = held.server;
    const query = { bucket: "past", key: "k" };
    const large = "x".repeat(100_000);
    await statusOf(api("PUT value", query, { body: large }));
    const { version } = await entryOf(held.server, query);
    const earlier = await api("GET value", { ...query, version });
    if (row.name !== "nats") {
      assert.equal((await earlier.json()).code, "not-supported");
      return;
    }
    assert.equal(earlier.headers.get("etag"), `"${version}"`);
    assert.equal(await earlier.text(), large);
    const never = api("GET value", { ...query, version: "4711" });
    assert.equal(await statusOf(never), 404);
  },
);

testEachStore("a value with a ttl says when it ends", STORES, async (row) => {
  await using held = await serveStore(row);
  const { api } = held.server;
  const query = { bucket: "passing", key: "k" };
  const before = Date.now();
  await statusOf(api("PUT value", { ...query, ttl: "3600000" }, { body: "v" }));
  const { expires } = await entryOf(held.server, query);
  assert.ok(expires !== undefined);
  // Servers count in their own time, NATS in whole seconds.
  assert.ok(Math.abs(expires - before - 3_600_000) < 60_000);
  await statusOf(api("PUT value", query, { body: "v" }));
  assert.equal((await entryOf(held.server, query)).expires, undefined);
  for (const ttl of ["0", "-1", "1.5", "30s", ""]) {
    const put = api("PUT value", { ...query, ttl }, { body: "w" });
    assert.equal(await statusOf(put), 400, ttl);
  }
});

testEachStore(
  "counters, history and purge are as the store has them",
  STORES,
  async (row) => {
    await using held = await serveStore(row);
    const { api } = held.server;
    const query = { bucket: "counts", key: "n" };
    const add = async (delta: string) => {
      const response = await api("POST increment", { ...query, delta });
      return await response.json();
    };
    assert.deepEqual(await add("9223372036854775807"), {
      key: "n",
      value: "9223372036854775807",
    });
    assert.equal((await add("1")).code, "store-failed");
    assert.equal((await add("-9223372036854775808")).value, "-1");
    assert.equal((await add("+1")).value, "0");
    const detail = await (await api("GET bucket", { bucket: "counts" })).json();
    const history = await api("GET history", query);
    const revisions = await history.json();
    const hasHistory = row.name === "nats";
    assert.deepEqual(
      [detail.can.history, detail.can.purge, history.status],
      [hasHistory, hasHistory, hasHistory ? 200 : 501],
    );
    if (hasHistory) {
      const last = revisions.at(-1);
      assert.deepEqual([last.kind, last.size, last.preview], [
        "set",
        1,
        "MA==",
      ]);
    }
    const purged = await statusOf(api("POST purge", query));
    assert.equal(purged, hasHistory ? 204 : 501);
    const left = await (await api("GET keys", { bucket: "counts" })).json();
    assert.deepEqual(left.keys, hasHistory ? [] : ["n"]);
  },
);

testEachStore("reading makes no bucket", STORES, async (row) => {
  await using held = await serveStore(row);
  const { api, buckets } = held.server;
  const query = { bucket: "absent", key: "k" };
  const detail = await (await api("GET bucket", bucketOf(query))).json();
  assert.equal(detail.exists, false);
  assert.equal(await statusOf(api("GET value", query)), 404);
  assert.equal(await statusOf(api("GET entry", query)), 404);
  assert.equal(await statusOf(api("DELETE value", query)), 204);
  const list = await (await api("GET keys", bucketOf(query))).json();
  assert.deepEqual(list, { keys: [] });
  await (await api("GET export", bucketOf(query))).text();
  const { backend, bucket } = await buckets.locate("absent");
  assert.equal(await backend.info(bucket), undefined);
  assert.equal(await statusOf(api("DELETE bucket", bucketOf(query))), 404);
});

function bucketOf({ bucket }: { readonly bucket: string }) {
  return { bucket };
}

Deno.test("the rules of a bucket hold for operators, but for read-only", async () => {
  const seed = new Map([
    ["a", new TextEncoder().encode("seed")],
    ["b", new TextEncoder().encode("seed")],
  ]);
  await using server = await serveExplorer({
    buckets: {
      rules: {
        ruled: { readOnly: true, maxValueSize: 20, ttl: 60_000, seed },
      },
      allow: ["ruled"],
    },
  });
  const { api } = server;
  const list = await (await api("GET buckets")).json();
  assert.deepEqual(
    list.map(({ name, access }: { name: string; access: string }) => [
      name,
      access,
    ]),
    [["ruled", "read-only"], ["in_memory", "denied"], [null, "denied"]],
  );
  const query = { bucket: "ruled", key: "k" };
  const detail = await (await api("GET bucket", { bucket: "ruled" })).json();
  assert.deepEqual([detail.maxValueSize, detail.can.seed], [20, true]);
  assert.equal(await statusOf(api("PUT value", query, { body: "v" })), 200);
  assert.ok((await entryOf(server, query)).expires !== undefined);
  const large = await api("PUT value", query, { body: "v".repeat(21) });
  assert.deepEqual([large.status, (await large.json()).code], [
    413,
    "too-large",
  ]);
  const at = { bucket: "ruled", key: "a" };
  await statusOf(api("DELETE value", at));
  const seeded = await api("POST seed", { bucket: "ruled" });
  assert.deepEqual(await seeded.json(), { written: 1, kept: 1 });
  assert.equal((await entryOf(server, at)).expires, undefined);
  assert.equal(
    await statusOf(
      api("PUT value", { bucket: "other", key: "k" }, { body: "v" }),
    ),
    200,
  );
});

Deno.test("buckets that nobody named are found in the default store", async () => {
  await using server = await serveExplorer();
  for (const bucket of ["found", "in_memory", "redis"]) {
    const { backend } = await server.buckets.locate("x");
    await (await backend.open(bucket)).set("k", new Uint8Array(1));
  }
  const list = await (await server.api("GET buckets")).json();
  assert.deepEqual(
    list.map(({ name }: { name: string | null }) => name),
    // What is stored as "redis" is not what that name opens.
    ["in_memory", "found", null],
  );
});

Deno.test("a file that is saved has the key's name and nothing of its power", async () => {
  await using server = await serveExplorer();
  const query = { bucket: "b", key: "../<b>.html" };
  await statusOf(server.api("PUT value", query, { body: "<script></script>" }));
  const { headers, body } = await server.api("GET value", query);
  await body?.cancel();
  assert.equal(headers.get("content-type"), "application/octet-stream");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("content-security-policy"), "sandbox");
  assert.equal(
    headers.get("content-disposition"),
    `attachment; filename="__b_.html"; filename*=UTF-8''__b_.html`,
  );
});

testEachStore(
  "GET bucket tells how many keys there are, if only by counting",
  STORES,
  async (row) => {
    await using served = await serveStore(row);
    const { server } = served;
    const bucket = await server.buckets.open("counted");
    await bucket.setMany(
      ["a", "b", "c"].map((key) => [key, new Uint8Array(1)]),
    );
    await bucket.delete("b");
    const detail = await (await server.api("GET bucket", { bucket: "counted" }))
      .json();
    assert.deepEqual([detail.keys, detail.moreKeys], [2, undefined]);
  },
);

Deno.test("GET bucket stops counting where it would take long", async () => {
  const row = STORES.find(({ name }) => name === "sqlite")!;
  await using served = await serveStore(row);
  const { server } = served;
  const bucket = await server.buckets.open("large");
  const keys = (count: number) =>
    Array.from({ length: count }, (_, index) => `key ${index}`);
  const look = async () =>
    await (await server.api("GET bucket", { bucket: "large" })).json();
  await bucket.setMany(keys(10_000).map((key) => [key, new Uint8Array(1)]));
  const whole = await look();
  assert.deepEqual([whole.keys, whole.moreKeys], [10_000, undefined]);
  await bucket.set("one more", new Uint8Array(1));
  const more = await look();
  assert.deepEqual([more.keys, more.moreKeys], [10_000, true]);
});
