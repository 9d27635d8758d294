/** `dev.components` of a project that is served. */

import assert from "node:assert/strict";
import { loadConfig } from "../src/config/mod.ts";
import { type DevServer, startDevServer } from "../src/dev/dev_server.ts";
import { LinkError } from "../src/runtime/linker.ts";
import type { LogEvent } from "../src/log.ts";
import { composed } from "./support/composed.ts";
import { ARTIFACT_CACHE, guestPath } from "./support/guest_app.ts";
import { serveAnswer } from "./support/outgoing_app.ts";

interface Served extends AsyncDisposable {
  readonly server: DevServer;
  readonly events: readonly LogEvent[];
}

/**
 * Serves `compose_front` with the components that the text lists.
 *
 * @param component Another file in its place.
 */
async function serve(
  components: string,
  component: string = guestPath("compose_front"),
): Promise<Served> {
  const project = await Deno.makeTempDir();
  await Deno.mkdir(`${project}/.wash`);
  await Deno.writeTextFile(
    `${project}/.wash/config.yaml`,
    `
dev:
  address: 127.0.0.1:0
  component_path: ${component}
  components: ${components}
workload:
  environment: {config: {GREETING: hello}}
  config: {greeting: hi}
`,
  );
  const { config } = await loadConfig({ cwd: project, env: {}, flags: {} });
  const events: LogEvent[] = [];
  const server = await startDevServer({
    config,
    log: { emit: (event) => events.push(event) },
    build: false,
    cacheDirectory: ARTIFACT_CACHE,
    searchPath: "",
  });
  return {
    server,
    events,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(project, { recursive: true });
    },
  };
}

const MATH = `{name: math, file: "${guestPath("compose_math")}"}`;
const TEXT = guestPath("compose_text");

Deno.test("dev.components are served to the component, each with what it is given", async () => {
  await using served = await serve(
    `[${MATH}, {name: text, file: "${TEXT}", ` +
      "environment: {config: {GREETING: good day}}, config: {greeting: ahoy}}]",
  );
  const { server, events } = served;
  await server.ready;
  assert.deepEqual(
    events.filter(({ event }) => event === "warning"),
    [],
  );
  const get = async (path: string) =>
    await (await fetch(`${server.url}${path}`)).text();
  assert.equal(await get("/upper?text=word"), "WORD");
  assert.equal(await get("/settings"), "good day\nahoy\nhi\n");
  assert.match(await get("/tally"), /^(?:ok [^\n]+\n){6}$/);
  assert.match(await get("/bucket"), /^(?:ok [^\n]+\n){7}$/);
  assert.match(
    await get("/far-trap"),
    /^In component "text": In component "math": The guest trapped: unreachable\n/,
  );
});

Deno.test("dev.components see the workload's environment and config where they have none", async () => {
  await using served = await serve(
    `[${MATH}, {name: text, file: "${TEXT}"}]`,
  );
  const response = await fetch(`${served.server.url}/settings`);
  assert.equal(await response.text(), "hello\nhi\nhi\n");
});

Deno.test("dev.components that nothing can reach are warned of", async () => {
  const thing = guestPath("component_without_http");
  await using served = await serve(
    `[${MATH}, {name: text, file: "${TEXT}"}, {name: thing, file: "${thing}"}]`,
  );
  await served.server.ready;
  assert.deepEqual(
    served.events.filter(({ event }) => event === "warning"),
    [{
      event: "warning",
      text: 'The component "thing" is never called: ' +
        "nothing that is served imports what it exports",
    }],
  );
});

/** A file with these guests in it, composed. */
async function composedFile(
  ...guests: string[]
): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ suffix: ".wasm" });
  const parts = guests.map((guest) => Deno.readFile(guestPath(guest)));
  await Deno.writeFile(path, composed(await Promise.all(parts)));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

Deno.test("a component that was composed of several is served as they are", async () => {
  await using file = await composedFile(
    "compose_math",
    "compose_text",
    "compose_front",
  );
  await using served = await serve("[]", file.path);
  const get = async (path: string) =>
    await (await fetch(`${served.server.url}${path}`)).text();
  assert.equal(await get("/upper?text=word"), "WORD");
  assert.equal(await get("/settings"), "hello\nhi\nhi\n");
  assert.match(await get("/values"), /^(?:ok [^\n]+\n){18}$/);
  assert.match(await get("/tally"), /^(?:ok [^\n]+\n){6}$/);
  assert.match(
    await get("/far-trap"),
    /^In component "part 3": In component "part 2": The guest trapped/,
  );
});

Deno.test("what is composed serves nobody else, unless it is what the file exports", async () => {
  await using file = await composedFile("compose_math", "compose_text");
  await using served = await serve(`[{name: text, file: "${file.path}"}]`);
  await assert.rejects(served.server.ready, (error) => {
    assert.ok(error instanceof LinkError);
    assert.deepEqual(
      error.missing.map((missing) => missing.import),
      ["acme:math/add@1.0.0"],
    );
    return true;
  });
});

Deno.test("dev.components can be composed, and all parts have what the entry gives", async () => {
  await using file = await composedFile("compose_math", "compose_text");
  await using served = await serve(
    `[${MATH}, {name: text, file: "${file.path}", config: {greeting: ahoy}}]`,
  );
  const get = async (path: string) =>
    await (await fetch(`${served.server.url}${path}`)).text();
  assert.equal(await get("/settings"), "hello\nahoy\nhi\n");
  assert.match(
    await get("/far-trap"),
    /^In component "text": In component "text, part 2": The guest trapped/,
  );
});

for (
  const [what, components, name, message] of [
    [
      "without what one of them imports",
      `[{name: text, file: "${TEXT}"}]`,
      "LinkError",
      /"text" -> acme:math\/add@1\.0\.0: not offered/,
    ],
    [
      "with a file that is not there",
      `[${MATH}, {name: text, file: gone.wasm}]`,
      "BuildError",
      /^Cannot serve "[^"]+gone\.wasm": there is no such file$/,
    ],
  ] as const
) {
  Deno.test(`dev.components ${what} are refused at the start`, async () => {
    await using served = await serve(components);
    await assert.rejects(served.server.ready, { name, message });
  });
}

Deno.test("dev.components: one with allowances of its own is held to them, and told where they stand", async () => {
  await using target = serveAnswer(
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
  );
  const outgoing = `{name: out, file: "${guestPath("outgoing")}"`;
  const proxy = guestPath("compose_proxy");
  const ask = async ({ server }: Served) => {
    await server.ready;
    return await (await fetch(`${server.url}/?${target.query}`)).text();
  };
  await using plain = await serve(`[${outgoing}}]`, proxy);
  assert.match(await ask(plain), /^status 200\n/);
  await using held = await serve(
    `[${outgoing}, allowedHostLoopbackPorts: [1]}]`,
    proxy,
  );
  assert.equal(await ask(held), "handle HTTP-request-denied\n");
  assert.deepEqual(
    held.events.flatMap((event) =>
      event.event === "warning" ? [event.text] : []
    ),
    [
      `Cannot connect to "http://127.0.0.1:${target.port}": no line allows it; ` +
      `set dev.components[0].allowedHosts: ["http://127.0.0.1:${target.port}"]`,
    ],
  );
});
