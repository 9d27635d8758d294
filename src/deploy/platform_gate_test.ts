import assert from "node:assert/strict";
import { DeploymentError } from "./deployment_error.ts";
import { type GateOptions, passGate } from "./platform_gate.ts";

/** What every program here does at its end. */
const SERVE = `const stop = new AbortController();
Deno.addSignalListener("SIGINT", () => stop.abort());
const serve = (handle) => Deno.serve({
  signal: stop.signal,
  onListen: ({ hostname, port }) =>
    console.log("Listening on http://" + hostname + ":" + port),
}, handle);
`;

interface Program extends AsyncDisposable {
  pass(options?: Partial<GateOptions>): ReturnType<typeof passGate>;
}

/** A deployment's folder with a program in it. */
async function programOf(code: string): Promise<Program> {
  const dist = await Deno.realPath(await Deno.makeTempDir());
  await Deno.writeTextFile(`${dist}/main.js`, code);
  return {
    pass: (options) =>
      passGate({
        dist: `${dist}/`,
        surroundings: Deno.env.toObject(),
        variables: {},
        usesDenoKv: false,
        path: "/",
        host: "app.org.deno.net",
        answerWithin: 20_000,
        ...options,
      }),
    [Symbol.asyncDispose]: () => Deno.remove(dist, { recursive: true }),
  };
}

Deno.test("passGate() runs a program with the platform's variables, elsewhere, and without flags", async () => {
  await using program = await programOf(`${SERVE}
const expected = Deno.env.get("DENO_DEPLOY") === "1" &&
  Deno.env.get("DENO_TIMELINE") === "production" &&
  Deno.env.get("MINE") === "given" &&
  Deno.env.get("USER") === undefined &&
  Deno.env.get("DENO_DEPLOY_TOKEN") === undefined &&
  !import.meta.url.includes(Deno.cwd()) &&
  typeof Deno.openKv === "function";
const refused = await Deno.openKv().then(() => false, () => true);
serve((request) => {
  const asked = new URL(request.url);
  const isAsked = asked.hostname === "app.org.deno.net" &&
    asked.search === "?x=1";
  return new Response(null, {
    status: expected && refused && isAsked ? 404 : 500,
  });
});`);
  const { status } = await program.pass({
    surroundings: {
      ...Deno.env.toObject(),
      USER: "me",
      DENO_DEPLOY_TOKEN: "no",
    },
    variables: { MINE: "given" },
    path: "/a?x=1",
  });
  assert.equal(status, 404);
});

Deno.test("passGate() gives a program a Deno KV of its own, and takes it away", async () => {
  const record = await Deno.makeTempFile();
  try {
    await using program = await programOf(`${SERVE}
const kv = await Deno.openKv();
const found = await Array.fromAsync(kv.list({ prefix: [] }));
await kv.set(["mine"], 1);
Deno.writeTextFileSync(
  Deno.env.get("RECORD"),
  JSON.stringify([found.length, Deno.env.get("DENO_KV_DEFAULT_PATH")]),
);
serve(() => new Response("ok"));
`);
    for (let run = 0; run < 2; run++) {
      await program.pass({ usesDenoKv: true, variables: { RECORD: record } });
      const [found, path] = JSON.parse(await Deno.readTextFile(record));
      assert.equal(found, 0);
      await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    }
  } finally {
    await Deno.remove(record);
  }
});

const FAULTS: readonly [name: string, code: string, says: RegExp][] = [
  [
    "ends before it listens",
    `console.log("half a start"); Deno.exit(3);`,
    /^Cannot deploy: run as on Deno Deploy, it ended with 3; it said\n {2}half a start$/,
  ],
  [
    "imports what is not there",
    `import "./missing.js";`,
    /^Cannot deploy: run as on Deno Deploy, it ended with 1.*\n(?:.*\n)*.*missing\.js/,
  ],
  [
    "wants a package that it does not carry",
    `import "npm:never-cached@1.0.0";`,
    /^Cannot deploy: run as on Deno Deploy, it ended with 1/,
  ],
  [
    "ends while it answers",
    `${SERVE} serve(() => Deno.exit(4));`,
    /^Cannot deploy: run as on Deno Deploy, it ended with 4/,
  ],
  [
    "answers with a server's fault",
    `${SERVE} serve(() => new Response(null, { status: 502 }));`,
    /^Cannot deploy: run as on Deno Deploy, it answered GET \/ with 502/,
  ],
  [
    "breaks its answer off",
    `${SERVE} serve(() => new Response(new ReadableStream({
  start: (body) => body.enqueue(new Uint8Array(1)),
  pull: (body) => body.error(new Error("broken")),
})));`,
    /^Cannot deploy: run as on Deno Deploy, it did not answer GET \/ to its end/,
  ],
  [
    "takes too long to answer",
    `${SERVE} serve(() => new Promise(() => {}));`,
    /^Cannot deploy: run as on Deno Deploy, it did not answer GET \/ within 1500 ms/,
  ],
  [
    "does not stop",
    `${SERVE} Deno.addSignalListener("SIGINT", () => setInterval(() => {}, 1000));
serve(() => new Response("ok"));`,
    /^Cannot deploy: run as on Deno Deploy, it still ran 1000 ms after SIGINT, when the platform kills it/,
  ],
  [
    "stops with a fault",
    `${SERVE} Deno.addSignalListener("SIGINT", () => Deno.exit(7));
serve(() => new Response("ok"));`,
    /^Cannot deploy: run as on Deno Deploy, it ended with 7/,
  ],
];

for (const [name, code, says] of FAULTS) {
  Deno.test(`passGate() stops a program that ${name}`, async () => {
    await using program = await programOf(code);
    await assert.rejects(
      program.pass({ answerWithin: 1500, stopWithin: 1000 }),
      (error) => {
        assert.ok(error instanceof DeploymentError);
        assert.equal(error.code, "unhealthy");
        assert.match(error.message, says);
        return true;
      },
    );
  });
}

Deno.test("passGate() tells nothing of what stands in variables", async () => {
  await using program = await programOf(
    `console.log(Deno.env.get("URL"), Deno.env.get("KEY"));
console.error(new URL(Deno.env.get("URL")).password);
Deno.exit(1);`,
  );
  const variables = { URL: "redis://u:hunter2%21@db.example", KEY: "s3cr3t" };
  await assert.rejects(program.pass({ variables }), (error) => {
    assert.ok(error instanceof DeploymentError);
    assert.match(error.message, /\*\*\* \*\*\*\n {2}\*\*\*$/);
    assert.doesNotMatch(error.message, /hunter2|s3cr3t|db\.example/);
    return true;
  });
});

Deno.test("passGate() that is told to stop ends the program", async () => {
  await using program = await programOf(
    `${SERVE} serve(() => new Promise(() => {}));`,
  );
  const ending = new AbortController();
  const passing = program.pass({ signal: ending.signal });
  ending.abort();
  await assert.rejects(passing, { message: "Cannot deploy: told to stop" });
});
