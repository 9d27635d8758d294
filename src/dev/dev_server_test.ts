import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { ARTIFACT_CACHE, guestPath } from "../../tests/support/guest_app.ts";
import { loadConfig } from "../config/mod.ts";
import type { LogEvent } from "../log.ts";
import { type DevServer, startDevServer } from "./dev_server.ts";

/** A project that builds by a shell command, and the events of its server. */
interface Project extends AsyncDisposable {
  readonly path: string;
  readonly events: readonly LogEvent[];
  /** Resolves when there is an event of that name. */
  until(name: LogEvent["event"]): Promise<void>;
  /** Lets a command that begins with {@linkcode WHEN_TOLD} go on. */
  goOn(): Promise<void>;
  serve(options?: ServeOptions): Promise<DevServer>;
}

interface ServeOptions {
  readonly command?: string;
  readonly address?: string;
  readonly requestTimeout?: string;
}

const WHEN_TOLD = "until [ -e go ]; do sleep 0.01; done;";
const COPY = (guest: string) =>
  `cp "${guestPath(guest)}" "$WASH_COMPONENT_PATH"`;

async function makeProject(): Promise<Project> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${path}/.wash`);
  await Deno.writeTextFile(`${path}/.wash/config.yaml`, "");
  const events: LogEvent[] = [];
  const arrivals = new EventTarget();
  return {
    path,
    events,
    async until(name) {
      while (!events.some(({ event }) => event === name)) {
        await new Promise((resolve) =>
          arrivals.addEventListener("arrival", resolve, { once: true })
        );
      }
    },
    goOn: () => Deno.writeTextFile(`${path}/go`, ""),
    async serve(options = {}) {
      const { command = COPY("hello"), address, requestTimeout } = options;
      const { config } = await loadConfig({
        cwd: path,
        env: {
          WASH_BUILD_COMMAND: command,
          WASH_DEV_REQUEST_TIMEOUT: requestTimeout ?? "",
        },
        flags: { address: address ?? "127.0.0.1:0" },
      });
      return startDevServer({
        config,
        log: {
          emit(event) {
            events.push(event);
            arrivals.dispatchEvent(new Event("arrival"));
          },
        },
        build: true,
        cacheDirectory: ARTIFACT_CACHE,
        searchPath: Deno.env.get("PATH") ?? "",
      });
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}

Deno.test("a request waits while the component is built", async () => {
  await using project = await makeProject();
  await using server = await project.serve({
    command: `${WHEN_TOLD} ${COPY("hello")}`,
  });
  const waiting = fetch(`${server.url}/early?x`);
  await project.until("waiting");
  await project.goOn();
  strictEqual(await (await waiting).text(), "hello\n");
  await server.ready;
  deepStrictEqual(project.events.slice(0, 2), [
    { event: "build-started", command: `${WHEN_TOLD} ${COPY("hello")}` },
    { event: "waiting", method: "GET", path: "/early?x" },
  ]);
});

Deno.test("a request gets the error page when the build fails", async () => {
  await using project = await makeProject();
  await using server = await project.serve({
    command: `${WHEN_TOLD} echo "no such thing" >&2; exit 3`,
  });
  const waiting = fetch(`${server.url}/early?x`);
  await project.until("waiting");
  await project.goOn();
  const response = await waiting;
  strictEqual(response.status, 500);
  const message =
    `Cannot build the component: the command "${WHEN_TOLD} echo "no such thing" >&2; exit 3" failed, it exited with 3`;
  strictEqual(await response.text(), `${message}\n\nno such thing\n`);
  await rejects(server.ready, { name: "BuildError", message });
});

Deno.test("startDevServer() tells of the build and of the start", async () => {
  await using project = await makeProject();
  const component = `${project.path}/${project.path.split("/").at(-1)}.wasm`;
  await using server = await project.serve({
    command: `echo one; printf two; ${COPY("hello")}`,
  });
  await server.ready;
  const [started, one, two, ready, ...rest] = project.events;
  deepStrictEqual(rest, []);
  deepStrictEqual(started, {
    event: "build-started",
    command: `echo one; printf two; ${COPY("hello")}`,
  });
  deepStrictEqual(one, { event: "build-output", text: "one" });
  deepStrictEqual(two, { event: "build-output", text: "two" });
  ok(ready?.event === "ready");
  const { timings, ...report } = ready.report;
  deepStrictEqual(report, {
    url: server.url,
    everyAddress: false,
    component,
    buckets: ["in_memory", undefined].map((name) => ({
      name,
      location: "memory of this process",
      durable: false,
      unavailable: false,
    })),
  });
  ok(timings.build! > 0 && timings.start > 0);
});

Deno.test("startDevServer() refuses a busy port before it builds", async () => {
  await using project = await makeProject();
  await using taken = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(),
  );
  const address = `127.0.0.1:${taken.addr.port}`;
  await rejects(project.serve({ address }), {
    name: "ListenError",
    message: `Cannot listen on "${address}": the address is in use; ` +
      `ask for another with --port, or for any free one with --port 0`,
  });
  deepStrictEqual(project.events, []);
});

Deno.test("startDevServer() listens at the address that is asked for", async (test) => {
  const cases: [address: string, url: RegExp, everyAddress: boolean][] = [
    ["localhost:0", /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/, false],
    ["0.0.0.0:0", /^http:\/\/127\.0\.0\.1:\d+$/, true],
    ["[::1]:0", /^http:\/\/\[::1\]:\d+$/, false],
    ["[::]:0", /^http:\/\/\[::1\]:\d+$/, true],
  ];
  for (const [address, url, everyAddress] of cases) {
    await test.step({
      name: address,
      ignore: address.startsWith("[") && !hasIpv6(),
      async fn() {
        await using project = await makeProject();
        await using server = await project.serve({ address });
        ok(url.test(server.url), server.url);
        strictEqual(await (await fetch(server.url)).text(), "hello\n");
        const ready = project.events.find(({ event }) => event === "ready");
        ok(ready?.event === "ready");
        strictEqual(ready.report.url, server.url);
        strictEqual(ready.report.everyAddress, everyAddress);
      },
    });
  }
});

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("stopping ends the build and answers those who wait", async () => {
  await using project = await makeProject();
  const server = await project.serve({ command: "sleep 60" });
  const waiting = fetch(server.url);
  const response = waiting.then(async (response) => ({
    status: response.status,
    text: await response.text(),
  }));
  await project.until("waiting");
  await server[Symbol.asyncDispose]();
  deepStrictEqual(await response, {
    status: 503,
    text: "Cannot build the component: Wharf is stopping\n",
  });
  await rejects(server.ready, { name: "BuildError", code: "stopped" });
});

Deno.test("stopping finishes the responses in flight, and waits for no idle connection", async () => {
  await using project = await makeProject();
  const server = await project.serve({ command: COPY("echo") });
  await server.ready;
  using idle = await connect(server);
  await idle.send("GET /ignore HTTP/1.1\r\nhost: x\r\n\r\n");
  ok((await idle.receive()).startsWith("HTTP/1.1 200 OK"));
  using half = await connect(server);
  await half.send("GET /ignore HTTP/1.1\r\nho");
  const response = await fetch(`${server.url}/slow?n=10&ms=20`);
  const [text] = await Promise.all([
    response.text(),
    server[Symbol.asyncDispose](),
  ]);
  strictEqual(text.split("\n").at(-2), "line 10");
  await rejects(fetch(server.url));
});

interface Client extends Disposable {
  send(text: string): Promise<void>;
  /** What comes next. */
  receive(): Promise<string>;
}

async function connect({ url }: DevServer): Promise<Client> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  return {
    async send(text) {
      await connection.write(new TextEncoder().encode(text));
    },
    async receive() {
      const bytes = new Uint8Array(4096);
      const length = await connection.read(bytes) ?? 0;
      return new TextDecoder().decode(bytes.subarray(0, length));
    },
    [Symbol.dispose]: () => connection.close(),
  };
}
