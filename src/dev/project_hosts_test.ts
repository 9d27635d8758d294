import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { loadConfig } from "../config/mod.ts";
import type { Part } from "./config_change.ts";
import { ProjectHosts } from "./project_hosts.ts";

async function makeHosts() {
  const { config } = await loadConfig({
    cwd: "/",
    env: { WASH_DEV_LANES: "0" },
    flags: { component: "hello.wasm" },
    userConfigDir: "/nowhere",
  });
  const warnings: unknown[] = [];
  const hosts = new ProjectHosts(config, {
    emit: (event) => warnings.push(event),
  });
  const lease = (...parts: Part[]) => hosts.lease(config, new Set(parts));
  return { hosts, lease, warnings };
}

const KEY = new TextEncoder().encode("value");

Deno.test("lease() gives the current host, or one that shares what stays the same", async () => {
  const { hosts, lease } = await makeHosts();
  await using _ = hosts;
  const { current } = hosts;
  const same = lease();
  const guests = lease("guests");
  const buckets = lease("buckets");
  strictEqual(same.host, current);
  ok(guests.host !== current);
  strictEqual(guests.host.buckets, current.buckets);
  ok(buckets.host.buckets !== current.buckets);
  strictEqual(buckets.host.gate, current.gate);
  strictEqual(buckets.host.blobFolder, current.blobFolder);
  // None of them was settled for.
  strictEqual(hosts.current, current);
  for (const each of [same, guests, buckets]) await each.letGo();
});

Deno.test("a host's stores close when the last app that uses them is gone", async () => {
  const { hosts, lease, warnings } = await makeHosts();
  await using _ = hosts;
  const old = lease();
  const shared = lease("guests");
  const next = lease("buckets");
  hosts.settle(next);
  strictEqual(hosts.current, next.host);
  const { buckets } = old.host;
  await (await buckets.open("in_memory")).set("key", KEY);
  await old.letGo();
  await buckets.open("in use by another");
  await shared.letGo();
  await rejects(buckets.open("closed"), { name: "KeyValueError" });
  const kept = await (await next.host.buckets.open("in_memory")).get("key");
  deepStrictEqual(kept?.value, KEY);
  await next.letGo();
  deepStrictEqual(warnings, []);
});

Deno.test("disposing closes hosts that are leased still", async () => {
  const { hosts, lease } = await makeHosts();
  const { host } = lease("buckets");
  await hosts[Symbol.asyncDispose]();
  await rejects(host.buckets.open("closed"), { name: "KeyValueError" });
});
