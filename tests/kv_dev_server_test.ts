/**
 * The `kv` command on the buckets of a server that is running.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { guestPath } from "./support/guest_app.ts";
import {
  type ExplorerServer,
  type ExplorerSetup,
  serveExplorer,
} from "./support/explorer_server.ts";
import { type KvOptions, type KvOutcome, setUpKv } from "./support/run_kv.ts";
import { TextLineStream } from "./support/text_line_stream.ts";

/** A server, and command lines of the project that it serves. */
interface Served extends AsyncDisposable {
  readonly server: ExplorerServer;
  /** `http://127.0.0.1:41234` */
  readonly origin: string;
  /** Runs `kv` in the project's folder. */
  kv(args: readonly string[], options?: KvOptions): Promise<KvOutcome>;
  /** The same, which has to end well; gives stdout. */
  done(args: readonly string[], options?: KvOptions): Promise<string>;
}

/** @param flags What each command line has behind its own. */
async function serve(
  flags: (server: ExplorerServer) => readonly string[],
  setup: ExplorerSetup = {},
): Promise<Served> {
  const server = await serveExplorer(setup);
  const project = await setUpKv();
  const kv: Served["kv"] = (args, options) =>
    project.kv([...args, ...flags(server)], options);
  return {
    server,
    origin: new URL(server.url).origin,
    kv,
    async done(args, options) {
      const { code, stdout, stderr } = await kv(args, options);
      strictEqual(code, 0, stderr);
      return stdout;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
      deepStrictEqual(server.faults, []);
    },
  };
}

/** By the project's own address, to a bucket in memory. */
function inMemory({ port }: ExplorerServer): readonly string[] {
  return [
    ...["--keyvalue-default=in_memory", `--port=${port}`],
    `--component=${guestPath("kv_get")}`,
  ];
}

/** By the server's address, whatever the project. */
function byUrl({ url }: ExplorerServer): readonly string[] {
  return [`--url=${url}`];
}

const WAYS = { "in memory": inMemory, "by --url": byUrl };

for (const [way, flags] of Object.entries(WAYS)) {
  Deno.test(`kv reads and writes what a server has ${way}`, async () => {
    await using served = await serve(flags);
    const { kv, done, server } = served;
    const b = ["-b", "sessions"];
    strictEqual(await done(["list", ...b]), "");
    strictEqual(
      await done(["put", "a/../b?&#", "grüße", ...b]),
      'Set "a/../b?&#", 7 bytes\n',
    );
    strictEqual(await done(["get", "a/../b?&#", ...b]), "grüße\n");
    const bytes = new Uint8Array([0, 255, 10, 13]);
    await done(["put", "", "-", ...b], { stdin: bytes });
    deepStrictEqual((await kv(["get", "", "--raw", ...b])).bytes, bytes);
    strictEqual(await done(["increment", "n", "-5", ...b]), "-5\n");
    await done(["put", "short", "v", "--ttl=1h", ...b]);
    const { expires } = JSON.parse(
      await done(["get", "short", "--format=json", ...b]),
    );
    ok(Math.abs(Date.parse(expires) - Date.now() - 3_600_000) < 60_000);
    strictEqual(
      await done(["list", "--prefix=sh", ...b]),
      "short\n",
    );
    await done(["delete", "short", "n", ...b]);
    strictEqual(await done(["list", ...b]), "a/../b?&#\n\n");
    const bucket = await server.buckets.open("sessions");
    strictEqual(await bucket.exists("short"), false);
    const absent = await kv(["get", "short", ...b]);
    strictEqual(absent.code, 1);
    match(
      absent.stderr,
      /^Cannot get "short": there is no such key in bucket "sessions", in memory of the server at http:/,
    );
  });

  Deno.test(`kv swaps what a server has ${way} only at its version`, async () => {
    await using served = await serve(flags);
    const { kv, done } = served;
    const b = ["-b", "sessions", "--format=json"];
    const { version } = JSON.parse(
      await done(["put", "a", "1", "--if-absent", ...b]),
    );
    const swapped = JSON.parse(await done(["swap", "a", version, "2", ...b]));
    for (const wanted of [version, "no version at all", 'a"b']) {
      const { code, stderr } = await kv(["swap", "a", wanted, "3", ...b]);
      strictEqual(code, 1);
      const fault = JSON.parse(stderr);
      strictEqual(fault.code, "conflict");
      ok(fault.error.includes(`at version "${swapped.version}"`), fault.error);
    }
    const again = await kv(["put", "a", "1", "--if-absent", ...b]);
    strictEqual(JSON.parse(again.stderr).code, "conflict");
    strictEqual(JSON.parse(await done(["get", "a", ...b])).value, "2");
  });

  Deno.test(`kv exports and imports what a server has ${way}`, async () => {
    await using served = await serve(flags);
    const { done, server } = served;
    const from = await server.buckets.open("from");
    await from.setMany(
      Array.from(
        { length: 1001 },
        (_, index) =>
          [`key ${index}`, new Uint8Array([index, index >> 8])] as const,
      ),
    );
    await from.set("expiring", new Uint8Array(0), { ttl: 3_600_000 });
    const dump = await done(["export", "-b", "from"]);
    await done(["import", "-b", "to"], { stdin: dump });
    const to = await server.buckets.open("to");
    strictEqual((await server.buckets.locate("to")).bucket, "to");
    for (const index of [0, 7, 1000]) {
      deepStrictEqual(
        (await to.get(`key ${index}`))?.value,
        new Uint8Array([index, index >> 8]),
      );
    }
    ok(await to.expiry("expiring"));
    // A moment may pass between reading a time and counting from it.
    const lines = (text: string) =>
      text.trim().replace(/,"expires":"[^"]+"/, "").split("\n").slice(1)
        .sort();
    deepStrictEqual(lines(await done(["export", "-b", "to"])), lines(dump));
  });

  Deno.test(`kv watch tells of changes that a server has ${way}`, async () => {
    await using served = await serve(flags);
    const { done } = served;
    // It sees what is written once it watches, and says nothing before.
    let ended = false;
    const watching = done(
      ["watch", "-b", "sessions", "--prefix=w", "--limit=1"],
    ).finally(() => ended = true);
    while (!ended) {
      await done(["put", "other", "v", "-b", "sessions"]);
      await done(["put", "w", "v", "-b", "sessions"]);
    }
    strictEqual(await watching, "set w = v\n");
  });

  Deno.test(`kv tells of the buckets that a server has ${way}`, async () => {
    await using served = await serve(flags);
    const { kv, done } = served;
    const info = await kv(["buckets", "info", "sessions"]);
    match(info.stderr, /^Cannot tell of bucket "sessions": there is none in /);
    await done(["put", "a", "1", "-b", "sessions"]);
    await done(["put", "a", "1", "-b", "in_memory"]);
    const shown = JSON.parse(
      await done(["buckets", "info", "sessions", "--format=json"]),
    );
    strictEqual(shown.store, "in_memory");
    strictEqual(shown.durable, false);
    strictEqual(shown.keys, 1);
    match(await done(["buckets"]), /^in_memory +in_memory .* 1$/m);
    match(
      await done(["buckets", "create", "made"]),
      /^Created bucket "made" in memory of the server at http:/,
    );
    strictEqual((await kv(["buckets", "create", "made"])).code, 1);
    await done(["buckets", "delete", "sessions", "--yes"]);
    strictEqual(await done(["list", "-b", "sessions"]), "");
    const gone = await kv(["buckets", "delete", "sessions", "--yes"]);
    match(gone.stderr, /^Cannot delete bucket "sessions": there is none in /);
  });

  Deno.test(`kv says what memory cannot do that a server has ${way}`, async () => {
    await using served = await serve(flags);
    const { kv, done } = served;
    await done(["put", "a", "1", "-b", "sessions"]);
    for (
      const [args, message] of [
        [["history", "a"], "Cannot read a history in"],
        [["purge", "a"], "Cannot purge a key of"],
      ] as const
    ) {
      const outcome = await kv([...args, "-b", "sessions"]);
      strictEqual(outcome.code, 1);
      ok(
        outcome.stderr.startsWith(`${message} "sessions": the store in_memory`),
        outcome.stderr,
      );
    }
  });
}

Deno.test("kv --url holds to the limits that the server has for a bucket", async () => {
  await using served = await serve(byUrl, {
    buckets: {
      rules: {
        small: { store: "in_memory", bucket: "small", maxValueSize: 2 },
      },
      allow: ["small"],
    },
  });
  const { kv, done } = served;
  const refused = await kv(["put", "a", "123", "-b=small", "--format=json"]);
  strictEqual(JSON.parse(refused.stderr).code, "input");
  await done(["put", "a", "12", "-b=small"]);
  // What guests may not open, operators may.
  await done(["put", "a", "123", "-b=other"]);
});

Deno.test("kv --url refuses what it cannot ask a server for", async (test) => {
  await using served = await serve(byUrl);
  await served.done(["put", "there", "1", "-b", "x"]);
  const cases = [
    [["list", "-b", "x", "--store", "in_memory"], "usage"],
    [["buckets", "--store", "in_memory"], "usage"],
    [["get", "\ud800", "-b", "x"], "other"],
    [["get", "a", "-b", "\ud800"], "no-such-store"],
    [["list", "-b", "x", "--prefix", "\ud800"], "other"],
    [["get", "k".repeat(70_000), "-b", "x"], "other"],
    [["get", "a", "-b", "nats"], "no-such-store"],
    [["increment", "a", "9".repeat(25), "-b", "x"], "other"],
  ] as const;
  for (const [args, code] of cases) {
    await test.step(args.join(" ").slice(0, 40), async () => {
      const outcome = await served.kv([...args, "--format=json"]);
      strictEqual(outcome.code, 1);
      strictEqual(JSON.parse(outcome.stderr).code, code, outcome.stderr);
    });
  }
});

Deno.test("kv shows a server its token, and says what to do without", async () => {
  const token = "a-token-of-some-length";
  await using served = await serve(byUrl, { access: { kind: "token", token } });
  const args = ["put", "a", "1", "-b", "x"];
  await served.done(args, { env: { WHARF_EXPLORER_TOKEN: token } });
  for (const env of [{}, { WHARF_EXPLORER_TOKEN: "another" }]) {
    deepStrictEqual(
      (await served.kv(args, { env })).stderr,
      "Cannot use the explorer: the token is missing or wrong; set WHARF_EXPLORER_TOKEN",
    );
  }
});

Deno.test("kv refuses the server of another project", async () => {
  await using served = await serve(({ port }) => [
    ...["--keyvalue-default=in_memory", `--port=${port}`],
  ]);
  const { code, stderr } = await served.kv(["put", "a", "1", "-b", "x"]);
  strictEqual(code, 1);
  const [first, second, ...rest] = stderr.split("\n");
  strictEqual(
    first,
    'Cannot open bucket "x": the store in_memory is the memory of the process that serves',
  );
  strictEqual(
    second,
    `Cannot use "${served.origin}": it serves "${
      guestPath("kv_get")
    }", which is not this project's; write --url if it is meant`,
  );
  deepStrictEqual(rest, []);
  strictEqual(await (await served.server.buckets.open("x")).exists("a"), false);
});

Deno.test("kv says that what answers is no explorer", async (test) => {
  const project = await setUpKv();
  await using _ = project;
  const answers: Record<string, () => Response> = {
    "a page": () => new Response("the component"),
    "JSON": () => Response.json({}),
    "null": () => Response.json(null),
    "not found": () => new Response(null, { status: 404 }),
    "a problem of its own": () =>
      Response.json({ title: "x" }, {
        status: 500,
        headers: { "content-type": "application/problem+json" },
      }),
    "another address": () =>
      new Response(null, { status: 307, headers: { location: "/" } }),
  };
  for (const [name, answer] of Object.entries(answers)) {
    await test.step(name, async () => {
      await using server = Deno.serve({ port: 0, onListen() {} }, answer);
      const url = `http://127.0.0.1:${server.addr.port}`;
      const args = ["list", "-b", "x", "--url", url, "--format=json"];
      const { code, stderr } = await project.kv(args);
      strictEqual(code, 1);
      deepStrictEqual(JSON.parse(stderr), {
        error: `Cannot reach "${url}": what answers there is no explorer of ` +
          "Wharf; it is another server, or dev.explorer is false",
        code: "no-server",
      });
    });
  }
});

Deno.test("kv refuses an address that is none, and repeats no password", async (test) => {
  await using project = await setUpKv();
  for (
    const url of [
      ...["127.0.0.1:8000", "ftp://h", "http://h/path", "http://h/?token=pass"],
      ...["http://me:pass@h", "http://h/#pass"],
    ]
  ) {
    await test.step(url, async () => {
      const { code, stderr } = await project.kv(["list", "-b=x", "--url", url]);
      strictEqual(code, 1);
      match(stderr, /^Cannot use --url: it is no address such as http:/);
      ok(!stderr.includes("pass"));
    });
  }
});

Deno.test("kv watch says that the server has ended", async () => {
  const served = await serve(byUrl);
  const written = new TransformStream<Uint8Array, Uint8Array>();
  const lines = written.readable.pipeThrough(new TextLineStream()).getReader();
  const watching = served.kv(["watch", "-b", "x", "--format=json"], {
    stdout: written.writable,
  });
  const first = lines.read();
  let seen = false;
  first.then(() => seen = true);
  while (!seen) await served.done(["put", "k", "1", "-b", "x"]);
  await served[Symbol.asyncDispose]();
  while (!(await Promise.race([lines.read(), watching.then(() => DONE)])).done);
  const { code, stderr } = await watching;
  strictEqual(code, 1);
  match(
    JSON.parse(stderr).error,
    /^Cannot read on from bucket "x": the connection to http:\S+ has ended$/,
  );
  await lines.cancel();
});

const DONE = { done: true } as const;
