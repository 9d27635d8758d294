/**
 * Many clients of every kind against `dev`, for long: what it holds has to stay as it is.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type ReadyDevProcess, startDev } from "./dev_process.ts";
import { guestPath } from "./guest_app.ts";
import { latin1, RawConnection } from "./http_client.ts";
import { openFiles, residentMemory } from "./process_usage.ts";

/** How much. */
export interface SoakOptions {
  readonly requests: number;
  readonly seed: number;
  /** At once; default 32. */
  readonly clients?: number;
  /** Told of each tenth that is done. */
  readonly progress?: (done: number, usage: readonly Usage[]) => void;
}

/** What a process holds. Linux only; zeros elsewhere. */
export interface Usage {
  /** Resident memory in MiB. */
  readonly memory: number;
  readonly files: number;
}

/** What came of one server. */
export interface SoakedServer {
  readonly guest: string;
  /** Before the first of them. */
  readonly idle: Usage;
  /** After a tenth of the requests, when all that is lazy has been made. */
  readonly early: Usage;
  /** When the last client is gone. */
  readonly late: Usage;
  /** Milliseconds from the signal to the end of the process. */
  readonly stopped: number;
}

/** What came of all. */
export interface SoakReport {
  readonly servers: readonly SoakedServer[];
  /** Requests by kind. */
  readonly sent: ReadonlyMap<string, number>;
  readonly seconds: number;
}

/** Something that a client does. Rejects where the server did not do as it should. */
type Client = (server: Server, random: () => number) => Promise<void>;

interface Server {
  readonly guest: string;
  readonly dev: ReadyDevProcess;
  readonly port: number;
  /** Keeps connections, as browsers do. */
  readonly client: Deno.HttpClient;
  readonly idle: Usage;
}

interface Kind {
  readonly name: string;
  readonly guest: "echo" | "misbehave";
  readonly weight: number;
  readonly run: Client;
}

const KINDS: readonly Kind[] = [
  { name: "good", guest: "misbehave", weight: 30, run: good },
  { name: "echoed", guest: "echo", weight: 30, run: echoed },
  {
    name: "trapping",
    guest: "misbehave",
    weight: 12,
    run: fails([
      "/trap",
      "/bad-handle",
      "/bad-pointer",
      "/double-drop",
      "/use-after-move",
      "/native-stack",
      "/no-response-leak",
      "/exit",
    ], 500),
  },
  { name: "broken off", guest: "misbehave", weight: 5, run: brokenOff },
  {
    name: "waiting for nothing",
    guest: "misbehave",
    weight: 1,
    run: fails(["/never"], 504),
  },
  {
    name: "spinning",
    guest: "misbehave",
    // Each takes a processor for as long as it may: more of them and nothing else would run.
    weight: 0.1,
    run: fails(["/spin", "/spin-ready"], 504),
  },
  { name: "slow guest", guest: "echo", weight: 4, run: slowGuest },
  { name: "slow upload", guest: "echo", weight: 4, run: slowUpload },
  { name: "gone in its head", guest: "echo", weight: 4, run: goneInHead },
  { name: "gone in its upload", guest: "echo", weight: 5, run: goneInUpload },
  { name: "gone in a download", guest: "echo", weight: 5, run: goneInDownload },
];

/** Runs it, and stops the servers as Ctrl-C does. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { requests, seed, clients = 32, progress } = options;
  await using echo = await startServer("echo");
  await using misbehave = await startServer("misbehave");
  const servers = [echo, misbehave];
  const random = randomFrom(seed);
  const sent = new Map<string, number>();
  const start = performance.now();
  const tenth = Math.ceil(requests / 10);
  let begun = 0;
  let early: readonly Usage[] | undefined;
  await Promise.all(Array.from({ length: clients }, async () => {
    while (begun < requests) {
      if (++begun % tenth === 0) {
        const usage = await Promise.all(servers.map(({ dev }) => usageOf(dev)));
        early ??= usage;
        progress?.(begun, usage);
      }
      const kind = pick(random());
      sent.set(kind.name, (sent.get(kind.name) ?? 0) + 1);
      await kind.run(kind.guest === "echo" ? echo : misbehave, random);
    }
  }));
  const seconds = (performance.now() - start) / 1000;
  const reports: SoakedServer[] = [];
  for (const [index, server] of servers.entries()) {
    server.client.close();
    const late = await settled(server);
    const signalled = performance.now();
    const end = await server.dev.stop();
    assert.deepEqual(end, { code: 0, signal: null, stderr: "" });
    assert.deepEqual(
      server.dev.events.filter(({ event }) => event === "error"),
      [],
    );
    reports.push({
      guest: server.guest,
      idle: server.idle,
      early: early?.[index] ?? late,
      late,
      stopped: performance.now() - signalled,
    });
  }
  return { servers: reports, sent, seconds };
}

async function startServer(
  guest: Kind["guest"],
): Promise<Server & AsyncDisposable> {
  const dev = await startDev({
    args: [
      // A watch warms the transpiler for the next save.
      "--no-watch",
      ...["--component", guestPath(guest)],
      ...["--request-timeout", "2s", "--log-level", "error"],
    ],
  });
  const port = Number(new URL(dev.url).port);
  await ask(port);
  return {
    guest,
    dev,
    port,
    client: Deno.createHttpClient({}),
    idle: await usageOf(dev),
    [Symbol.asyncDispose]: () => dev[Symbol.asyncDispose](),
  };
}

/** A request on a connection of its own. */
async function ask(port: number): Promise<void> {
  using client = await RawConnection.open(port);
  const { status } = await client.exchange(
    "GET /ok HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n",
  );
  assert.equal(status, 200);
  await client.readToEnd();
}

/** How often a server is asked before what it still holds counts as lost. */
const PATIENCE = 500;

/** What it holds when it has noticed that all are gone; it answers as ever meanwhile. */
async function settled({ dev, port, idle }: Server): Promise<Usage> {
  for (let round = 0;; round++) {
    await ask(port);
    const usage = await usageOf(dev);
    if (usage.files <= idle.files || round === PATIENCE) return usage;
  }
}

async function usageOf({ pid }: ReadyDevProcess): Promise<Usage> {
  return { memory: await residentMemory(pid), files: await openFiles(pid) };
}

function pick(at: number): Kind {
  const total = KINDS.reduce((sum, { weight }) => sum + weight, 0);
  let rest = at * total;
  return KINDS.find(({ weight }) => (rest -= weight) < 0) ?? KINDS[0]!;
}

interface Expected {
  readonly status: number;
  readonly body?: string;
}

async function expectAnswer(
  { dev, client }: Server,
  path: string,
  { status, body }: Expected,
  init?: RequestInit,
): Promise<void> {
  const response = await fetch(`${dev.url}${path}`, { ...init, client });
  const text = await response.text();
  assert.equal(response.status, status, `${path}: ${text.slice(0, 200)}`);
  if (body !== undefined) assert.equal(text, body, path);
}

function good(server: Server): Promise<void> {
  return expectAnswer(server, "/ok", { status: 200, body: "ok\n" });
}

async function echoed(server: Server, random: () => number): Promise<void> {
  const body = `${random()}`.repeat(1 + Math.floor(random() * 1000));
  await expectAnswer(server, "/", { status: 200, body }, {
    method: "POST",
    body,
  });
}

function fails(paths: readonly string[], status: number): Client {
  return (server, random) =>
    expectAnswer(server, paths[Math.floor(random() * paths.length)]!, {
      status,
    });
}

/** What has left of the answer cannot be taken back: its body ends too early. */
async function brokenOff({ dev, client }: Server): Promise<void> {
  const response = await fetch(`${dev.url}/trap-after-headers`, { client });
  const body = await response.text().catch(() => "broken off");
  if (response.status === 200) assert.equal(body, "broken off");
  else assert.equal(response.status, 500);
}

function slowGuest(server: Server): Promise<void> {
  return expectAnswer(server, "/slow?n=3&ms=2", { status: 200 });
}

/** The time that a client takes is not its guest's. */
async function slowUpload(server: Server): Promise<void> {
  const parts = ["slowly", "but", "surely"];
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      await turn();
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(latin1(part));
    },
  }, { highWaterMark: 0 });
  await expectAnswer(server, "/", { status: 200, body: "slowlybutsurely" }, {
    method: "POST",
    body,
  });
}

async function goneInHead({ port }: Server): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(latin1("POST / HTTP/1.1\r\nHost: a.te"));
}

/**
 * To a guest that answers at the end: of one that streams back, Deno's own server keeps the file
 * of the connection (2.8.3 to 2.9.6).
 */
async function goneInUpload({ port }: Server): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(latin1(
    "POST /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nsome",
  ));
  await turn();
}

async function goneInDownload({ port }: Server): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(
    latin1("GET /source?bytes=5000000 HTTP/1.1\r\nHost: a\r\n\r\n"),
  );
  await conn.read(new Uint8Array(1024));
}

/** A turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Numbers from 0 up to 1, the same for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
