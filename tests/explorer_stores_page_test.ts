/** Whole buckets in the explorer of a real `dev`, on each kind of store. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { makeBuckets } from "../src/keyvalue/buckets.ts";
import { browserTests } from "./support/browser.ts";
import { exploreDev, faultless } from "./support/explorer_dev.ts";
import { natsMissing, startNatsServer } from "./support/nats_server.ts";
import { redisMissing, startRedis } from "./support/redis_server.ts";
import { sharedFixture } from "./support/shared_fixture.ts";

const browserTest = browserTests();

/** A `dev` whose buckets are in memory, in SQLite, and in the servers that are installed. */
const explored = sharedFixture(async () => {
  await using stack = new AsyncDisposableStack();
  const nats = natsMissing() === undefined
    ? stack.use(await startNatsServer())
    : undefined;
  const redis = redisMissing() === undefined
    ? stack.use(await startRedis(["--notify-keyspace-events", "Kg$xe"]))
    : undefined;
  const dev = stack.use(
    await exploreDev({
      config: [
        "dev:",
        ...nats === undefined ? [] : [`  wasi_keyvalue_nats_url: ${nats.url}`],
        ...redis === undefined
          ? []
          : [`  wasi_keyvalue_redis_url: ${redis.url}`],
        "  keyvalue:",
        "    buckets:",
        "      catalog: {store: filesystem, engine: sqlite, path: data, seed: {values: {a: apple, b: pear}}}",
        ...nats === undefined
          ? []
          : ["      articles: {store: nats, history: 5}"],
        ...redis === undefined ? [] : [
          "      sessions: {store: redis}",
          "      greetings: {store: redis, seed: {values: {en: hello}}}",
        ],
        "      drafts: {store: in_memory}",
        "    default: in_memory",
        "",
      ].join("\n"),
    }),
  );
  const owned = stack.move();
  return {
    ...dev,
    redisUrl: redis?.url ?? "",
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
});

const button = (place: Page | Locator, name: string) =>
  place.getByRole("button", { name, exact: true });

browserTest(
  "each bucket tells its store, its place, its keys and its size",
  async (browser) => {
    const dev = await explored();
    await dev.put("drafts", "k", "four");
    await using pages = faultless(browser);
    const { page, shortcomings } = await pages.open(dev.page());
    const card = (name: string) =>
      page.getByRole("listitem").filter({
        has: page.getByRole("link", { name, exact: true }),
      });
    await card("drafts").getByText("lost on restart").waitFor();
    await card("drafts").getByText("1 key, 4 B", { exact: true }).waitFor();
    await card("catalog").getByText("kept", { exact: true }).waitFor();
    await card("catalog").getByText(/^\d+ keys?(?:,|$)/).waitFor();
    await card("catalog").getByText(`${dev.path}/data`).waitFor();
    assert.deepEqual(await shortcomings(), []);
  },
);

browserTest(
  "a bucket that is sown by a look tells what it has then",
  async (browser) => {
    const dev = await explored();
    await using pages = faultless(browser);
    const { page } = await pages.open(dev.page());
    await page.getByRole("listitem").filter({ hasText: "greetings" })
      .getByText("1 key", { exact: true }).waitFor();
  },
  redisMissing(),
);

browserTest("an export goes into another bucket as it was", async (browser) => {
  const dev = await explored();
  const values = {
    "": "of the empty key",
    "a/b": "1",
    "ключ 🔑": "\u0000\u202e",
  };
  for (const [key, value] of Object.entries(values)) {
    await dev.put("from", key, value);
  }
  await dev.put("from", "lasting", "x", { ttl: "3600000" });
  await dev.put("into", "a/b", "kept");
  await using pages = faultless(browser);
  const { page } = await pages.open(dev.page("#/buckets/from"));
  await button(page, "Export, import").click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "All keys" }).click();
  const download = await downloading;
  assert.equal(download.suggestedFilename(), "from.jsonl");
  const file = await download.path();
  await page.goto(dev.page("#/buckets/into"));
  await page.getByRole("heading", { name: "into" }).waitFor();
  await button(page, "Export, import").click();
  const dialog = page.getByRole("dialog", { name: "Export, import" });
  await dialog.getByLabel("File of an export").setInputFiles(file);
  await button(dialog, "Import").click();
  await dialog.getByText("3 written, 1 left as they were").waitFor();
  assert.equal(await dev.text("into", "a/b"), "kept");
  await dialog.getByLabel("Keys that are there already")
    .selectOption({ label: "are replaced" });
  await button(dialog, "Import").click();
  await dialog.getByText("4 written, 0 left as they were").waitFor();
  for (const [key, value] of Object.entries(values)) {
    assert.equal(await dev.text("into", key), value);
  }
  const lasting = await dev.api("GET entry", {
    bucket: "into",
    key: "lasting",
  });
  assert.ok((await lasting.json()).expires > Date.now());
});

browserTest(
  "a file that is no export is refused, and says why",
  async (browser) => {
    const dev = await explored();
    await using pages = faultless(browser, ["400 POST import"]);
    const { page, shortcomings } = await pages.open(
      dev.page("#/buckets/wrong"),
    );
    await button(page, "Export, import").click();
    const dialog = page.getByRole("dialog", { name: "Export, import" });
    const file = await Deno.makeTempFile({ suffix: ".jsonl" });
    await Deno.writeTextFile(file, "no line of an export\n");
    await dialog.getByLabel("File of an export").setInputFiles(file);
    await button(dialog, "Import").click();
    await dialog.getByRole("alert").getByText(/^Cannot /).waitFor();
    assert.deepEqual(await shortcomings(), []);
    await Deno.remove(file);
  },
);

browserTest("a seed is sown again where keys are absent", async (browser) => {
  const dev = await explored();
  await dev.put("catalog", "b", "plum");
  await using pages = faultless(browser);
  const { page } = await pages.open(dev.page("#/buckets/catalog/a"));
  await button(page, "Delete").click();
  await page.getByText("This key is absent").waitFor();
  await button(page, "Export, import").click();
  const dialog = page.getByRole("dialog", { name: "Export, import" });
  await button(dialog, "Seed").click();
  await dialog.getByText("1 written, 1 left as they were").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await dev.text("catalog", "a"), "apple");
  assert.equal(await dev.text("catalog", "b"), "plum");
});

browserTest("a bucket is dropped once its name is typed", async (browser) => {
  const dev = await explored();
  await dev.put("old", "k", "v");
  await using pages = faultless(browser);
  const { page } = await pages.open(dev.page("#/buckets/old"));
  await button(page, "Drop").click();
  const dialog = page.getByRole("dialog", { name: "Drop the bucket" });
  const drop = button(dialog, "Drop");
  assert.ok(await drop.isDisabled());
  await dialog.getByLabel("Type its name to drop it").fill("ol");
  assert.ok(await drop.isDisabled());
  await dialog.getByLabel("Type its name to drop it").fill("old");
  await drop.click();
  await page.getByText("The bucket is gone").waitFor();
  assert.equal(await dev.text("old", "k"), undefined);
});

browserTest(
  "what another process writes is seen as it comes",
  async (browser) => {
    const dev = await explored();
    await dev.put("sessions", "mine", "1");
    await using pages = faultless(browser);
    const { page } = await pages.open("about:blank");
    const watching = page.waitForResponse((response) =>
      response.url().includes("/api/changes")
    );
    await page.goto(dev.page("#/buckets/sessions/mine"));
    await watching;
    await using others = makeBuckets({
      configured: { redis: { backend: "redis", url: dev.redisUrl } },
      default: "redis",
    });
    const bucket = await others.open("sessions");
    await bucket.set("theirs", new TextEncoder().encode("2"));
    await button(page, "1 key new: show").click();
    await page.getByRole("option", { name: "theirs new" }).waitFor();
    await bucket.set("mine", new TextEncoder().encode("3"));
    await page.getByRole("region", { name: "Value" }).locator("pre")
      .getByText("3", { exact: true }).waitFor();
    await page.getByText("changed while you looked").waitFor();
  },
  redisMissing(),
);

browserTest(
  "a store that tells of no changes says how it would",
  async (browser) => {
    await using redis = await startRedis();
    await using dev = await exploreDev({
      config: `dev: {wasi_keyvalue_redis_url: "${redis.url}",
      keyvalue: {buckets: {sessions: {store: redis}}}}\n`,
    });
    await dev.put("sessions", "mine", "1");
    await using pages = faultless(browser);
    const { page, shortcomings } = await pages.open(
      dev.page("#/buckets/sessions/mine"),
    );
    await page.getByText(/CONFIG SET notify-keyspace-events/).waitFor();
    await button(page, "Delete").click();
    await page.getByRole("option", { name: "mine deleted" }).waitFor();
    assert.deepEqual(await shortcomings(), []);
  },
  redisMissing(),
);

browserTest("a large revision is restored whole", async (browser) => {
  const dev = await explored();
  const large = "first ".repeat(20_000);
  await dev.put("articles", "long", large);
  await dev.put("articles", "long", "second");
  await using pages = faultless(browser);
  const opened = await pages.open(dev.page("#/buckets/articles/long"));
  const { page } = opened;
  await button(page, "History").click();
  const first = page.getByRole("listitem").filter({ hasText: "117 KiB" });
  await button(first, "Look").click();
  await page.getByText(/^The first 64.* KiB of 117/).waitFor();
  assert.deepEqual(await opened.shortcomings(), []);
  await button(first, "Restore").click();
  await page.getByText("Restored as a new revision").waitFor();
  assert.equal(await dev.text("articles", "long"), large);
}, natsMissing());

browserTest(
  "200,000 keys are listed and searched as a few are",
  async (browser) => {
    const dev = await explored();
    await dev.put("few", "key:000000", "v");
    const lines = Array.from(
      { length: 200_000 },
      (_, index) => `key:${String(index).padStart(6, "0")}`,
    );
    await importKeys(dev, "many", lines);
    await using pages = faultless(browser);
    const { page } = await pages.open(dev.page());
    const rows = page.getByRole("option");
    /** Milliseconds until the first page of a bucket is there. */
    const open = async (bucket: string) => {
      await page.goto(dev.page("#/buckets"));
      await page.getByRole("heading", { name: "Buckets" }).waitFor();
      const began = performance.now();
      await page.goto(dev.page(`#/buckets/${bucket}`));
      await rows.first().waitFor();
      return performance.now() - began;
    };
    // The first look at each loads what later ones have.
    await open("few");
    await open("many");
    const few = Math.min(await open("few"), await open("few"));
    const many = Math.min(await open("many"), await open("many"));
    assert.ok(many < 6 * few + 100, `${many} ms against ${few} ms`);
    assert.ok(await rows.count() < 100);
    const began = performance.now();
    await page.getByRole("searchbox", { name: "Keys that start with" })
      .fill("key:1234");
    await page.getByText("100 keys", { exact: true }).waitFor();
    const searched = performance.now() - began;
    assert.ok(searched < 6 * few + 500, `${searched} ms against ${few} ms`);
    assert.ok(await rows.count() < 100);
  },
);

/** Fills a bucket as an import does. */
async function importKeys(
  dev: Pick<Awaited<ReturnType<typeof exploreDev>>, "api">,
  bucket: string,
  keys: readonly string[],
): Promise<void> {
  const exported = await dev.api("GET export", { bucket: "few" });
  const [header = "", line = ""] = (await exported.text()).split("\n");
  const body = [
    header,
    ...keys.map((key) => line.replace("key:000000", key)),
    JSON.stringify({ end: keys.length }),
    "",
  ].join("\n");
  const answer = await dev.api("POST import", { bucket }, { body });
  assert.equal(answer.status, 200, await answer.text());
}
