/**
 * The newcomer's way: a fresh clone, empty caches, the README's commands as they stand there.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { makeClone, PROJECT } from "../support/clone.ts";
import { startDevTask } from "../support/dev_task.ts";
import { readTranscript, runTranscript } from "../support/transcript.ts";

const TABLE: readonly [
  request: RequestInit & { path: string },
  status: number,
  body: string,
][] = [
  [
    { path: "/", method: "POST", body: '{"key":"mykey","value":"myvalue"}' },
    200,
    "Stored 'mykey'\n",
  ],
  [{ path: "/?key=mykey" }, 200, "myvalue\n"],
  [{ path: "/?key=missing" }, 404, "Key 'missing' not found\n"],
  [
    { path: "/?key=my%20k%C3%A9y%20%F0%9F%94%91" },
    404,
    "Key 'my kéy 🔑' not found\n",
  ],
  [
    {
      path: "/",
      method: "POST",
      body: '{"key":"🔑 /../","value":"\u{feff}naïve\\u0000"}',
    },
    200,
    "Stored '🔑 /../'\n",
  ],
  [{ path: "/?key=%F0%9F%94%91%20/../" }, 200, "\u{feff}naïve\u0000\n"],
];

/** Answers that name no store. */
const PLAIN: readonly [
  request: RequestInit & { path: string },
  status: number,
  body: string,
][] = [
  [{ path: "/" }, 400, "Missing required query parameter: key\n"],
  [{ path: "/", method: "DELETE" }, 405, "Method Not Allowed\n"],
  [{ path: "/", method: "PUT", body: "x" }, 405, "Method Not Allowed\n"],
];

Deno.test("a newcomer gets from a fresh clone to answers", async (t) => {
  await using clone = await makeClone();
  const { env } = clone;

  await t.step("deno task dev serves the README's transcript", async () => {
    const readme = await Deno.readTextFile(join(PROJECT, "README.md"));
    await using dev = await startDevTask({ cwd: clone.path, env });
    await runTranscript(readTranscript(readme), dev.url);
    await walkTable(dev.url, "in_memory");
  });

  await t.step(
    "deno task new makes a project that is served from its folder",
    async () => {
      const made = await deno(["task", "new", "my-app"], clone.path, env);
      assert.match(made, /cd my-app\n {2}deno task dev\n/);
      await using dev = await startDevTask({
        cwd: join(clone.path, "my-app"),
        env,
      });
      await walkTable(dev.url, "in_memory");
    },
  );

  await t.step(
    "with BACKEND = filesystem keys outlive the server",
    async () => {
      const project = join(clone.path, "my-app");
      await edit(
        join(project, "src/handler.ts"),
        'BACKEND = "in_memory"',
        'BACKEND = "filesystem"',
      );
      await edit(
        join(project, ".wash/config.yaml"),
        "  # wasi_keyvalue_path",
        "  wasi_keyvalue_path",
      );
      {
        await using dev = await startDevTask({ cwd: project, env });
        await walkTable(dev.url, "filesystem");
      }
      await using again = await startDevTask({ cwd: project, env });
      const response = await fetch(`${again.url}/?key=mykey`);
      assert.equal(await response.text(), "[filesystem] myvalue\n");
    },
  );

  await t.step(
    "without its configuration key the store fails with a reason",
    async () => {
      const project = join(clone.path, "my-app");
      await edit(
        join(project, ".wash/config.yaml"),
        "  wasi_keyvalue_path",
        "  # wasi_keyvalue_path",
      );
      await using dev = await startDevTask({ cwd: project, env });
      const response = await fetch(`${dev.url}/?key=mykey`);
      assert.equal(response.status, 500);
      assert.match(
        await response.text(),
        /^\[filesystem\] Failed to open bucket: no such store/,
      );
    },
  );
});

async function walkTable(url: string, backend: string): Promise<void> {
  for (const [{ path, ...init }, status, body] of TABLE) {
    await answers(`${url}${path}`, init, status, `[${backend}] ${body}`);
  }
  for (const [{ path, ...init }, status, body] of PLAIN) {
    await answers(`${url}${path}`, init, status, body);
  }
  for (
    const body of ["", "nonsense", "[]", '{"key":1,"value":"x"}', '{"key":"x"}']
  ) {
    const response = await fetch(url, { method: "POST", body });
    assert.equal(response.status, 400, body);
    assert.match(await response.text(), /^Invalid JSON: [^\n]+\n$/, body);
  }
}

async function answers(
  url: string,
  init: RequestInit,
  status: number,
  body: string,
): Promise<void> {
  const response = await fetch(url, init);
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.equal(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    body,
  );
  assert.equal(response.status, status);
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  assert.ok(text.includes(from), `"${from}" is not in ${path}`);
  await Deno.writeTextFile(path, text.replace(from, to));
}

async function deno(
  args: string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    // `deno task` keeps the one of the task that runs these tests.
    env: { ...env, NO_COLOR: "1", INIT_CWD: cwd },
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}
