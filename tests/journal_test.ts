/** The journal of requests, told by apps that are served as `dev` serves them. */

import assert from "node:assert/strict";
import { type Host, makeHost, openApp, startThreads } from "../src/assemble.ts";
import { loadConfig } from "../src/config/mod.ts";
import type { RequestSummary } from "../src/explorer/api.ts";
import { RequestJournal } from "../src/explorer/journal.ts";
import type { LogEvent } from "../src/log.ts";
import type { FaultPolicy } from "../src/runtime/faults/fault.ts";
import type { HttpRequest } from "../src/runtime/http_message.ts";
import { teeLog } from "../src/tee_log.ts";
import { eachLane } from "./support/each_lane.ts";
import { guestArtifact, type GuestLaneKind } from "./support/guest_app.ts";
import { makeProject } from "./support/run_main.ts";

/** An app whose requests are in a journal. */
interface JournaledApp extends AsyncDisposable {
  readonly journal: RequestJournal;
  readonly events: readonly LogEvent[];
  /** Sends a request by the id that it is to have; returns the text of the answer. */
  send(
    id: string,
    path: string,
    options?: { readonly body?: string; readonly replayOf?: string },
  ): Promise<string>;
  /** Hands on a request that is in the journal already. */
  handle(request: HttpRequest, id: string): Promise<string>;
}

async function openJournaled(
  guest: string,
  lane: GuestLaneKind,
  faults: FaultPolicy = "hidden",
): Promise<JournaledApp> {
  await using project = await makeProject(
    `dev: {lanes: ${lane === "worker" ? 2 : 0}, component_path: unused.wasm}\n`,
  );
  const { config } = await loadConfig({
    cwd: project.path,
    env: {},
    flags: {},
    userConfigDir: project.path,
  });
  const journal = new RequestJournal();
  const events: LogEvent[] = [];
  const log = teeLog(
    { emit: (event) => void events.push(event) },
    journal.log,
  );
  const threads = startThreads(config);
  const host: Host = {
    ...makeHost(config, log),
    ...(threads !== undefined && { threads }),
  };
  const app = await openApp({
    artifact: await guestArtifact(guest),
    host,
    config,
    log,
    faults,
    tracesCalls: true,
  });
  const handle = async (request: HttpRequest, id: string) => {
    const response = await app.handle(request, id);
    journal.answered(id, response);
    return await new Response(response.body).text();
  };
  return {
    journal,
    events,
    handle,
    send: (id, path, { body, replayOf } = {}) =>
      handle(
        journal.begin(id, {
          method: body === undefined ? "GET" : "POST",
          url: `http://guest.test${path}`,
          headers: [["host", "guest.test"]],
          body: body === undefined ? null : new Response(body).body,
        }, replayOf),
        id,
      ),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      threads?.[Symbol.dispose]();
      await host.clients[Symbol.asyncDispose]();
      await host.buckets[Symbol.asyncDispose]();
    },
  };
}

/** The summary of a request, as soon as it is what is waited for. */
async function summaryWhere(
  journal: RequestJournal,
  isIt: (summary: RequestSummary) => boolean,
): Promise<RequestSummary> {
  const stop = new AbortController();
  const found = Promise.withResolvers<RequestSummary>();
  const look = (summary: RequestSummary) => {
    if (isIt(summary)) found.resolve(summary);
  };
  journal.onRequest(look, stop.signal);
  journal.list().forEach(look);
  try {
    return await found.promise;
  } finally {
    stop.abort();
  }
}

eachLane.test("the calls of 64 requests at once are in the journal, each within its own", async (lane) => {
  await using app = await openJournaled("kv_labels", lane);
  await Promise.all(
    Array.from(
      { length: 64 },
      (_, index) => app.send(`r${index}`, `/get?bucket=b&key=k${index}`),
    ),
  );
  for (let index = 0; index < 64; index++) {
    const id = `r${index}`;
    await summaryWhere(
      app.journal,
      (summary) => summary.id === id && summary.calls === 2,
    );
    const { spans, duration, status } = app.journal.detail(id)!;
    assert.equal(status, 200);
    assert.deepEqual(
      spans.map(({ name, target, subject, result }) => [
        name,
        target,
        subject,
        result,
      ]),
      [
        ["open", "b", undefined, undefined],
        ["get", "b", `k${index}`, "absent"],
      ],
    );
    const [open, get] = spans;
    assert.ok(open!.start + open!.duration <= get!.start);
    // The clocks of two threads may differ a little.
    assert.ok(get!.start + get!.duration <= duration! + 2);
  }
});

eachLane.test("a body is in the journal as the guest reads it, and can be sent again", async (lane) => {
  await using app = await openJournaled("echo", lane);
  assert.equal(await app.send("1", "/", { body: "hello" }), "hello");
  assert.equal(app.journal.detail("1")!.body.size, 5);
  const again = app.journal.replay("1");
  assert.ok(typeof again === "object");
  const given = app.journal.begin("2", again, "1");
  assert.equal(await app.handle(given, "2"), "hello");
  assert.equal(app.journal.detail("2")!.replayOf, "1");
  assert.equal(await app.send("3", "/ignore", { body: "unread" }), "ignored\n");
  assert.equal(app.journal.replay("3"), "not-whole");
});

eachLane.test("a trap is in the journal of its request alone", async (lane) => {
  await using app = await openJournaled("misbehave", lane);
  await app.send("1", "/trap");
  await summaryWhere(app.journal, ({ trapped }) => trapped);
  const { trap, status } = app.journal.detail("1")!;
  assert.equal(status, 500);
  const told = app.events.find(({ event }) => event === "guest-trap");
  assert.ok(told?.event === "guest-trap");
  assert.equal(trap, told.text);
  await app.send("2", "/ok");
  assert.equal(app.journal.detail("2")!.trapped, false);
});

eachLane.test("a trap has its frames where faults are shown", async (lane) => {
  const frames = [
    "sum (src/trap_dwarf/trap_dwarf.c:8)",
    "add_up (src/trap_dwarf/trap_dwarf.c:16)",
    "__wasm_export_exports_wasi_http_incoming_handler_handle " +
    "(src/trap_dwarf/trap_dwarf.c:24)",
  ];
  for (const faults of ["shown", "hidden"] as const) {
    await using app = await openJournaled("trap_dwarf", lane, faults);
    await app.send("1", "/trap");
    await summaryWhere(app.journal, ({ trapped }) => trapped);
    const { trap } = app.journal.detail("1")!;
    const told = faults === "shown" ? frames : [];
    assert.deepEqual(trap?.split("\n"), [
      "The guest trapped: unreachable",
      ...told.map((frame) => `    at ${frame}`),
    ]);
    const names = app.events.map(({ event }) => event);
    assert.ok(names.indexOf("guest-trap") < names.indexOf("request"));
  }
});

eachLane.test("what a guest writes is in the journal of its request, in order", async (lane) => {
  await using app = await openJournaled("every_import", lane);
  await app.send("1", "/logging");
  const written = app.events.flatMap((event) =>
    event.event === "guest-log" && event.request === "1"
      ? [[
        event.level,
        event.context === "" ? event.text : `${event.context}: ${event.text}`,
      ]]
      : []
  );
  assert.ok(written.length >= 6);
  assert.deepEqual(
    app.journal.detail("1")!.lines.map(({ stream, text }) => [stream, text]),
    written,
  );
});
