/** Pages of other origins against the explorer of a real `dev`: they read nothing and write nothing. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTests } from "./support/browser.ts";
import { type ExploredDev, exploreDev } from "./support/explorer_dev.ts";
import { sharedFixture } from "./support/shared_fixture.ts";

/** A name that an attacker would have looked up as this machine. */
const REBOUND = "wharf.attacker.example";

const browserTest = browserTests([
  `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`,
]);

const explored = sharedFixture(() => exploreDev());

/** What such a page would like to have. */
const SECRET = "the secret of the bucket";

/** A page of another port that does nothing by itself. */
function serveForeignPage(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response("<!doctype html><title>foreign</title><body>", {
        headers: { "content-type": "text/html" },
      }),
  );
}

/**
 * Everything that a page can do without asking, as one script: what it could read is returned.
 * What it writes is looked for in the store.
 */
const ATTEMPTS = `async (wharf) => {
  const read = [];
  const value = wharf + "api/value?bucket=b&key=secret";
  const tell = (name) => (what) => read.push(name + ": " + what);
  for (const mode of ["cors", "no-cors", "same-origin"]) {
    await fetch(value, { mode }).then((r) => r.text()).then((text) => {
      if (text !== "") tell("fetch " + mode)(text);
    }, () => {});
    for (const method of ["PUT", "POST", "DELETE"]) {
      for (const route of ["value?bucket=b&key=secret", "requests", "rebuild",
        "seed?bucket=b", "import?bucket=b", "bucket?bucket=b",
        "increment?bucket=b&key=n&delta=1"]) {
        await fetch(wharf + "api/" + route, { method, mode, body: "x" })
          .then((r) => r.text()).then((text) => {
            if (text !== "") tell(method + " " + mode)(text);
          }, () => {});
      }
    }
  }
  navigator.sendBeacon(wharf + "api/increment?bucket=b&key=n&delta=1", "x");
  const settled = (element, name) => new Promise((resolve) => {
    element.onload = () => { tell(name)("loaded"); resolve(); };
    element.onerror = resolve;
    document.body.append(element);
  });
  const image = document.createElement("img");
  image.src = value;
  await settled(image, "img");
  const script = document.createElement("script");
  script.src = wharf + "explorer.js";
  await settled(script, "script");
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = wharf + "explorer.css";
  await settled(style, "style");
  const events = new EventSource(wharf + "api/events");
  await new Promise((resolve) => {
    events.onopen = () => { tell("events")("open"); resolve(); };
    events.onerror = resolve;
  });
  events.close();
  const socket = new WebSocket(wharf.replace("http", "ws") + "api/events");
  await new Promise((resolve) => {
    socket.onopen = () => { tell("socket")("open"); resolve(); };
    socket.onerror = resolve;
  });
  const frame = document.createElement("iframe");
  frame.src = wharf;
  await new Promise((resolve) => {
    frame.onload = resolve;
    document.body.append(frame);
  });
  try {
    tell("iframe")(frame.contentWindow.document.documentElement.innerHTML);
  } catch {}
  const form = document.createElement("form");
  form.method = "post";
  form.enctype = "text/plain";
  form.action = wharf + "api/increment?bucket=b&key=n&delta=1";
  const target = document.createElement("iframe");
  target.name = form.target = "there";
  document.body.append(target, form);
  await new Promise((resolve) => {
    target.onload = resolve;
    form.submit();
  });
  return read;
}`;

/** The bucket as it was before any page did something. */
async function assertUntouched(dev: ExploredDev): Promise<void> {
  assert.equal(await dev.text("b", "secret"), SECRET);
  assert.equal(await dev.text("b", "n"), "0");
  const keys = await (await dev.api("GET keys", { bucket: "b" })).json();
  assert.deepEqual(keys.keys.sort(), ["n", "secret"]);
}

async function prepare(): Promise<ExploredDev> {
  const dev = await explored();
  await dev.put("b", "secret", SECRET);
  await dev.put("b", "n", "0");
  return dev;
}

/** Has a page of that address try everything. */
async function attack(page: Page, wharf: string): Promise<readonly string[]> {
  return await page.evaluate(`(${ATTEMPTS})(${JSON.stringify(wharf)})`);
}

for (
  const [name, foreign, own] of [
    ["another port", "127.0.0.1", "127.0.0.1"],
    ["another name of this machine", "localhost", "127.0.0.1"],
    ["this machine, for one at localhost", "127.0.0.1", "localhost"],
  ] as const
) {
  browserTest(`a page of ${name} reads and writes nothing`, async (browser) => {
    const dev = await prepare();
    await using server = serveForeignPage();
    const { page } = await browser.open(
      `http://${foreign}:${server.addr.port}/`,
    );
    const wharf = dev.page().replace("127.0.0.1", own);
    assert.deepEqual(await attack(page, wharf), []);
    await assertUntouched(dev);
  });
}

browserTest(
  "a window that a foreign page opens tells it nothing",
  async (browser) => {
    const dev = await prepare();
    await using server = serveForeignPage();
    const { page, context } = await browser.open(
      `http://127.0.0.1:${server.addr.port}/`,
    );
    const opening = context.waitForEvent("page");
    await page.evaluate(
      `window.opened = open(${JSON.stringify(dev.page("#/buckets/b/secret"))})`,
    );
    const opened = await opening;
    // A link to the page may stand anywhere: it is shown, to the user.
    await opened.getByText(SECRET).waitFor();
    const seen = await page.evaluate(`(() => {
    try {
      return window.opened.document.body.innerText;
    } catch (error) {
      return error.name;
    }
  })()`);
    assert.equal(seen, "SecurityError");
    // Nor can what it opened be told to go somewhere that the page below can be reached from.
    assert.equal(await opened.evaluate("window.opener"), null);
    await assertUntouched(dev);
  },
);

browserTest(
  "a name that is looked up as this machine is of no use",
  async (browser) => {
    const dev = await prepare();
    const { page, refusals } = await browser.open("about:blank");
    const rebound = dev.page().replace("127.0.0.1", REBOUND);
    const answer = await page.goto(rebound);
    assert.equal(answer?.status(), 403);
    // The guest answers by any name, and a page of it is of one origin with the explorer there.
    await page.goto(new URL("/", rebound).href);
    const answered = await page.evaluate(`Promise.all([
    fetch("/_wharf/api/value?bucket=b&key=secret"),
    fetch("/_wharf/api/value?bucket=b&key=secret", { method: "PUT", body: "x" }),
    fetch("/_wharf/api/bucket?bucket=b", { method: "DELETE" }),
  ]).then((answers) => answers.map(({ status }) => status))`);
    assert.deepEqual(answered, [403, 403, 403]);
    assert.equal(refusals.length, 4);
    await assertUntouched(dev);
  },
);

browserTest(
  "the same attempts of the component's own page are let through",
  async (browser) => {
    // Otherwise the tests above would hold of a script that attempts nothing.
    const dev = await prepare();
    const { page } = await browser.open(`${dev.dev.url}/`);
    const read = (await attack(page, dev.page())).join("\n");
    for (const way of ["fetch cors", "PUT cors", "script", "style", "events"]) {
      assert.match(read, new RegExp(`^${way}: `, "m"));
    }
    assert.notEqual(await dev.text("b", "secret"), SECRET);
  },
);
