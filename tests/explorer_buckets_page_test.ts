import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTests } from "./support/browser.ts";
import { serveExplorer } from "./support/explorer_server.ts";
import { natsMissing, startNatsServer } from "./support/nats_server.ts";

const browserTest = browserTests();

const encode = (text: string) => new TextEncoder().encode(text);

/** An explorer with a bucket `cache` that holds some keys. */
async function openCache(keys: Readonly<Record<string, string>> = {}) {
  const server = await serveExplorer();
  const bucket = await server.buckets.open("cache");
  for (const [key, value] of Object.entries(keys)) {
    await bucket.set(key, encode(value));
  }
  return {
    url: server.url,
    server,
    bucket,
    async text(key: string) {
      const entry = await bucket.get(key);
      return entry && new TextDecoder().decode(entry.value);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Waits until the page listens to the changes of its bucket. */
async function listening(page: Page): Promise<void> {
  await page.waitForResponse((response) =>
    response.url().includes("/api/changes")
  );
}

browserTest("the page is used with the keyboard alone", async (browser) => {
  await using cache = await openCache({ a1: "one", a2: "two", b1: "three" });
  const { page, faults } = await browser.open(cache.url);
  await page.locator(".card-link", { hasText: "cache" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".key-row");
  assert.equal(await page.title(), "cache · Buckets · Wharf");
  await page.keyboard.press("/");
  await page.keyboard.type("a");
  await page.getByText("2 keys", { exact: true }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.locator("pre", { hasText: "two" }).waitFor();
  assert.equal(await page.title(), "a2 · cache · Buckets · Wharf");
  await page.keyboard.press("Escape");
  await page.getByText("No key chosen").waitFor();
  await page.keyboard.press("n");
  await page.locator("dialog[open] :focus").waitFor();
  await page.keyboard.type("3");
  await page.locator("dialog textarea").fill("made");
  await page.locator("dialog").getByText("Create").focus();
  await page.keyboard.press("Enter");
  await page.locator("pre", { hasText: "made" }).waitFor();
  assert.equal(await cache.text("a3"), "made");
  assert.deepEqual(faults, []);
});

browserTest(
  "a change made meanwhile is shown, not overwritten",
  async (browser) => {
    await using cache = await openCache({ key: "first" });
    const { page, faults } = await browser.open(
      `${cache.url}#/buckets/cache/key`,
    );
    await page.getByText("Edit", { exact: true }).click();
    await page.locator("textarea").fill("mine");
    await cache.bucket.set("key", encode("theirs"));
    await page.getByText("Save", { exact: true }).click();
    await page.getByLabel("What is there now").getByText("theirs").waitFor();
    await page.getByLabel("What you wrote").getByText("mine").waitFor();
    assert.equal(await cache.text("key"), "theirs");
    await page.getByText("Overwrite with mine").click();
    await page.getByText("Saved", { exact: true }).waitFor();
    assert.equal(await cache.text("key"), "mine");
    assert.deepEqual(faults, []);
  },
);

browserTest("a draft outlives a look at another key", async (browser) => {
  await using cache = await openCache({ key: "first", other: "text" });
  const { page } = await browser.open(`${cache.url}#/buckets/cache/key`);
  await page.getByText("Edit", { exact: true }).click();
  await page.locator("textarea").fill("half");
  await page.getByRole("option", { name: "other" }).click();
  await page.locator("pre", { hasText: "text" }).waitFor();
  await page.getByRole("option", { name: "key" }).click();
  assert.equal(await page.locator("textarea").inputValue(), "half");
  assert.equal(await cache.text("key"), "first");
});

browserTest(
  "a deletion is taken back, but not over another's value",
  async (browser) => {
    await using cache = await openCache({ key: "first" });
    const { page } = await browser.open(`${cache.url}#/buckets/cache/key`);
    const remove = page.getByText("Delete", { exact: true });
    const undo = page.getByText("Undo", { exact: true });
    await remove.click();
    await undo.waitFor();
    assert.equal(await cache.text("key"), undefined);
    await undo.click();
    await page.getByText("Restored", { exact: true }).waitFor();
    assert.equal(await cache.text("key"), "first");
    await remove.click();
    await undo.waitFor();
    await cache.bucket.set("key", encode("theirs"));
    await undo.click();
    await page.getByText("Not restored", { exact: false }).waitFor();
    assert.equal(await cache.text("key"), "theirs");
  },
);

browserTest("changes mark keys where they stand", async (browser) => {
  await using cache = await openCache({ a: "1", b: "1", c: "1" });
  const { page } = await browser.open(cache.url);
  const watching = listening(page);
  await page.goto(`${cache.url}#/buckets/cache`);
  await watching;
  await cache.bucket.set("b", encode("2"));
  await cache.bucket.delete("c");
  await cache.bucket.set("0", encode("new"));
  const row = (key: string) => page.getByRole("option", { name: key });
  await row("b").getByText("changed").waitFor();
  await row("c").getByText("deleted").waitFor();
  const news = page.getByText("1 key new: show");
  await news.waitFor();
  assert.equal(await page.getByRole("option").count(), 3);
  await news.click();
  await row("0").getByText("new").waitFor();
  assert.equal(await page.getByRole("option").count(), 4);
});

browserTest("a stream that was refused is opened again", async (browser) => {
  await using cache = await openCache({ a: "1" });
  const { page } = await browser.open("about:blank");
  await page.route("**/api/events", (route) => route.fulfill({ status: 502 }));
  await page.goto(cache.url);
  await page.getByText("Wharf does not answer").waitFor();
  await page.unroute("**/api/events");
  await page.getByText("Ready", { exact: true }).waitFor();
});

browserTest("the theme is kept for the next visit", async (browser) => {
  await using cache = await openCache();
  const { page } = await browser.open(cache.url, { colorScheme: "light" });
  const ground = () =>
    page.evaluate("getComputedStyle(document.body).backgroundColor");
  const light = await ground();
  await page.getByLabel("Colours: system").click();
  await page.getByLabel("Colours: light").click();
  await page.getByLabel("Colours: dark").waitFor();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByLabel("Colours: dark").waitFor();
  assert.equal(await ground(), dark);
});

browserTest("hostile text is shown, never interpreted", async (browser) => {
  const markup = "<img src=x onerror=alert(1)>";
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';
  const long = "x".repeat(10_240);
  await using cache = await openCache({
    [markup]: markup,
    "\u202eexe.gnp\u0000": "turned",
    "": "of the empty key",
    [long]: "of the long key",
    svg,
    json: `{"a":"${markup}"}`,
  });
  const { page, faults, shortcomings } = await browser.open(
    `${cache.url}#/buckets/cache`,
  );
  for (const key of [markup, "", long, "svg", "json"]) {
    await page.goto(
      `${cache.url}#/buckets/cache/${
        key === "" ? "~" : encodeURIComponent(key)
      }`,
    );
    await page.locator(".value-display").waitFor();
    await page.locator(".full-key", { hasText: key.slice(0, 20) }).waitFor();
    assert.deepEqual(await shortcomings(), [], key.slice(0, 40));
  }
  const turned = page.getByRole("option", { name: "U+202E" });
  assert.equal(await turned.textContent(), "U+202Eexe.gnpNUL");
  await turned.click();
  await page.locator("pre", { hasText: "turned" }).waitFor();
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.deepEqual(faults, []);
});

for (
  const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["on a phone", { viewport: { width: 320, height: 640 }, hasTouch: true }],
  ] as const
) {
  browserTest(`the buckets have no shortcomings, ${name}`, async (browser) => {
    await using cache = await openCache({ counter: "41", doc: '{"a":[1,2]}' });
    const { page, faults, shortcomings } = await browser.open(
      cache.url,
      options,
    );
    await page.getByText("2 keys").first().waitFor();
    assert.deepEqual(await shortcomings(), []);
    await page.goto(`${cache.url}#/buckets/cache/counter`);
    await page.getByText("+1", { exact: true }).click();
    await page.locator("pre", { hasText: "42" }).waitFor();
    assert.deepEqual(await shortcomings(), []);
    await page.goto(`${cache.url}#/buckets/cache/doc`);
    await page.getByText("Edit", { exact: true }).click();
    await page.locator("textarea").waitFor();
    assert.deepEqual(await shortcomings(), []);
    await page.goto(`${cache.url}#/buckets/cache`);
    for (const dialog of ["New key", "Export, import", "Drop"]) {
      await page.getByRole("button", { name: dialog }).click();
      await page.getByRole("dialog").waitFor();
      assert.deepEqual(await shortcomings(), [], dialog);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    assert.deepEqual(faults, []);
  });
}

browserTest("many keys are few rows", async (browser) => {
  await using cache = await openCache();
  await cache.bucket.setMany(
    Array.from(
      { length: 20_000 },
      (_, index) => [`key:${String(index).padStart(5, "0")}`, encode("v")],
    ),
  );
  const { page } = await browser.open(`${cache.url}#/buckets/cache`);
  const foot = page.locator(".key-foot");
  await foot.getByText("500 keys, and more").waitFor();
  await page.locator("#key-list").focus();
  for (let pages = 2; pages <= 40; pages++) {
    await page.keyboard.press("End");
    const count = (pages * 500).toLocaleString("en-US");
    await foot.getByText(`${count} keys`).waitFor();
    assert.ok(await page.getByRole("option").count() < 100);
  }
  await foot.getByText("20,000 keys", { exact: true }).waitFor();
  await page.keyboard.press("End");
  await page.getByRole("option", { name: "key:19999" }).waitFor();
});

browserTest("a revision is restored as a new one", async (browser) => {
  await using nats = await startNatsServer();
  await using server = await serveExplorer({
    buckets: {
      configured: { nats: { backend: "nats", url: nats.url, history: 5 } },
      default: "nats",
    },
  });
  const bucket = await server.buckets.open("kept");
  await bucket.set("key", encode("first"));
  await bucket.set("key", encode("second"));
  const { page, faults } = await browser.open(
    `${server.url}#/buckets/kept/key`,
  );
  await page.getByText("History", { exact: true }).click();
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByText("Restored as a new revision").waitFor();
  const entry = await bucket.get("key");
  assert.equal(new TextDecoder().decode(entry?.value), "first");
  assert.equal((await bucket.history?.("key"))?.length, 3);
  await page.getByText("Delete with history").click();
  const purge = page.getByRole("dialog").getByText("Delete", { exact: true });
  await purge.click();
  await page.getByText("This key is absent").waitFor();
  const left = await bucket.history?.("key");
  // NATS marks that there was something.
  assert.deepEqual(left?.map(({ kind }) => kind), ["delete"]);
  assert.deepEqual(faults, []);
}, natsMissing());
