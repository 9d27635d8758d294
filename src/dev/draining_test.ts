import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { LogEvent } from "../log.ts";
import { App } from "../runtime/app.ts";
import { NO_INSTANCES } from "../runtime/instances.ts";
import type { Lane } from "../runtime/lane.ts";
import { Draining } from "./draining.ts";

/** An app that ends when it is told to, or broken off. */
function slowApp() {
  const end = Promise.withResolvers<void>();
  const lane: Lane = {
    fetch: () => Promise.reject(new TypeError("It is not asked")),
    tell: () => Promise.reject(new TypeError("It is not told")),
    underWay: () => [1],
    instances: () => Promise.resolve(NO_INSTANCES),
    breakOff: end.resolve,
    [Symbol.asyncDispose]: () => end.promise,
  };
  const app = new App(lane, { answered() {}, failed() {} });
  return { app, end: end.resolve };
}

function draining() {
  const events: LogEvent[] = [];
  return {
    events,
    draining: new Draining({ emit: (event) => events.push(event) }),
  };
}

const NEVER = 1_000_000;

Deno.test("take() lets go of what an app used when its requests are answered", async () => {
  const { events, draining: drains } = draining();
  const { app, end } = slowApp();
  let retired = 0;
  const retire = () => Promise.resolve(void retired++);
  const ended = drains.take({ app, retire, patience: NEVER });
  await Promise.resolve();
  deepStrictEqual([drains.size, retired], [1, 0]);
  end();
  await ended;
  deepStrictEqual([drains.size, retired, events.length], [0, 1, 0]);
});

Deno.test("take() breaks off the oldest of too many", async () => {
  const { events, draining: drains } = draining();
  const apps = Array.from({ length: 9 }, slowApp);
  const retired: number[] = [];
  const ends = apps.map(({ app }, index) =>
    drains.take({
      app,
      retire: () => Promise.resolve(void retired.push(index)),
      patience: NEVER,
    })
  );
  await ends[0];
  deepStrictEqual(retired, [0]);
  deepStrictEqual(events, [{
    event: "warning",
    text: "Requests to a component that was replaced are broken off: " +
      "8 others are finishing theirs",
  }]);
  drains.hurry();
  await drains.all();
  strictEqual(drains.size, 0);
});

Deno.test("take() tells of what could not be let go of", async () => {
  const { events, draining: drains } = draining();
  const { app, end } = slowApp();
  end();
  await drains.take({
    app,
    retire: () => Promise.reject(new Error("it does not close")),
    patience: NEVER,
  });
  deepStrictEqual(events.map(({ event }) => event), ["error"]);
  strictEqual(drains.size, 0);
});
