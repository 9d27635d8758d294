/** Builds in the explorer of a real `dev`: what a save brings about while somebody looks. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { browserTests } from "./support/browser.ts";
import { exploreDev, faultless } from "./support/explorer_dev.ts";
import { makeGenerations } from "./support/generations.ts";
import { guestPath } from "./support/guest_app.ts";
import { makeProject } from "./support/run_main.ts";

const browserTest = browserTests();

const button = (place: Page | Locator, name: string) =>
  place.getByRole("button", { name, exact: true });

browserTest("a save is seen to build and to swap", async (browser) => {
  await using project = await makeGenerations("hello");
  await using dev = await exploreDev({ path: project.path });
  await using pages = faultless(browser);
  const { page, shortcomings } = await pages.open(dev.page("#/component"));
  const builds = page.getByRole("region", { name: "Builds" });
  await builds.getByRole("listitem").filter({ hasText: "#1" })
    .getByText("swapped").waitFor();
  await project.save(1);
  const second = builds.getByRole("listitem").filter({ hasText: "#2" });
  await second.getByText("src/generation.txt").waitFor();
  await second.getByText("swapped").waitFor();
  assert.match(await dev.ask("/"), new RegExp(project.marker(1)));
  // What is served has the size that its file has.
  const facts = page.getByRole("region", { name: "component.wasm" });
  await facts.getByText("dist/component.wasm").waitFor();
  await facts.getByRole("row").filter({ hasText: "wasi:http/types" })
    .getByText("Wharf", { exact: true }).waitFor();
  await facts.getByText("WIT", { exact: true }).click();
  await facts.getByText("package root:component").waitFor();
  assert.deepEqual(await shortcomings(), []);
  await button(page, "Rebuild").click();
  await builds.getByRole("listitem").filter({ hasText: "#3" })
    .getByText("asked for").waitFor();
  await page.getByRole("status").getByText("Ready", { exact: true }).waitFor();
});

browserTest(
  "a build that fails is told on its pages until it is mended",
  async (browser) => {
    await using project = await makeProject(
      "build: {command: sh build.sh, component_path: dist/component.wasm}\n",
    );
    const { path } = project;
    await Deno.mkdir(`${path}/src`);
    await Deno.writeTextFile(`${path}/src/state`, "whole");
    await Deno.writeTextFile(
      `${path}/build.sh`,
      'case $(cat src/state) in broken*) printf "\\033[31msrc/state:1: not whole\\033[0m\\n" >&2; exit 1;; esac\n' +
        `mkdir -p dist && cp ${guestPath("echo")} dist/component.wasm\n`,
    );
    await using dev = await exploreDev({ path });
    await using pages = faultless(browser);
    const explorer = await pages.open(dev.page("#/component"));
    const { page } = explorer;
    const site = await pages.open("about:blank");
    // The guest answers what it is sent: an HTML page here.
    await site.page.route(`${dev.dev.url}/page`, (route) =>
      route.continue({
        method: "POST",
        headers: { "content-type": "text/html" },
        postData:
          "<!doctype html><html lang=en><title>shop</title><h1>The shop</h1>",
      }));
    await site.page.goto(`${dev.dev.url}/page`);
    const overlay = site.page.getByRole("alert");
    await site.page.getByRole("heading", { name: "The shop" }).waitFor();
    assert.equal(await overlay.count(), 0);

    await Deno.writeTextFile(`${path}/src/state`, "broken by a save");
    const builds = page.getByRole("region", { name: "Builds" });
    const failed = builds.getByRole("listitem").filter({ hasText: "#2" });
    await failed.getByText("failed", { exact: true }).waitFor();
    await page.getByText("Build failed; the earlier one serves").waitFor();
    await failed.getByText("src/state:1: not whole").first().waitFor();
    assert.deepEqual(await explorer.shortcomings(), []);
    await site.page.reload();
    await site.page.getByRole("heading", { name: "The shop" }).waitFor();
    await overlay.getByText("This page is from the last good build").waitFor();
    await overlay.getByText("src/state:1: not whole").waitFor();

    await Deno.writeTextFile(`${path}/src/state`, "whole again");
    await builds.getByRole("listitem").filter({ hasText: "#3" })
      .getByText("swapped").waitFor();
    await page.getByRole("status").getByText("Ready", { exact: true })
      .waitFor();
    await site.page.reload();
    await site.page.getByRole("heading", { name: "The shop" }).waitFor();
    assert.equal(await overlay.count(), 0);
  },
);

browserTest(
  "an import that nothing satisfies is told with its reason",
  async (browser) => {
    await using project = await makeProject(
      "build: {command: sh build.sh, component_path: dist/component.wasm}\n",
    );
    const { path } = project;
    await Deno.mkdir(`${path}/src`);
    await Deno.writeTextFile(`${path}/src/guest`, guestPath("every_import"));
    await Deno.writeTextFile(
      `${path}/build.sh`,
      'mkdir -p dist && cp "$(cat src/guest)" dist/component.wasm\n',
    );
    await using dev = await exploreDev({ path });
    await using pages = faultless(browser);
    const { page, shortcomings } = await pages.open(dev.page("#/component"));
    const facts = page.getByRole("region", { name: "component.wasm" });
    await facts.getByRole("row").filter({ hasText: "wasi:logging/logging" })
      .getByText("Wharf", { exact: true }).waitFor();
    await facts.getByRole("table", { name: "Core modules and their sizes" })
      .getByRole("row").nth(1).waitFor();
    await page.getByRole("region", { name: "Serving" }).getByText("Lanes")
      .waitFor();
    assert.deepEqual(await shortcomings(), []);
    await Deno.writeTextFile(`${path}/src/guest`, guestPath("wants_missing"));
    await page.getByText("Build failed; the earlier one serves").waitFor();
    await page.getByRole("region", { name: "Builds" }).getByText(/acme:/)
      .first()
      .waitFor();
    assert.deepEqual(await shortcomings(), []);
  },
);
