/** `deno task dev` with its explorer, on real files. */

import assert from "node:assert/strict";
import { spawnDev, startDev } from "./support/dev_process.ts";
import { makeGenerations } from "./support/generations.ts";
import { guestPath } from "./support/guest_app.ts";
import { makeProject } from "./support/run_main.ts";

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

Deno.test("the README's lines of curl do what they say", async () => {
  const readme = await Deno.readTextFile(
    new URL("../README.md", import.meta.url),
  );
  const [, script] = /### The explorer[^]*?```sh\n([^]*?)```/.exec(readme)!;
  await using project = await makeProject("");
  await Deno.writeFile(`${project.path}/photo.png`, new Uint8Array(1000));
  await using dev = await startDev({
    args: ["--component", guestPath("hello"), "-C", project.path],
  });
  const lines = script!.trim().replaceAll(
    "localhost:8000",
    new URL(dev.url).host,
  )
    .split("\n").map((line) => line.replace("curl ", "curl -sSf "));
  const start = (line: string) =>
    new Deno.Command("sh", {
      args: ["-c", `exec ${line}`],
      cwd: project.path,
      stdout: "piped",
    }).spawn();
  const changes = lines.pop()!;
  const outputs: string[] = [];
  for (const line of lines) {
    const { success, stdout } = await start(line).output();
    assert.ok(success, line);
    outputs.push(new TextDecoder().decode(stdout));
  }
  assert.deepEqual(JSON.parse(outputs.at(-1)!), { keys: ["greeting"] });
  const watching = start(changes);
  const reader = watching.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  // The stream's own greeting: from then on nothing is missed.
  await reader.read();
  await (await start(lines[0]!).output());
  for (let told = ""; !told.includes('"photo"');) {
    const { value } = await reader.read();
    assert.ok(value !== undefined, "the stream has ended");
    told += value;
  }
  watching.kill();
  await reader.cancel();
  await watching.status;
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
