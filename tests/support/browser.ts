/**
 * A browser for tests of the explorer's page: the Chromium that is installed, without a window.
 *
 * @module
 */

import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";

/** Where it may be; `WHARF_CHROMIUM` goes before. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** A browser that was started. Disposing ends it. */
export interface TestBrowser extends AsyncDisposable {
  /** Opens a page at an address. */
  open(url: string, options?: BrowserContextOptions): Promise<TestPage>;
}

/** A page that was opened. */
export interface TestPage {
  readonly page: Page;
  /** What went wrong in it: errors that nobody caught, refusals of the content policy, dialogs. */
  readonly faults: readonly string[];
  /** What axe finds wrong, and whether the page has to be scrolled sideways. */
  shortcomings(): Promise<readonly string[]>;
}

/**
 * A test that needs a browser: ignored, with the reason in its name, where there is none.
 *
 * @param missing What else it would need and is not there.
 */
export function browserTest(
  name: string,
  fn: (browser: TestBrowser) => Promise<void>,
  missing?: string,
): void {
  const program = findBrowser();
  const isMissing = program === undefined && !Deno.env.has("CI");
  const reason = isMissing ? "Chromium is not installed" : missing;
  Deno.test({
    name: reason === undefined ? name : `${name} (ignored: ${reason})`,
    ignore: reason !== undefined,
    async fn() {
      await using browser = await startBrowser(program);
      await fn(browser);
    },
  });
}

function findBrowser(): string | undefined {
  const told = Deno.env.get("WHARF_CHROMIUM");
  return [...told === undefined ? [] : [told], ...PLACES].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

async function startBrowser(program: string | undefined): Promise<TestBrowser> {
  if (program === undefined) {
    throw new Error("Cannot start Chromium: it is not installed");
  }
  const { chromium } = await loadPlaywright();
  const browser = await chromium.launch({
    executablePath: program,
    // Its sandbox does not start as root, and the pages are ours.
    args: ["--no-sandbox"],
  });
  return {
    async open(url, options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        // An answer that is no success is logged by the browser itself.
        const isAnswer = message.text().startsWith("Failed to load resource");
        if (message.type() === "error" && !isAnswer) {
          faults.push(message.text());
        }
      });
      page.on("dialog", (dialog) => {
        faults.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(url);
      return { page, faults, shortcomings: () => shortcomingsOf(page) };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/**
 * Playwright looks for Windows below Linux in a file that Deno shows to nobody without all
 * permissions, unless it believes that it is being tested.
 */
async function loadPlaywright() {
  Deno.env.set("__IS_WSL_TEST__", "1");
  return await import("playwright-core");
}

async function shortcomingsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run()") as axe.AxeResults;
  const found = violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join(", ")}`
  );
  const isTooWide = await page.evaluate(
    "document.documentElement.scrollWidth > document.documentElement.clientWidth",
  );
  return isTooWide === true ? [...found, "it scrolls sideways"] : found;
}
