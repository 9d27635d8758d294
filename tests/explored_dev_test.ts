/** `deno task dev` with its explorer, on real files. */

import assert from "node:assert/strict";
import { spawnDev, startDev } from "./support/dev_process.ts";
import { makeGenerations } from "./support/generations.ts";
import { guestPath } from "./support/guest_app.ts";

Deno.test("dev serves the explorer of the project, and tells where", async () => {
  await using project = await makeGenerations("hello");
  await using dev = await startDev({ args: ["--project", project.path] });
  const { report } = await dev.event("ready");
  assert.equal(report.explorer, `${dev.url}/_wharf/`);
  const page = await fetch(report.explorer!);
  assert.match(await page.text(), /<title>[^<]*Wharf/);
  await (await fetch(`${dev.url}/asked`)).text();
  const api = async (path: string) =>
    await (await fetch(`${report.explorer}api/${path}`)).json();
  const [asked] = await api("requests");
  assert.deepEqual([asked.path, asked.status], ["/asked", 200]);
  const [component] = (await api("component")).components;
  assert.equal(component.file, `${project.path}/dist/component.wasm`);
  await project.save(1);
  await dev.event("swapped");
  const [last] = await api("builds");
  assert.deepEqual(
    [last.number, last.cause, last.outcome],
    [2, "src/generation.txt", "swapped"],
  );
  assert.equal((await dev.stop()).code, 0);
});

Deno.test("dev --no-explorer leaves every path to the component", async () => {
  await using dev = await startDev({
    args: ["--component", guestPath("hello"), "--no-explorer"],
  });
  assert.equal((await dev.event("ready")).report.explorer, undefined);
  const response = await fetch(`${dev.url}/_wharf/api/status`);
  assert.equal(await response.text(), "hello\n");
  assert.equal((await dev.stop()).code, 0);
});

Deno.test("dev wants a token where others than this machine reach it", async () => {
  const args = ["--component", guestPath("hello"), "--address", "0.0.0.0:0"];
  await using dev = spawnDev({ args });
  const { report } = await dev.event("ready");
  const explorer = new URL(report.explorer!);
  assert.match(explorer.search, /^\?token=[\w-]{32}$/);
  const status = new URL("/_wharf/api/status", explorer);
  const denied = await fetch(status);
  await denied.body?.cancel();
  assert.equal(denied.status, 401);
  const token = explorer.searchParams.get("token");
  const headers = { authorization: `Bearer ${token}` };
  const allowed = await fetch(status, { headers });
  assert.equal((await allowed.json()).build.phase, "ready");
  assert.equal((await dev.stop()).code, 0);
});

Deno.test("dev takes the token of WHARF_EXPLORER_TOKEN, and does not print it", async () => {
  await using dev = spawnDev({
    args: ["--component", guestPath("hello"), "--address", "0.0.0.0:0"],
    env: { WHARF_EXPLORER_TOKEN: "chosen-by-the-user" },
  });
  const { report } = await dev.event("ready");
  const status = new URL("/_wharf/api/status", report.explorer);
  const headers = { authorization: "Bearer chosen-by-the-user" };
  assert.equal(
    (await (await fetch(status, { headers })).json()).url,
    report.url,
  );
  const end = await dev.stop();
  assert.equal(end.code, 0);
  assert.ok(!dev.lines.join().includes("chosen-by-the-user"));
});
