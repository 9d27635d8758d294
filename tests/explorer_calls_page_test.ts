/** Requests to real guests in the explorer of a real `dev`. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { browserTests } from "./support/browser.ts";
import { exploreDev, faultless } from "./support/explorer_dev.ts";
import { serveAnswer } from "./support/outgoing_app.ts";

const browserTest = browserTests();

const button = (place: Page | Locator, name: string) =>
  place.getByRole("button", { name, exact: true });

/** The link of a request in the list. */
const row = (page: Page, path: string) =>
  page.getByRole("region", { name: "Requests" }).getByRole("link")
    .filter({ has: page.getByText(path, { exact: true }) });

browserTest(
  "a request is listed, looked into, sent again and copied",
  async (browser) => {
    await using dev = await exploreDev({ guest: "rust_wit_bindgen" });
    await using pages = faultless(browser);
    const { page, shortcomings } = await pages.open(dev.page("#/requests"), {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.getByText("No requests yet").waitFor();
    const body = JSON.stringify({ key: "it's", value: 'a \\ "b"\n$HOME' });
    const post = { method: "POST", body };
    assert.equal(
      await dev.ask("/store?x=1", post),
      "[in_memory] Stored 'it's'\n",
    );
    await row(page, "/store?x=1").getByText("200", { exact: true }).waitFor();
    await row(page, "/store?x=1").click();
    await page.getByRole("heading", { name: "POST /store?x=1" }).waitFor();
    await page.getByRole("img", { name: /^\d calls? in .* ms/ }).waitFor();
    const set = page.getByRole("row").filter({ hasText: "it's" });
    await set.getByRole("rowheader", { name: /^set/ }).waitFor();
    await set.getByRole("cell", { name: /\d ms$/ }).first().waitFor();
    assert.deepEqual(await shortcomings(), []);
    await button(page, "Replay").click();
    await page.getByText("Sent again").waitFor();
    await page.getByRole("link", { name: "the request that it repeats" })
      .waitFor();
    assert.deepEqual(await shortcomings(), []);
    await button(page, "Copy as curl").click();
    await page.getByText("Copied", { exact: true }).waitFor();
    const copied: string = await page.evaluate(
      "navigator.clipboard.readText()",
    );
    // What is copied is run as it is: it has to do what the request did.
    await dev.api("DELETE value", { bucket: "in_memory", key: "it's" });
    const { stdout } = await new Deno.Command("sh", { args: ["-c", copied] })
      .output();
    assert.equal(
      new TextDecoder().decode(stdout),
      "[in_memory] Stored 'it's'\n",
    );
    assert.equal(
      await dev.text("in_memory", "it's"),
      'a \\ "b"\n$HOME',
    );
    await button(page, "Clear").click();
    await page.getByText("No requests yet").waitFor();
  },
  await curlMissing(),
);

browserTest(
  "outgoing calls stand in the waterfall, failed ones as such",
  async (browser) => {
    await using server = serveAnswer(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    );
    await using dev = await exploreDev({ guest: "outgoing" });
    await dev.ask(`/many?n=4&${server.query}`);
    await dev.ask("/?scheme=https&authority=denied.example&path=/there");
    await using pages = faultless(browser);
    const { page, shortcomings } = await pages.open(dev.page("#/requests"));
    await row(page, `/many?n=4&${server.query}`).click();
    await page.getByRole("img", { name: /^4 calls in / }).waitFor();
    const calls = page.getByRole("table", {
      name: "Calls by the time they began",
    });
    const row200 = calls.getByRole("row").filter({ hasText: "200" });
    await row200.nth(3).waitFor();
    await row200.first().getByText(`127.0.0.1:${server.port}`).waitFor();
    assert.deepEqual(await shortcomings(), []);
    await page.keyboard.press("Escape");
    await row(page, "/?scheme=https&authority=denied.example&path=/there")
      .click();
    await calls.getByRole("row").filter({ hasText: "denied.example" })
      .getByRole("cell", { name: "HTTP-request-denied" }).waitFor();
    assert.deepEqual(await shortcomings(), []);
  },
);

browserTest(
  "the lines of a guest stand with its calls between",
  async (browser) => {
    await using dev = await exploreDev({ guest: "every_import" });
    await dev.ask("/logging");
    await dev.ask("/kv");
    await using pages = faultless(browser);
    const { page, shortcomings } = await pages.open(dev.page("#/requests"));
    await row(page, "/logging").click();
    const lines = page.getByRole("listitem");
    for (
      const level of ["trace", "debug", "info", "warn", "error", "critical"]
    ) {
      await lines.getByText(level, { exact: true }).first().waitFor();
    }
    assert.deepEqual(await shortcomings(), []);
    await page.keyboard.press("Escape");
    await row(page, "/kv").click();
    const calls = page.getByRole("table", {
      name: "Calls by the time they began",
    });
    for (const name of ["set", "get", "increment", "list-keys"]) {
      await calls.getByRole("rowheader", { name: new RegExp(`^${name}`) })
        .first().waitFor();
    }
    assert.deepEqual(await shortcomings(), []);
  },
);

browserTest(
  "a trap is told with its frames and their lines of source",
  async (browser) => {
    await using dev = await exploreDev({ guest: "trap_dwarf" });
    await dev.ask("/fine");
    await dev.ask("/trap");
    await using pages = faultless(browser);
    const { page, shortcomings } = await pages.open(dev.page("#/requests"));
    await page.getByLabel("Trapped only (1)").check();
    await page.getByText("1 of 2 requests", { exact: true }).waitFor();
    await row(page, "/trap").click();
    await page.getByRole("heading", { name: "Trap", exact: true }).waitFor();
    await page.getByText("at sum (src/trap_dwarf/trap_dwarf.c:8)").waitFor();
    await page.getByText("at add_up (src/trap_dwarf/trap_dwarf.c:16)")
      .waitFor();
    assert.deepEqual(await shortcomings(), []);
  },
);

async function curlMissing(): Promise<string | undefined> {
  try {
    await new Deno.Command("curl", { args: ["--version"], stdout: "null" })
      .output();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "curl is not installed";
    throw error;
  }
}
