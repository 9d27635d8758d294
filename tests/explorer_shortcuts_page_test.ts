/** What single keys do in the explorer's page, and how they are switched off. */

import assert from "node:assert/strict";
import { browserTests } from "./support/browser.ts";
import { exploreDev, faultless } from "./support/explorer_dev.ts";
import { sharedFixture } from "./support/shared_fixture.ts";

const browserTest = browserTests();

const explored = sharedFixture(() => exploreDev());

for (
  const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["on a phone", { viewport: { width: 320, height: 640 }, hasTouch: true }],
  ] as const
) {
  browserTest(
    `the keys are listed in a dialog without shortcomings, ${name}`,
    async (browser) => {
      const dev = await explored();
      await using pages = faultless(browser);
      const { page, shortcomings } = await pages.open(dev.page(), options);
      await page.getByRole("heading", { name: "Buckets" }).waitFor();
      await page.keyboard.press("?");
      const dialog = page.getByRole("dialog", { name: "Keyboard" });
      await dialog.getByText("make a key, in a bucket").waitFor();
      assert.deepEqual(await shortcomings(), []);
      // No shortcut reaches what is behind it.
      await page.keyboard.press("n");
      await page.keyboard.press("?");
      assert.equal(await page.getByRole("dialog").count(), 1);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    },
  );
}

browserTest(
  "single keys that are switched off do nothing, in later visits too",
  async (browser) => {
    const dev = await explored();
    await dev.put("quiet", "k", "v");
    await using pages = faultless(browser);
    const { page } = await pages.open(dev.page("#/buckets/quiet"));
    const search = page.getByRole("searchbox", {
      name: "Keys that start with",
    });
    const dialogs = page.getByRole("dialog");
    await page.getByText("1 key", { exact: true }).first().waitFor();
    await page.keyboard.press("/");
    assert.equal(
      await page.evaluate("document.activeElement.id"),
      "key-search",
    );
    await page.keyboard.type("n?/");
    assert.equal(await search.inputValue(), "n?/");
    assert.equal(await dialogs.count(), 0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Keyboard" }).click();
    const off = dialogs.getByRole("checkbox", {
      name: "Single keys are shortcuts",
    });
    await off.uncheck();
    await dialogs.getByText("make a key, in a bucket")
      .waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    for (const visit of ["this", "the next"]) {
      for (const key of ["n", "?", "/"]) await page.keyboard.press(key);
      assert.equal(await dialogs.count(), 0, `${visit} visit`);
      const isSearching = "document.activeElement.id === 'key-search'";
      assert.equal(await page.evaluate(isSearching), false, `${visit} visit`);
      await page.reload();
      await page.getByText("1 key", { exact: true }).first().waitFor();
    }
    // The button reaches the dialog all the same.
    await page.getByRole("button", { name: "Keyboard" }).click();
    await dialogs.getByRole("checkbox").check();
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.getByRole("dialog", { name: "New key" }).waitFor();
  },
);
