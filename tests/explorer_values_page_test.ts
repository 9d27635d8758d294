/** Values in the explorer of a real `dev`, by role and name as assistive technology finds them. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Locator, Page } from "playwright-core";
import { browserTests } from "./support/browser.ts";
import { exploreDev, faultless } from "./support/explorer_dev.ts";
import { sharedFixture } from "./support/shared_fixture.ts";

const browserTest = browserTests();

/** Each test has a bucket of its own in it. */
const explored = sharedFixture(() =>
  exploreDev({
    config: `dev: {keyvalue: {buckets: {
      carts: {store: in_memory, ttl: 1h},
      settings: {store: filesystem, engine: sqlite, path: data, access: read-only, seed: {values: {theme: dark}}}}}}
`,
  })
);

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** A picture of one dark pixel. */
const PIXEL = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" +
      "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  ),
  (char) => char.charCodeAt(0),
);

const button = (place: Page | Locator, name: string) =>
  place.getByRole("button", { name, exact: true });

/** What the pane of a value shows of it. */
const shown = (page: Page) =>
  page.getByRole("region", { name: "Value" }).locator("pre");

/** Says yes to whoever looks that the page is as wide as its window and all of it is named. */
async function assertUsable(
  { shortcomings }: { shortcomings(): Promise<readonly string[]> },
) {
  assert.deepEqual(await shortcomings(), []);
}

browserTest(
  "every byte goes up in a file and comes down in one",
  async (browser) => {
    const dev = await explored();
    await using pages = faultless(browser);
    const { page } = await pages.open(dev.page("#/buckets/files"));
    await button(page, "New key").click();
    const dialog = page.getByRole("dialog", { name: "New key" });
    await dialog.getByLabel("Key").fill("bytes");
    await button(dialog, "File").click();
    await dialog.getByLabel("File").last().setInputFiles({
      name: "bytes.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(EVERY_BYTE),
    });
    await button(dialog, "Create").click();
    await button(page, "Hex").and(page.locator("[aria-pressed=true]"))
      .waitFor();
    await shown(page).getByText("f8 f9 fa fb fc fd fe ff").waitFor();
    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), "bytes");
    assert.deepEqual(
      new Uint8Array(await Deno.readFile(await download.path())),
      EVERY_BYTE,
    );
    // Digits are edited byte for byte.
    await button(page, "Edit").click();
    const digits = page.getByRole("textbox", { name: "Value" });
    assert.match(await digits.inputValue(), /^00 01 02/);
    await digits.fill("ff 00");
    await button(page, "Save").click();
    await page.getByText("2 B", { exact: true }).waitFor();
    const now = await dev.api("GET value", { bucket: "files", key: "bytes" });
    assert.deepEqual(await now.bytes(), new Uint8Array([255, 0]));
  },
);

browserTest(
  "a value is shown as JSON, text, image and bytes",
  async (browser) => {
    const dev = await explored();
    await dev.put("looks", "doc", '{"a":[1,{"b":null}]}');
    await dev.put("looks", "pixel", PIXEL);
    await using pages = faultless(browser);
    const opened = await pages.open(dev.page("#/buckets/looks/doc"));
    const { page } = opened;
    await shown(page).getByText('"b": null').waitFor();
    await button(page, "Text").click();
    await shown(page).getByText('{"a":[1,{"b":null}]}', { exact: true })
      .waitFor();
    await page.getByRole("option", { name: "pixel" }).click();
    const image = page.getByRole("img", { name: "The value as an image" });
    await image.waitFor();
    await page.waitForFunction(
      "document.querySelector('.image-frame img')?.naturalWidth === 1",
    );
    await assertUsable(opened);
    await button(page, "Hex").click();
    await shown(page).getByText("89 50 4e 47").waitFor();
  },
);

browserTest("a value whose time is over is seen to go", async (browser) => {
  const dev = await explored();
  await dev.put("passing", "stays", "1");
  await using pages = faultless(browser);
  const { page } = await pages.open(dev.page("#/buckets/passing"));
  await button(page, "New key").click();
  const dialog = page.getByRole("dialog", { name: "New key" });
  await dialog.getByLabel("Key").fill("brief");
  await dialog.getByLabel("Value").fill("soon gone");
  await dialog.getByLabel("Expires").selectOption({ label: "after…" });
  await dialog.getByLabel("Time, as 30s, 5m, 2h").fill("2s");
  await button(dialog, "Create").click();
  await page.getByRole("time").getByText(/^in [12] s$/).waitFor();
  await page.getByText("This key is absent").waitFor();
  await page.getByRole("option", { name: "brief deleted" }).waitFor();
  assert.equal(await dev.text("passing", "brief"), undefined);
});

browserTest(
  "the life that a bucket gives its values is told",
  async (browser) => {
    const dev = await explored();
    await using pages = faultless(browser);
    const { page } = await pages.open(dev.page("#/buckets/carts"));
    await button(page, "New key").click();
    const dialog = page.getByRole("dialog", { name: "New key" });
    await dialog.getByLabel("Expires").getByText("in 1 h, as the bucket says")
      .waitFor({ state: "attached" });
    await dialog.getByLabel("Key").fill("a");
    await button(dialog, "Create").click();
    await page.getByRole("time").getByText(/^in (1 h|59 m \d+ s)$/).waitFor();
  },
);

browserTest(
  "a bucket that guests only read says so, and is written by its owner",
  async (browser) => {
    const dev = await explored();
    await using pages = faultless(browser);
    const opened = await pages.open(dev.page());
    const { page } = opened;
    const card = page.getByRole("listitem").filter({ hasText: "settings" });
    await card.getByText("guests only read").waitFor();
    await card.getByRole("link").click();
    await page.getByText("You may write here; guests may not.").waitFor();
    await page.getByRole("option", { name: "theme" }).click();
    await button(page, "Edit").click();
    await page.getByRole("textbox", { name: "Value" }).fill("light");
    await button(page, "Save").click();
    await page.getByText("Saved", { exact: true }).waitFor();
    assert.equal(await dev.text("settings", "theme"), "light");
    await assertUsable(opened);
  },
);

browserTest("a counter is counted up and down", async (browser) => {
  const dev = await explored();
  await dev.put("counts", "visits", "41");
  await using pages = faultless(browser);
  const { page } = await pages.open(dev.page("#/buckets/counts/visits"));
  const counter = page.getByRole("group", { name: "Counter" });
  await button(counter, "+1").click();
  await shown(page).getByText("42", { exact: true }).waitFor();
  await button(counter, "−1").click();
  await shown(page).getByText("41", { exact: true }).waitFor();
  assert.equal(await dev.text("counts", "visits"), "41");
});

browserTest(
  "a conflict is edited on from what is there now",
  async (browser) => {
    const dev = await explored();
    await dev.put("shared", "doc", "first");
    await using pages = faultless(browser, ["412 PUT value"]);
    const opened = await pages.open(dev.page("#/buckets/shared/doc"));
    const { page } = opened;
    await button(page, "Edit").click();
    const field = page.getByRole("textbox", { name: "Value" });
    await field.fill("mine");
    await dev.put("shared", "doc", "theirs");
    // Said before anything is saved.
    await page.getByText("The value was changed while you write.").waitFor();
    await button(page, "Save").click();
    const conflict = page.getByRole("alert");
    await conflict.getByRole("region", { name: "What is there now" })
      .getByText("theirs").waitFor();
    await assertUsable(opened);
    await button(conflict, "Keep editing").click();
    assert.equal(await field.inputValue(), "mine");
    await field.fill("mine and theirs");
    await button(page, "Save").click();
    await page.getByText("Saved", { exact: true }).waitFor();
    assert.equal(await dev.text("shared", "doc"), "mine and theirs");
  },
);

for (
  const [name, options] of [
    ["with the keyboard alone", {}],
    ["with the keyboard alone on a phone", {
      viewport: { width: 320, height: 640 },
      hasTouch: true,
      isMobile: true,
    }],
  ] as const
) {
  browserTest(
    `a key is made, edited, deleted and brought back ${name}`,
    async (browser) => {
      const dev = await explored();
      const bucket = `hands off ${name}`;
      await dev.put(bucket, "before", "1");
      await using pages = faultless(browser);
      const opened = await pages.open(
        dev.page(`#/buckets/${encodeURIComponent(bucket)}`),
        options,
      );
      const { page } = opened;
      const { keyboard } = page;
      await page.getByRole("option", { name: "before" }).waitFor();
      await keyboard.press("n");
      await keyboard.type("made");
      await tabTo(page, "Value");
      await keyboard.type("one");
      await assertUsable(opened);
      await tabTo(page, "Create");
      await keyboard.press("Enter");
      await shown(page).getByText("one", { exact: true }).waitFor();
      await assertUsable(opened);
      await tabTo(page, "Edit");
      await keyboard.press("Enter");
      await tabTo(page, "Value");
      await keyboard.press("Control+a");
      // No shortcut while somebody types.
      await keyboard.type("n/?two");
      await keyboard.press("Control+Enter");
      await shown(page).getByText("n/?two", { exact: true }).waitFor();
      assert.equal(await dev.text(bucket, "made"), "n/?two");
      await tabTo(page, "Delete");
      await keyboard.press("Enter");
      await page.getByText("This key is absent").waitFor();
      assert.equal(await dev.text(bucket, "made"), undefined);
      await tabTo(page, "Undo");
      await keyboard.press("Enter");
      await shown(page).getByText("n/?two", { exact: true }).waitFor();
      assert.equal(await dev.text(bucket, "made"), "n/?two");
      await assertUsable(opened);
      await keyboard.press("Escape");
      await page.getByRole("listbox", { name: "Keys" }).waitFor();
    },
  );
}

/** Presses Tab until what has that name has the focus; a keyboard has no other way. */
async function tabTo(page: Page, name: string): Promise<void> {
  const visited: string[] = [];
  for (let tries = 0; tries < 60; tries++) {
    const focused = page.locator(":focus");
    const isIt = await focused.and(
      page.getByRole("button", { name, exact: true })
        .or(page.getByRole("textbox", { name, exact: true })),
    ).count();
    if (isIt === 1) return;
    // In one step: what has the focus may be about to go.
    visited.push(
      await page.evaluate("document.activeElement?.textContent ?? '-'"),
    );
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not reach "${name}", but ${visited.join(", ")}`);
}
