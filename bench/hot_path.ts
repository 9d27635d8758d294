// deno-lint-ignore-file no-console -- its line of JSON is its output
/**
 * `hot_path.ts GUEST.wasm REUSE METHOD`: what one request costs that a guest answers, without a
 * clock: how many functions of Wharf are called, and how many bytes are allocated in V8's heap. For
 * `tests/hot_path_test.ts`, which starts it with {@linkcode HOT_PATH_FLAGS}. A GET is answered by a
 * plain call, a POST by one that may wait.
 *
 * @module
 */

import { Session } from "node:inspector/promises";
import { Gate } from "../src/front/gate.ts";
import type { HttpRequest } from "../src/runtime/http_message.ts";
import { openGuest } from "./open_guest.ts";

/**
 * What makes both figures the same in every run: nothing is optimised away, and the garbage of
 * all requests fits before any of it is collected.
 */
export const HOT_PATH_FLAGS =
  "--no-opt,--no-maglev,--min-semi-space-size=64,--max-semi-space-size=64";

/** What one request costs. */
export interface HotPathCost {
  /** Calls of functions in `src`. */
  readonly calls: number;
  /** Bytes allocated in V8's heap. */
  readonly bytes: number;
}

const ORIGIN = { client: undefined };

const WARM_UP = 300;
const REQUESTS = 1000;

/** How often it is looked whether garbage was collected. */
const ROUNDS = 20;

const REQUEST: Omit<HttpRequest, "method"> = {
  url: "http://127.0.0.1:8000/",
  headers: [["host", "127.0.0.1:8000"], ["accept", "*/*"]],
  body: null,
};

async function main(
  component: string,
  reuse: string,
  method: string,
): Promise<void> {
  const opened = await openGuest(component, { reuse });
  const { config } = opened;
  await using app = opened.app;
  using gate = new Gate({
    limits: config.dev.http,
    handle: (request) => app.handle(request),
    events: { refused() {}, broken() {}, trailersLost() {} },
    sendsTrailers: false,
  });
  const request = async (count: number) => {
    for (let left = count; left > 0; left--) {
      const { status } = await gate.handle(
        { ...REQUEST, method },
        () => ORIGIN,
      );
      if (status !== 200) throw new Error(`It answered ${status}`);
    }
  };
  await request(WARM_UP);
  const bytes = await countBytes(request);
  const cost: HotPathCost = { calls: await countCalls(request), bytes };
  console.log(JSON.stringify(cost));
}

async function countBytes(
  request: (count: number) => Promise<void>,
): Promise<number> {
  const used = () => Deno.memoryUsage().heapUsed;
  const before = used();
  let last = before;
  for (let round = 0; round < ROUNDS; round++) {
    await request(REQUESTS / ROUNDS);
    const now = used();
    if (now < last) throw new Error("Garbage was collected meanwhile");
    last = now;
  }
  return (last - before) / REQUESTS;
}

async function countCalls(
  request: (count: number) => Promise<void>,
): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true });
  await request(REQUESTS);
  const { result } = await session.post("Profiler.takePreciseCoverage");
  const calls = result
    .filter(({ url }) =>
      url.startsWith(new URL("../src/", import.meta.url).href)
    )
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0);
  return calls / REQUESTS;
}

if (import.meta.main) {
  const [component, reuse, method] = Deno.args;
  await main(component!, reuse!, method!);
}
