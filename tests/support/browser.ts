/**
 * A browser for tests of the explorer's page: the Chromium that is installed, without a window.
 *
 * @module
 */

import axe from "axe-core";
import type {
  Browser as StartedBrowser,
  BrowserContext,
  BrowserContextOptions,
  Page,
} from "playwright-core";

/** Where it may be; `WHARF_CHROMIUM` goes before. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** A browser that was started. Disposing ends it. */
export interface TestBrowser extends AsyncDisposable {
  /** Opens a page at an address, in a context of its own. */
  open(url: string, options?: BrowserContextOptions): Promise<TestPage>;
}

/** A page that was opened. */
export interface TestPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in it: errors that nobody caught, refusals of the content policy, dialogs. */
  readonly faults: readonly string[];
  /** Answers that were no success, `412 PUT value`, and requests that had none. */
  readonly refusals: readonly string[];
  /** What axe finds wrong, and whether the page has to be scrolled sideways. */
  shortcomings(): Promise<readonly string[]>;
}

/** Defines a test that needs a browser. */
export type BrowserTest = (
  name: string,
  fn: (browser: TestBrowser) => Promise<void>,
  /** What else it would need and is not there. */
  missing?: string,
) => void;

/**
 * The tests of a file that need a browser, one for all of them: ignored, with the reason in
 * the name, where there is none. What a test opens is closed with it.
 *
 * @param args More of its command line.
 */
export function browserTests(args: readonly string[] = []): BrowserTest {
  const program = findBrowser();
  const isMissing = program === undefined && !Deno.env.has("CI");
  const reason = isMissing ? "Chromium is not installed" : undefined;
  let started: Promise<StartedBrowser> | undefined;
  Deno.test.afterAll(async () => await (await started)?.close());
  return (name, fn, missing = reason) => {
    Deno.test({
      name: missing === undefined ? name : `${name} (ignored: ${missing})`,
      ignore: missing !== undefined,
      // The browser is older than the test and stays behind it.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        started ??= startBrowser(program, args);
        await using browser = pagesOf(await started);
        await fn(browser);
      },
    });
  };
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

/** Starts a browser outside of tests. */
export async function openBrowser(): Promise<TestBrowser> {
  const started = await startBrowser(findBrowser(), []);
  const pages = pagesOf(started);
  return {
    ...pages,
    async [Symbol.asyncDispose]() {
      await pages[Symbol.asyncDispose]();
      await started.close();
    },
  };
}

async function startBrowser(
  program: string | undefined,
  args: readonly string[],
): Promise<StartedBrowser> {
  if (program === undefined) {
    throw new Error("Cannot start Chromium: it is not installed");
  }
  const { chromium } = await loadPlaywright();
  return await chromium.launch({
    executablePath: program,
    // Its sandbox does not start as root, and the pages are ours.
    args: ["--no-sandbox", ...args],
  });
}

/** Opens pages, and closes them when it is disposed. */
function pagesOf(browser: StartedBrowser): TestBrowser {
  const contexts: BrowserContext[] = [];
  return {
    async open(url, options = {}) {
      const context = await browser.newContext(options);
      contexts.push(context);
      // On a machine that is shared, yet before a person would give up.
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      const faults: string[] = [];
      const refusals: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        // An answer that is no success is logged by the browser itself; it is a refusal.
        const isAnswer = message.text().startsWith("Failed to load resource");
        if (message.type() === "error" && !isAnswer) {
          faults.push(message.text());
        }
      });
      page.on("dialog", (dialog) => {
        faults.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("response", (response) => {
        if (response.status() < 400) return;
        const { pathname } = new URL(response.url());
        const route = pathname.replace(/^\/_wharf\/api\//, "");
        const method = response.request().method();
        refusals.push(`${response.status()} ${method} ${route}`);
      });
      page.on("requestfailed", (request) => {
        // The page itself gave it up, or went elsewhere.
        const reason = request.failure()?.errorText ?? "";
        if (reason !== "net::ERR_ABORTED") {
          refusals.push(`${reason} ${request.method()} ${request.url()}`);
        }
      });
      await page.goto(url);
      const shortcomings = () => shortcomingsOf(page);
      return { page, context, faults, refusals, shortcomings };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(contexts.map((context) => context.close()));
    },
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
