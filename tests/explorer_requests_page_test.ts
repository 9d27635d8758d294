/** The explorer's views of requests and of the component, in a browser before a real server. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTests } from "./support/browser.ts";
import {
  type ExplorerServer,
  serveExplorer,
} from "./support/explorer_server.ts";

const browserTest = browserTests();

/** What a browser looks at. */
const LOOKS = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["on a phone", { viewport: { width: 320, height: 640 }, hasTouch: true }],
] as const;

/** Sends the component a request. */
async function send(
  server: ExplorerServer,
  path: string,
  init?: RequestInit,
): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
  await response.body?.cancel();
}

/** The row of a request; a path stands in it whole. */
function row(page: Page, path: string) {
  return page.locator(".request-row").filter({
    has: page.getByText(path, { exact: true }),
  });
}

browserTest(
  "requests are walked through with the keyboard as they come",
  async (browser) => {
    await using server = await serveExplorer();
    const { page, faults } = await browser.open(`${server.url}#/requests`);
    await page.getByText("No requests yet").waitFor();
    for (const path of ["/a", "/b", "/c"]) {
      await send(server, path);
      await row(page, path).getByText("200", { exact: true }).waitFor();
    }
    const paths = await page.locator(".row-path").allTextContents();
    assert.deepEqual(paths, ["/c", "/b", "/a"]);
    await page.keyboard.press("/");
    await page.keyboard.type("/");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "GET /b" }).waitFor();
    await page.getByRole("row", {
      name: "get wasi:keyvalue/store in_memory mykey",
    })
      .waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".request-detail").waitFor({ state: "detached" });
    await page.waitForFunction(
      "document.activeElement.matches('.request-row')",
    );
    assert.match(await page.locator(":focus").textContent() ?? "", /\/b/);
    assert.deepEqual(faults, []);
  },
);

browserTest(
  "a list that is held keeps every row in its place",
  async (browser) => {
    await using server = await serveExplorer();
    const { page } = await browser.open(`${server.url}#/requests`);
    await send(server, "/a");
    await row(page, "/a").waitFor();
    await page.getByText("Pause", { exact: true }).click();
    await send(server, "/b");
    await page.getByText("1 new", { exact: true }).waitFor();
    assert.equal(await page.locator(".request-row").count(), 1);
    await page.getByText("Resume", { exact: true }).click();
    await row(page, "/b").waitFor();
    assert.equal(await page.locator(".request-row").count(), 2);
  },
);

browserTest("a filter finds requests by path and method", async (browser) => {
  await using server = await serveExplorer();
  for (let index = 0; index < 12; index++) {
    await send(server, `/item/${index}`, {
      method: index < 2 ? "DELETE" : "GET",
    });
  }
  const { page } = await browser.open(`${server.url}#/requests`);
  await page.getByText("12 requests", { exact: true }).waitFor();
  await page.getByLabel("Filter by path").fill("ITEM/1");
  await page.getByText("3 of 12 requests", { exact: true }).waitFor();
  await page.getByLabel("Method").selectOption({ label: "DELETE (2)" });
  await page.getByText("1 of 12 requests", { exact: true }).waitFor();
  await page.getByLabel("Status").selectOption("5");
  await page.getByText("No request fits the filter").waitFor();
});

browserTest(
  "a request is sent again, and both answers are shown",
  async (browser) => {
    await using server = await serveExplorer();
    await send(server, "/a");
    const [first] = server.requests.list();
    const { page, faults } = await browser.open(
      `${server.url}#/requests/${first?.id}`,
    );
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText("Sent again").waitFor();
    const comparison = page.locator(".comparison");
    await comparison.getByText("200", { exact: true }).nth(1).waitFor();
    const [second] = server.requests.list();
    assert.equal(second?.replayOf, first?.id);
    assert.equal(new URL(page.url()).hash, `#/requests/${second?.id}`);
    await comparison.getByRole("link").click();
    await comparison.waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).hash, `#/requests/${first?.id}`);
    assert.deepEqual(faults, []);
  },
);

browserTest(
  "values that let somebody in are hidden, and copied",
  async (browser) => {
    await using server = await serveExplorer();
    await send(server, "/a", { headers: { authorization: "Bearer s3cret" } });
    const [request] = server.requests.list();
    const { page } = await browser.open(
      `${server.url}#/requests/${request?.id}`,
      { permissions: ["clipboard-read", "clipboard-write"] },
    );
    const shown = page.getByText("Bearer s3cret");
    const show = page.getByRole("button", {
      name: "Show the value of authorization",
    });
    await show.waitFor();
    assert.equal(await shown.count(), 0);
    await show.click();
    await shown.waitFor();
    await page.getByText("Copy as curl").click();
    await page.getByText("Copied, with the value of authorization").waitFor();
    const copied = await page.evaluate("navigator.clipboard.readText()");
    assert.match(String(copied), /^curl [^]*'authorization: Bearer s3cret'/);
  },
);

browserTest("a request that is forgotten is said to be", async (browser) => {
  await using server = await serveExplorer();
  await send(server, "/a");
  const [request] = server.requests.list();
  const { page } = await browser.open(`${server.url}#/requests`);
  await page.getByText("Clear", { exact: true }).click();
  await page.getByText("No requests yet").waitFor();
  assert.deepEqual(server.requests.list(), []);
  await page.goto(`${server.url}#/requests/${request?.id}`);
  await page.getByText("Wharf does not remember this request").waitFor();
});

browserTest(
  "what a client sends is shown, never interpreted",
  async (browser) => {
    await using server = await serveExplorer();
    const markup = "<img/src=x/onerror=alert(1)>";
    await server.exchange(
      `GET /${markup}?\xe2\x80\xae HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ${markup}\r\nConnection: close\r\n\r\n`,
    );
    const [request] = server.requests.list();
    const { page, faults, shortcomings } = await browser.open(
      `${server.url}#/requests/${request?.id}`,
    );
    await page.getByRole("cell", { name: markup }).waitFor();
    const url = page.locator("dd", { hasText: "U+202E" });
    assert.match(
      await url.textContent() ?? "",
      /<img\/src=x\/onerror=alert\(1\)>/,
    );
    assert.equal(await page.locator("img[src]").count(), 0);
    assert.deepEqual(await shortcomings(), []);
    assert.deepEqual(faults, []);
  },
);

browserTest("a build is told of as it goes", async (browser) => {
  await using server = await serveExplorer();
  const { page, faults } = await browser.open(`${server.url}#/component`);
  await page.getByText("Nothing was built yet").waitFor();
  await page.getByText("Rebuild", { exact: true }).click();
  await page.getByText("the earlier component serves meanwhile").waitFor();
  await page.getByText("asked for", { exact: true }).click();
  await page.getByText("build 13 ms", { exact: true }).waitFor();
  assert.deepEqual(faults, []);
});

for (const [name, options] of LOOKS) {
  browserTest(`the requests have no shortcomings, ${name}`, async (browser) => {
    await using server = await serveExplorer();
    for (const path of ["/a", `/${"long".repeat(100)}?x=1`]) {
      await send(server, path, { headers: { cookie: "a=1" } });
    }
    const { page, faults, shortcomings } = await browser.open(
      `${server.url}#/requests`,
      options,
    );
    await page.locator(".request-row").nth(1).waitFor();
    assert.deepEqual(await shortcomings(), []);
    await page.locator(".request-row").first().click();
    await page.locator(".waterfall").waitFor();
    await page.getByText("With calls between").click();
    assert.deepEqual(await shortcomings(), []);
    assert.deepEqual(faults, []);
  });

  browserTest(`the component has no shortcomings, ${name}`, async (browser) => {
    await using server = await serveExplorer();
    const { page, faults, shortcomings } = await browser.open(
      `${server.url}#/component`,
      options,
    );
    await page.getByText("WIT", { exact: true }).click();
    await page.getByText("package root:component;").waitFor();
    assert.deepEqual(await shortcomings(), []);
    assert.deepEqual(faults, []);
  });
}
