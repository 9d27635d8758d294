import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { makeHost, openApp } from "../src/assemble.ts";
import { loadConfig } from "../src/config/mod.ts";
import type { LogEvent } from "../src/log.ts";
import { guestArtifact } from "./support/guest_app.ts";
import { makeProject } from "./support/run_main.ts";

/** What a guest of a project with this `dev.keyvalue` answers, and what was logged. */
async function answerOf(
  guest: string,
  keyvalue: string,
  request: Request,
): Promise<{ status: number; text: string; events: LogEvent[] }> {
  await using project = await makeProject(`dev: {keyvalue: ${keyvalue}}\n`);
  const { config } = await loadConfig({
    cwd: project.path,
    env: {},
    flags: {},
  });
  const events: LogEvent[] = [];
  const log = { emit: (event: LogEvent) => void events.push(event) };
  const host = makeHost(config, log);
  await using _ = host.buckets;
  await using app = await openApp({
    artifact: await guestArtifact(guest),
    host,
    config,
    log,
  });
  const response = await app.fetch(request);
  return { status: response.status, text: await response.text(), events };
}

const READ = "http://guest.test/";

Deno.test("a guest is denied a bucket that dev.keyvalue.allow does not name", async () => {
  const denied = await answerOf(
    "kv_get",
    "{allow: [cache]}",
    new Request(READ),
  );
  deepStrictEqual([denied.status, denied.text], [500, "access-denied\n"]);
  const allowed = await answerOf(
    "kv_get",
    "{allow: [in_memory]}",
    new Request(READ),
  );
  deepStrictEqual([allowed.status, allowed.text], [200, "none"]);
});

Deno.test("a guest finds the seed of a bucket, which no log shows", async () => {
  const { status, text, events } = await answerOf(
    "kv_get",
    "{buckets: {in_memory: {store: in_memory, seed: {values: {mykey: hunter2}}}}}",
    new Request(READ),
  );
  deepStrictEqual([status, text], [200, "hunter2"]);
  strictEqual(JSON.stringify(events).includes("hunter2"), false);
});

Deno.test("a guest can read a read-only bucket, and not write to it", async () => {
  const { text } = await answerOf(
    "every_import",
    "{buckets: {b: {store: in_memory, access: read-only}}}",
    new Request("http://guest.test/kv?bucket=b"),
  );
  const outcomes = new Map(
    text.split("\n").map((line) => {
      const [, outcome, name] = /^(ok|FAIL) [^#]*#([^:]*)/.exec(line) ?? [];
      return [name, outcome];
    }),
  );
  strictEqual(outcomes.get("open"), "ok", text);
  const writes = ["[method]bucket.set", "increment", "set-many", "delete-many"];
  for (const write of writes) strictEqual(outcomes.get(write), "FAIL", text);
});
