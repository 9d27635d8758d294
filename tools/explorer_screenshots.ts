/**
 * Pictures of the explorer for its documentation, of a real `dev` with made-up data.
 * `deno task screenshots` writes them; they are to be looked at.
 *
 * @module
 */

import type { BrowserContextOptions, Page } from "playwright-core";
import { openBrowser } from "../tests/support/browser.ts";
import { exploreDev } from "../tests/support/explorer_dev.ts";
import { guestPath } from "../tests/support/guest_app.ts";
import { makeProject } from "../tests/support/run_main.ts";
import { startNatsServer } from "../tests/support/nats_server.ts";
import { startRedis } from "../tests/support/redis_server.ts";

const FOLDER = new URL("../docs/explorer/", import.meta.url);

/** The largest picture that is kept. */
const LARGEST = 200 * 1024;

const WIDE = { viewport: { width: 1280, height: 800 } } as const;

/** What is in the pictures. */
const CONFIG = (nats: string, redis: string) =>
  `build: {command: echo built, component_path: dist/shop.wasm}
dev:
  wasi_keyvalue_nats_url: ${nats}
  wasi_keyvalue_redis_url: ${redis}
  keyvalue:
    default: in_memory
    buckets:
      catalog: {store: nats, history: 10}
      sessions: {store: redis, ttl: 30m}
      orders: {store: filesystem, path: data}
      settings: {store: filesystem, engine: sqlite, path: data.db, access: read-only, seed: {values: {currency: EUR, theme: dark}}}
      cache: {store: in_memory}
`;

const PRODUCTS = [
  ["bicycle", {
    name: "Bicycle",
    price: 749,
    tags: ["outdoor", "sport"],
    stock: { berlin: 4, lyon: 11 },
  }],
  ["kettle", {
    name: "Kettle",
    price: 39.5,
    tags: ["kitchen"],
    stock: { berlin: 20, lyon: 7 },
  }],
  ["lamp", {
    name: "Lamp",
    price: 62,
    tags: ["living room"],
    stock: { berlin: 0, lyon: 3 },
  }],
  ["teapot", {
    name: "Teapot",
    price: 28,
    tags: ["kitchen"],
    stock: { berlin: 9, lyon: 0 },
  }],
  ["umbrella", {
    name: "Umbrella",
    price: 19,
    tags: ["outdoor"],
    stock: { berlin: 31, lyon: 12 },
  }],
] as const;

async function takeAll(): Promise<void> {
  await using nats = await startNatsServer();
  await using redis = await startRedis(["--notify-keyspace-events", "Kg$xe"]);
  await using project = await makeProject(CONFIG(nats.url, redis.url));
  await Deno.mkdir(`${project.path}/dist`);
  await Deno.copyFile(
    guestPath("every_import"),
    `${project.path}/dist/shop.wasm`,
  );
  await using dev = await exploreDev({ path: project.path });
  await using browser = await openBrowser();
  await Deno.mkdir(FOLDER, { recursive: true });

  for (const [key, product] of PRODUCTS) {
    await dev.put("catalog", `product:${key}`, JSON.stringify(product));
  }
  const cheaper = { ...PRODUCTS[0][1], price: 699 };
  await dev.put("catalog", "product:bicycle", JSON.stringify(cheaper));
  for (let visitor = 0; visitor < 40; visitor++) {
    await dev.put("sessions", `visitor:${1000 + visitor * 37}`, "{}");
  }
  await dev.put("orders", "2026-11-21/0001", '{"product":"lamp"}');
  await dev.put("cache", "visits", "41");

  /** Opens a place of the page, does something there and takes the picture. */
  async function take(
    name: string,
    hash: string,
    act: (page: Page) => Promise<void>,
    options: BrowserContextOptions = WIDE,
  ): Promise<void> {
    const { page } = await browser.open(dev.page(hash), options);
    await act(page);
    const path = new URL(`${name}.png`, FOLDER);
    const picture = await page.screenshot();
    if (picture.length > LARGEST) {
      throw new RangeError(
        `Cannot keep "${path.pathname}": it has ${picture.length} bytes; at most ${LARGEST} are kept`,
      );
    }
    await Deno.writeFile(path, picture);
  }
  const see = (page: Page, text: string) =>
    page.getByText(text).first().waitFor();

  await take("buckets", "#/buckets", async (page) => {
    await see(page, "40 keys");
    await page.waitForFunction("!document.body.innerText.includes('…')");
  });
  await take("value", "#/buckets/catalog/product%3Abicycle", async (page) => {
    await see(page, '"outdoor"');
    await page.getByRole("button", { name: "History", exact: true }).click();
    await page.getByRole("button", { name: "Look" }).first().waitFor();
  }, { viewport: { width: 1280, height: 960 } });
  await take("conflict", "#/buckets/catalog/product%3Akettle", async (page) => {
    await page.getByRole("button", { name: "Edit" }).click();
    const field = page.getByRole("textbox", { name: "Value" });
    await field.fill('{"name":"Kettle","price":45,"tags":["kitchen"]}');
    await dev.put(
      "catalog",
      "product:kettle",
      '{"name":"Kettle","price":34,"tags":["kitchen","sale"]}',
    );
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
  });
  for (
    const path of ["/kv", "/random", "/logging", "/kv?bucket=cache", "/nowhere"]
  ) {
    await dev.ask(path);
  }
  await take("request", "#/requests", async (page) => {
    await page.getByRole("link").filter({ hasText: "/kv?bucket=cache" })
      .click();
    await page.getByRole("img", { name: /calls in/ }).waitFor();
  });
  await take("component", "#/component", (page) => see(page, "wasi:logging"));
  await take(
    "phone",
    "#/buckets/catalog/product%3Alamp",
    (page) => see(page, '"living room"'),
    {
      viewport: { width: 390, height: 760 },
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
      colorScheme: "dark",
    },
  );
}

if (import.meta.main) await takeAll();
