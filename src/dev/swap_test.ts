import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  built,
  COPY,
  serveProject,
  textOf,
} from "../../tests/support/dev_project.ts";
import { guestPath } from "../../tests/support/guest_app.ts";

Deno.test("a save is built and swapped while no request fails", async (test) => {
  for (const lanes of [0, 2]) {
    await test.step(`lanes: ${lanes}`, async () => {
      await using project = await serveProject({
        config: built(COPY, `lanes: ${lanes}`),
      });
      const { server } = project;
      await server.ready;
      const begun = Promise.withResolvers<void>();
      const swapped = Promise.withResolvers<void>();
      const seen = new Set<string>();
      let isOver = false;
      const clients = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const text = await textOf(server.url);
          seen.add(text);
          begun.resolve();
          if (text === "mixed\n") swapped.resolve();
        }
      });
      await Promise.race([begun.promise, ...clients]);
      await project.saveGuest("wasi_mixed");
      await Promise.race([swapped.promise, ...clients]);
      const { changed, steps } = await project.event("swapped");
      isOver = true;
      await Promise.all(clients);
      deepStrictEqual([...seen], ["hello\n", "mixed\n"]);
      deepStrictEqual(changed, ["src/guest"]);
      ok(steps.build! > 0 && steps.start > 0);
      strictEqual(await textOf(server.url), "mixed\n");
    });
  }
});

Deno.test("a swap leaves no gap and no id twice", async () => {
  await using project = await serveProject();
  const { server } = project;
  await server.ready;
  await textOf(server.url);
  await project.saveGuest("wasi_mixed");
  await project.event("swapped");
  await textOf(server.url);
  const ids = project.of("request").map(({ request }) => request.id);
  deepStrictEqual(ids, ["1", "2"]);
});

Deno.test("requests in flight finish on the component that they began with", async (test) => {
  for (const lanes of [0, 1]) {
    await test.step(`lanes: ${lanes}`, async () => {
      await using project = await serveProject({
        config: built(COPY, `lanes: ${lanes}`),
        guest: "echo",
      });
      const { server } = project;
      await server.ready;
      const download = await fetch(`${server.url}/slow?n=20&ms=25`);
      const sent = Promise.withResolvers<ReadableStreamDefaultController>();
      const upload = fetch(server.url, {
        method: "POST",
        body: new ReadableStream({ start: sent.resolve }),
      });
      const body = await sent.promise;
      body.enqueue(new TextEncoder().encode("before "));
      // Its head is there: the guest has begun.
      const response = await upload;
      await project.saveGuest("hello");
      await project.event("swapped");
      strictEqual(await textOf(server.url), "hello\n");
      body.enqueue(new TextEncoder().encode("after"));
      body.close();
      strictEqual(await response.text(), "before after");
      match(await download.text(), /^line 1\n(line \d+\n)*line 20\n$/);
    });
  }
});

Deno.test("requests that take too long are broken off after a swap", async (test) => {
  for (const lanes of [0, 1]) {
    await test.step(`lanes: ${lanes}`, async () => {
      await using project = await serveProject({
        config: built(COPY, `lanes: ${lanes}\nrequest_timeout: 100ms`),
        guest: "echo",
      });
      const { server } = project;
      await server.ready;
      const endless = await fetch(`${server.url}/slow?n=100000&ms=5`);
      const reader = endless.body!.getReader();
      await reader.read();
      await project.saveGuest("hello");
      await project.event("swapped");
      const { text } = await project.event("warning");
      strictEqual(
        text,
        "Requests to a component that was replaced are broken off: " +
          "they take longer than dev.request_timeout allows",
      );
      const read = async () => {
        for (;;) if ((await reader.read()).done) return "ended";
      };
      strictEqual(await read().catch(() => "broken off"), "broken off");
      strictEqual(await textOf(server.url), "hello\n");
    });
  }
});

Deno.test("a build that fails keeps the last good one serving, and the next save is built", async () => {
  await using project = await serveProject();
  const { server } = project;
  await server.ready;
  await project.save("src/guest", `${project.path}/none.wasm`);
  const failed = await project.event("build-failed");
  strictEqual(failed.serving, true);
  match(failed.text, /^Cannot build the component: .* it exited with 1$/);
  match(failed.output!, /none\.wasm/);
  strictEqual(server.state.phase, "failed");
  strictEqual(await textOf(server.url), "hello\n");
  await project.saveGuest("wasi_mixed");
  // What had failed is part of what changed.
  deepStrictEqual((await project.event("swapped")).changed, ["src/guest"]);
  strictEqual(server.state.phase, "ready");
  strictEqual(await textOf(server.url), "mixed\n");
  deepStrictEqual(
    server.builds().map(({ number, cause, outcome }) => [
      number,
      cause,
      outcome,
    ]),
    [
      [3, "src/guest", "swapped"],
      [2, "src/guest", "failed"],
      [1, "start", "swapped"],
    ],
  );
});

Deno.test("a component that cannot be served keeps the last good one serving", async (test) => {
  const cases: [guest: string, message: RegExp][] = [
    ["empty", /^Cannot serve ".*": the file is empty$/],
    ["not_wasm", /^Cannot serve ".*": it is no WebAssembly/],
    ["wants_missing", /^Cannot link/],
  ];
  await using project = await serveProject();
  const { server } = project;
  await server.ready;
  for (const [index, [guest, message]] of cases.entries()) {
    await test.step(guest, async () => {
      await project.saveGuest(guest);
      const { text } = await project.event("build-failed", index + 1);
      match(text, message);
      strictEqual(await textOf(server.url), "hello\n");
    });
  }
});

Deno.test("a first build that fails waits for a save, and requests wait while that is built", async () => {
  await using project = await serveProject({
    config: built(`until [ -e go ]; do sleep 0.01; done; ${COPY}`),
    guest: "nowhere",
  });
  const { server, path } = project;
  await Deno.writeTextFile(`${path}/go`, "");
  strictEqual((await project.event("build-failed")).serving, false);
  const failed = await fetch(server.url);
  strictEqual(failed.status, 500);
  match(await failed.text(), /^Cannot build the component/);
  await Deno.remove(`${path}/go`);
  await project.saveGuest("hello");
  await project.event("build-started", 2);
  const waiting = textOf(server.url);
  await project.event("waiting");
  await Deno.writeTextFile(`${path}/go`, "");
  strictEqual(await waiting, "hello\n");
  await server.ready;
  strictEqual(project.of("ready").length, 1);
  strictEqual(project.of("swapped").length, 0);
});

Deno.test("a save during a build ends it and begins another", async () => {
  // The first command never ends by itself, and says its number.
  const command =
    `echo $$ >> pids; if [ -e stuck ]; then sleep 600; fi; ${COPY}`;
  await using project = await serveProject({ config: built(command) });
  const { server, path } = project;
  await server.ready;
  await project.save("stuck", "");
  await project.event("build-started", 2);
  const stuck = await pid(path, 1);
  await Deno.remove(`${path}/stuck`);
  await project.saveGuest("wasi_mixed");
  const { changed } = await project.event("swapped");
  deepStrictEqual(changed, ["stuck", "src/guest"]);
  strictEqual(await isRunning(stuck), false);
  deepStrictEqual(
    server.builds().map(({ outcome }) => outcome),
    ["swapped", "superseded", "swapped"],
  );
  strictEqual(project.of("build-failed").length, 0);
  const [watcher] = project.watchers;
  deepStrictEqual(watcher!.builds, { begun: 3, ended: 3 });
});

async function pid(path: string, index: number): Promise<string> {
  for (;;) {
    const line = (await Deno.readTextFile(`${path}/pids`)).split("\n")[index];
    if (line) return line;
  }
}

async function isRunning(pid: string): Promise<boolean> {
  const { success } = await new Deno.Command("kill", {
    args: ["-0", pid],
    stderr: "null",
  }).output();
  return success;
}

Deno.test("a component file that is written anew is swapped without a build", async () => {
  await using project = await serveProject({
    config: "dev: {component_path: served.wasm}",
    flags: { component: "served.wasm", address: "127.0.0.1:0" },
    build: false,
  });
  const { server, path, watchers } = project;
  const file = `${path}/served.wasm`;
  strictEqual((await project.event("build-failed")).serving, false);
  strictEqual(watchers[0]!.options.sources, false);
  ok(watchers[0]!.options.files.includes(file));
  const hello = await Deno.readFile(guestPath("hello"));
  const mixed = await Deno.readFile(guestPath("wasi_mixed"));
  await Deno.writeFile(file, hello);
  watchers[0]!.tell([file]);
  await server.ready;
  strictEqual(await textOf(server.url), "hello\n");
  // Half of it, as a look between two writes may find it.
  await Deno.writeFile(file, mixed.subarray(0, mixed.length / 2));
  watchers[0]!.tell([file]);
  await project.event("build-failed", 2);
  strictEqual(await textOf(server.url), "hello\n");
  await Deno.writeFile(`${file}.new`, mixed);
  await Deno.rename(`${file}.new`, file);
  watchers[0]!.tell([file]);
  deepStrictEqual((await project.event("swapped")).changed, ["served.wasm"]);
  strictEqual(await textOf(server.url), "mixed\n");
  strictEqual(project.of("build-started").length, 0);
});

Deno.test("without a watch a first build that fails ends it all", async () => {
  await using project = await serveProject({ watch: false, guest: "nowhere" });
  const error = await project.server.ready.then(() => {}, (error) => error);
  strictEqual(error.code, "command-failed");
  deepStrictEqual(project.of("build-failed"), []);
});
