/**
 * The explorer as users meet it: `dev` in a process of its own on a project, and its API as
 * another client uses it meanwhile.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { TestBrowser, TestPage } from "./browser.ts";
import { type ReadyDevProcess, startDev } from "./dev_process.ts";
import { guestPath } from "./guest_app.ts";
import { makeProject } from "./run_main.ts";

/** What is served. */
export interface ExploredDevOptions {
  /** `.wash/config.yaml` */
  readonly config?: string;
  /** A guest of the tests; default `hello`. */
  readonly guest?: string;
  /** A project that is there, in place of both; it stays. */
  readonly path?: string;
}

/** A `dev` whose explorer is looked at. Disposing ends it. */
export interface ExploredDev extends AsyncDisposable {
  readonly dev: ReadyDevProcess;
  /** Where its project is. */
  readonly path: string;
  /** The address of a place of the page: `#/buckets/carts`. */
  page(hash?: string): string;
  /** Calls a route of the API: `api("GET keys", {bucket: "a"})`. */
  api(
    route: string,
    query?: Readonly<Record<string, string>>,
    init?: RequestInit,
  ): Promise<Response>;
  /** Writes a value as another client. */
  put(
    bucket: string,
    key: string,
    value: string | Uint8Array<ArrayBuffer>,
    query?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** What is in the store; `undefined` where the key is absent. */
  text(bucket: string, key: string): Promise<string | undefined>;
  /** Asks the component; returns the text of its answer. */
  ask(path: string, init?: RequestInit): Promise<string>;
}

/** Starts `dev` and waits until it serves. */
export async function exploreDev(
  options: ExploredDevOptions = {},
): Promise<ExploredDev> {
  await using stack = new AsyncDisposableStack();
  const { config = "", guest = "hello" } = options;
  const path = options.path ?? stack.use(await makeProject(config)).path;
  const component = options.path === undefined
    ? ["--component", guestPath(guest)]
    : [];
  const dev = stack.use(
    await startDev({ args: ["--project", path, ...component] }),
  );
  const api: ExploredDev["api"] = (route, query = {}, init = {}) => {
    const [method = "", name = ""] = route.split(" ");
    const search = new URLSearchParams(query);
    return fetch(`${dev.url}/_wharf/api/${name}?${search}`, {
      method,
      ...init,
    });
  };
  const owned = stack.move();
  return {
    dev,
    path,
    api,
    page: (hash = "") => `${dev.url}/_wharf/${hash}`,
    async put(bucket, key, value, query = {}) {
      const answer = await api("PUT value", { bucket, key, ...query }, {
        body: value,
      });
      assert.equal(answer.status, 200, await answer.text());
    },
    async text(bucket, key) {
      const answer = await api("GET value", { bucket, key });
      const text = await answer.text();
      return answer.status === 404 ? undefined : text;
    },
    async ask(path, init) {
      return await (await fetch(dev.url + path, init)).text();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * A browser whose pages must have gone without a fault when it is disposed: no error in the
 * console, nothing refused by the content policy, no request that failed. That a key is absent
 * is an answer.
 *
 * @param expected Refusals that the test brings about, as {@linkcode TestPage.refusals} tells them.
 */
export function faultless(
  browser: TestBrowser,
  expected: readonly string[] = [],
): TestBrowser {
  const opened: TestPage[] = [];
  const usual = new Set([...expected, "404 GET entry"]);
  return {
    async open(url, options) {
      const page = await browser.open(url, options);
      opened.push(page);
      return page;
    },
    [Symbol.asyncDispose]() {
      const faults = opened.flatMap(({ faults, refusals }) => [
        ...faults,
        ...refusals.filter((refusal) => !usual.has(refusal)),
      ]);
      assert.deepEqual(faults, []);
      return Promise.resolve();
    },
  };
}
