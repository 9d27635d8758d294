import assert from "node:assert/strict";
import { type LeveledLog, LOG_LEVELS, makeLog } from "../log.ts";
import { type KeyActions, listenForKeys } from "./terminal_keys.ts";

const URL = "http://127.0.0.1:8000";

/** A terminal at which keys are pressed one after the other, and what came of them. */
function makeRoom(
  changes: Partial<KeyActions> = {},
  without: readonly (keyof KeyActions)[] = [],
) {
  const said: string[] = [];
  const arrivals = new EventTarget();
  const say = (text: string) => {
    said.push(text);
    arrivals.dispatchEvent(new Event("said"));
  };
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const log: LeveledLog = makeLog(({ event }) => event, "info", say);
  const all: KeyActions = {
    url: URL,
    explorerUrl: `${URL}/_wharf/`,
    rebuild: () => say("rebuild"),
    buckets: () =>
      Promise.resolve([{
        name: "sessions",
        location: "memory of this process",
        durable: false,
        unavailable: false,
      }]),
    open(url) {
      say(`open ${url}`);
      return Promise.resolve(undefined);
    },
    quit: () => say("quit"),
    log,
    print: say,
    ...changes,
  };
  const actions = Object.fromEntries(
    Object.entries(all).filter(([name]) =>
      !without.includes(name as keyof KeyActions)
    ),
  ) as unknown as KeyActions;
  const keys = listenForKeys({ input: readable, columns: () => 80 }, actions);
  return {
    keys,
    log,
    said,
    /** Each text as one read. */
    async press(...reads: string[]) {
      for (const text of reads) {
        await writer.write(new TextEncoder().encode(text));
      }
    },
    /** Waits until so much was said. */
    async heard(count: number) {
      while (said.length < count) {
        await new Promise((resolve) =>
          arrivals.addEventListener("said", resolve, { once: true })
        );
      }
      return said;
    },
    async [Symbol.asyncDispose]() {
      keys[Symbol.dispose]();
      await writer.close();
    },
  };
}

Deno.test("keys do what they stand for, in either case", async (test) => {
  const cases: readonly [key: string, said: RegExp][] = [
    ["r", /^rebuild$/],
    ["o", /^open http:\/\/127\.0\.0\.1:8000$/],
    ["e", /^open http:\/\/127\.0\.0\.1:8000\/_wharf\/$/],
    ["b", /^\n {2}Bucket +Stored in +Data\n {2}sessions +memory .*\n$/],
    ["l", /^Log level: warn$/],
    // deno-lint-ignore no-control-regex -- what a terminal is told
    ["c", /^\x1b\[H\x1b\[2J\x1b\[3J$/],
    ["h", /^┌─+┐\n(│ [roeblchq] {2}\S.* │\n){8}└─+┘$/],
    ["q", /^quit$/],
    ["\x03", /^quit$/],
  ];
  for (const [key, pattern] of cases) {
    for (const pressed of new Set([key, key.toUpperCase()])) {
      await test.step(JSON.stringify(pressed), async () => {
        await using room = makeRoom();
        await room.press(pressed);
        const [first] = await room.heard(1);
        assert.match(first!, pattern);
      });
    }
  }
});

Deno.test("keys hear no letters in a paste and in arrow keys", async () => {
  await using room = makeRoom();
  await room.press("quit", "\x1b[B", "\x1bOC", "\x1b[", "B", "x", "l");
  assert.deepEqual(await room.heard(1), ["Log level: warn"]);
});

Deno.test("the key for the log level goes round", async () => {
  await using room = makeRoom();
  await room.press("l", "l", "l", "l");
  assert.deepEqual(
    await room.heard(4),
    ["warn", "error", "debug", "info"].map((level) => `Log level: ${level}`),
  );
  assert.deepEqual(LOG_LEVELS, ["debug", "info", "warn", "error"]);
  assert.equal(room.log.level, "info");
});

Deno.test("keys for what is not there are neither named nor heard", async () => {
  await using room = makeRoom({}, ["rebuild", "explorerUrl"]);
  room.keys.showHint();
  await room.press("r", "e", "l");
  assert.deepEqual(await room.heard(2), [
    "Keys: o open, b buckets, l log level, c clear, h help, q quit\n",
    "Log level: warn",
  ]);
});

Deno.test("the hint names each key, once", async () => {
  await using room = makeRoom();
  room.keys.showHint();
  room.keys.showHint();
  assert.deepEqual(room.said, [
    "Keys: r rebuild, o open, e explorer, b buckets, l log level, c clear, " +
    "h help, q quit\n",
  ]);
});

Deno.test("a browser that does not open leaves the address", async () => {
  await using room = makeRoom({
    open: () => Promise.resolve("there is no display"),
  });
  await room.press("o");
  assert.deepEqual(await room.heard(1), [
    `Cannot open a browser: there is no display; the address is ${URL}`,
  ]);
});

Deno.test("a key that fails says so, and the next one is heard", async () => {
  await using room = makeRoom({
    buckets: () => Promise.reject(new Error("the store is away")),
  });
  await room.press("b", "l");
  const said = new Set(await room.heard(2));
  assert.deepEqual(
    said,
    new Set(["Cannot show the buckets: the store is away", "Log level: warn"]),
  );
});
