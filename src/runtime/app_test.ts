import assert from "node:assert/strict";
import { App, type RequestEvent } from "./app.ts";
import type { FaultPolicy } from "./faults/fault.ts";
import { RecentOutput } from "./faults/recent_output.ts";
import { GuestStacks } from "./faults/trap_fault.ts";
import { NO_INSTANCES } from "./instances.ts";
import { type Lane, LaneBusyError } from "./lane.ts";
import { GuestTrap, trapFrom } from "./trap.ts";

/** An app on a lane that does this. */
function appOn(fetch: Lane["fetch"], faults: FaultPolicy = "shown") {
  const answered: RequestEvent[] = [];
  const failed: [string, unknown][] = [];
  let disposed = 0;
  const lane: Lane = {
    fetch,
    tell: () => Promise.reject(new TypeError("The test tells of no change")),
    underWay: () => [0],
    instances: () => Promise.resolve(NO_INSTANCES),
    breakOff() {},
    [Symbol.asyncDispose]: () => Promise.resolve(void disposed++),
  };
  const app = new App(lane, {
    answered: (event) => answered.push(event),
    failed: (request, error) => failed.push([request, error]),
  }, { faults });
  return { app, answered, failed, disposed: () => disposed };
}

const get = (path: string) => new Request(`http://guest.test${path}`);

Deno.test("fetch() hands on the response and tells of it", async () => {
  const ids: string[] = [];
  const { app, answered, disposed } = appOn((_request, id) => {
    ids.push(id);
    return Promise.resolve(new Response("body", { status: 201 }));
  });
  const response = await app.fetch(
    new Request("http://guest.test/a?b", { method: "PUT" }),
  );
  await app.fetch(get("/"));
  assert.equal(response.status, 201);
  assert.equal(await response.text(), "body");
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual(answered.map(({ id }) => id), ids);
  const [{ method, url, status, duration }] = answered as [RequestEvent];
  assert.deepEqual([method, url, status], [
    "PUT",
    "http://guest.test/a?b",
    201,
  ]);
  assert.ok(duration >= 0);
  await app[Symbol.asyncDispose]();
  assert.equal(disposed(), 1);
});

for (
  const [kind, status] of [
    ["trapped", 500],
    ["no-response", 500],
    ["error-code", 500],
    ["invalid-response", 500],
    ["exit", 500],
    ["deadline", 504],
  ] as const
) {
  Deno.test(`fetch() answers ${status} and the cause for "${kind}"`, async () => {
    const { app, answered, failed } = appOn(() =>
      Promise.reject(new GuestTrap(kind, "The guest did it"))
    );
    const response = await app.fetch(get("/"));
    assert.equal(response.status, status);
    assert.equal(
      response.headers.get("content-type"),
      "text/plain; charset=utf-8",
    );
    const [cause, ...rest] = (await response.text()).trimEnd().split("\n");
    assert.equal(cause, "The guest did it");
    assert.equal(rest.at(-1), "(request 1)");
    assert.equal(answered[0]!.status, status);
    assert.deepEqual(failed, []);
  });
}

Deno.test("fetch() shows the guest's frames, and nothing of the host's", async () => {
  const error = new WebAssembly.RuntimeError("unreachable");
  error.stack = [
    "RuntimeError: unreachable",
    "    at boom (wasm://wasm/ae44214a:wasm-function[0]:0x32)",
    "    at ComponentInstance.call (file:///home/someone/wharf/src/runtime/component_instance.ts:194:43)",
    "    at async App.fetch (file:///home/someone/wharf/src/runtime/app.ts:43:22)",
  ].join("\n");
  const { app } = appOn(() => Promise.reject(trapFrom(error)));
  const response = await app.fetch(get("/"));
  assert.equal(
    await response.text(),
    "The guest trapped: unreachable\n    at boom\n(request 1)\n",
  );
});

Deno.test("fetch() answers 503 when every instance is busy", async () => {
  const { app } = appOn(() => Promise.reject(new LaneBusyError("Busy")));
  const response = await app.fetch(get("/"));
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "1");
  assert.match(
    await response.text(),
    /^Busy; try again\n.*dev\.queue_timeout.*\n\(request 1\)\n$/,
  );
});

Deno.test("fetch() keeps a fault of Wharf from the client, and reports it", async () => {
  const error = new TypeError("secret of /home/someone");
  const { app, failed, answered } = appOn(() => Promise.reject(error));
  const response = await app.fetch(get("/"));
  assert.equal(response.status, 500);
  assert.equal(
    await response.text(),
    "Wharf failed; its log says how\n(request 1)\n",
  );
  assert.deepEqual(failed, [["1", error]]);
  assert.equal(answered.length, 1);
});

Deno.test("fetch() does not reject where a lane throws", async () => {
  const { app } = appOn(() => {
    throw new TypeError("thrown at once");
  });
  assert.equal((await app.fetch(get("/"))).status, 500);
});

Deno.test("fetch() answers 501 for a component that answers no requests", async () => {
  const answered: RequestEvent[] = [];
  const lane: Lane = {
    fetch: () => Promise.reject(new TypeError("It must not be asked")),
    tell: () => Promise.resolve(),
    underWay: () => [0],
    instances: () => Promise.resolve(NO_INSTANCES),
    breakOff() {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const app = new App(lane, {
    answered: (event) => answered.push(event),
    failed: (_, error) => assert.fail(String(error)),
  }, { answersHttp: false, faults: "shown" });
  const response = await app.fetch(get("/"));
  assert.equal(response.status, 501);
  assert.equal(
    await response.text(),
    "This component exports nothing that answers HTTP requests\n(request 1)\n",
  );
  assert.deepEqual(answered.map(({ status }) => status), [501]);
});

Deno.test("disposing ends what calls the lane besides before the lane", async () => {
  const ended: string[] = [];
  const end = (name: string) => () => Promise.resolve(void ended.push(name));
  const app = new App(
    {
      fetch: () => Promise.resolve(new Response()),
      tell: () => Promise.resolve(),
      underWay: () => [],
      instances: () => Promise.resolve(NO_INSTANCES),
      breakOff() {},
      [Symbol.asyncDispose]: end("lane"),
    },
    { answered() {}, failed() {} },
    { beside: { [Symbol.asyncDispose]: end("beside") } },
  );
  await app[Symbol.asyncDispose]();
  assert.deepEqual(ended, ["beside", "lane"]);
});

Deno.test("fetch() gives nothing away unless faults are shown", async () => {
  const trap = new GuestTrap("trapped", "secret", {
    cause: new WebAssembly.RuntimeError("secret"),
  });
  const busy = new LaneBusyError("secret");
  for (
    const [error, body] of [
      [trap, "Internal Server Error"],
      [busy, "Service Unavailable"],
      [new TypeError("secret"), "Internal Server Error"],
    ] as const
  ) {
    const { app } = appOn(() => Promise.reject(error), "hidden");
    const response = await app.fetch(get("/"));
    assert.equal(await response.text(), `${body}\n(request 1)\n`);
  }
  const byDefault = new App(
    {
      fetch: () => Promise.reject(trap),
      tell: () => Promise.resolve(),
      underWay: () => [0],
      instances: () => Promise.resolve(NO_INSTANCES),
      breakOff() {},
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    { answered() {}, failed() {} },
  );
  assert.doesNotMatch(await (await byDefault.fetch(get("/"))).text(), /secret/);
});

Deno.test("fetch() tells what the guest wrote for the request, and lets go of it", async () => {
  const output = new RecentOutput({ line() {}, message() {} });
  const app = new App(
    {
      fetch(request, id) {
        output.line(id, "stderr", `at ${new URL(request.url).pathname}`);
        return request.url.endsWith("well")
          ? Promise.resolve(new Response())
          : Promise.reject(new GuestTrap("trapped", "It trapped"));
      },
      tell(_change, id) {
        output.line(id, "stderr", "told");
        return Promise.resolve();
      },
      underWay: () => [0],
      instances: () => Promise.resolve(NO_INSTANCES),
      breakOff() {},
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    { answered() {}, failed() {} },
    { faults: "shown", output },
  );
  const [response] = await Promise.all([
    app.fetch(get("/badly")),
    app.fetch(get("/well")),
    app.tell({ kind: "delete", bucket: "b", key: "k" }, "change"),
  ]);
  assert.equal(
    await response.text(),
    "It trapped\nstderr: at /badly\n(request 1)\n",
  );
  assert.equal(output.requests, 0);
});

Deno.test("fetch() answers also where the stack cannot be told", async () => {
  const error = new WebAssembly.RuntimeError("unreachable");
  error.stack = "RuntimeError\n    at f (wasm://wasm/1:wasm-function[0]:0x32)";
  const failed: unknown[] = [];
  const failure = new TypeError("secret of the modules");
  const app = new App(
    {
      fetch: () => Promise.reject(trapFrom(error)),
      tell: () => Promise.resolve(),
      underWay: () => [0],
      instances: () => Promise.resolve(NO_INSTANCES),
      breakOff() {},
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    { answered() {}, failed: (_, error) => failed.push(error) },
    {
      faults: "shown",
      stacks: new GuestStacks({
        modules: {
          [Symbol.iterator]() {
            throw failure;
          },
        },
      }),
    },
  );
  const response = await app.fetch(get("/"));
  assert.equal(
    await response.text(),
    "Wharf failed; its log says how\n(request 1)\n",
  );
  assert.deepEqual(failed, [failure]);
});

Deno.test("disposing waits for those whose response is due, and closes the lane then", async () => {
  const answer = Promise.withResolvers<Response>();
  const { app, disposed } = appOn(() => answer.promise);
  const response = app.fetch(get("/"));
  let isOver = false;
  const ended = app[Symbol.asyncDispose]().then(() => isOver = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual([isOver, disposed()], [false, 0]);
  answer.resolve(new Response("late"));
  assert.equal(await (await response).text(), "late");
  await ended;
  assert.equal(disposed(), 1);
});

Deno.test("handle() answers once where telling of it fails", () => {
  const failure = new Error("The log is full");
  const failing = new App(
    {
      fetch: () => ({ status: 200, headers: [], body: null }),
      tell: () => Promise.resolve(),
      underWay: () => [0],
      instances: () => Promise.resolve(NO_INSTANCES),
      breakOff() {},
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    {
      answered() {
        told++;
        throw failure;
      },
      failed() {},
    },
  );
  let told = 0;
  const request = {
    method: "GET",
    url: "http://guest.test/",
    headers: [],
    body: null,
  };
  assert.throws(() => failing.handle(request), (error) => error === failure);
  assert.equal(told, 1);
});
