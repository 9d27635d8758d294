/**
 * `deno bench -A bench/stages_bench.ts`: what the stages of a request cost, each alone.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { openDenoKv } from "../src/keyvalue/deno_kv.ts";
import { openFilesystem } from "../src/keyvalue/filesystem.ts";
import { openInMemory } from "../src/keyvalue/in_memory.ts";
import { openNats } from "../src/keyvalue/nats.ts";
import { openRedis } from "../src/keyvalue/redis.ts";
import { openSqlite } from "../src/keyvalue/sqlite.ts";
import type { Backend } from "../src/keyvalue/store.ts";
import { makeBlobsInMemory } from "../src/blobstore/in_memory.ts";
import { makeBuckets } from "../src/keyvalue/buckets.ts";
import { GuestMemory, GuestState } from "../src/runtime/abi/guest_memory.ts";
import { lowerFunction } from "../src/runtime/abi/lowering.ts";
import { prepareTrampolines } from "../src/runtime/abi/trampolines.ts";
import { linkComponent } from "../src/runtime/component.ts";
import type { HostInterface } from "../src/runtime/host_interface.ts";
import { type CoreFunction, promising } from "../src/runtime/jspi.ts";
import type { HttpRequest, HttpResponse } from "../src/runtime/http_message.ts";
import { DraftBucketHandle } from "../src/wasi/keyvalue/store.ts";
import { incomingHandler, wasiInterfaces } from "../src/wasi/mod.ts";
import { guestArtifact, openGuestApp } from "../tests/support/guest_app.ts";
import { natsMissing, startNatsServer } from "../tests/support/nats_server.ts";
import { redisMissing, startRedis } from "../tests/support/redis_server.ts";

const folder = await Deno.makeTempDir({ prefix: "wharf-bench-" });
// Of the servers too.
Deno.env.set("TMPDIR", folder);
const redis = redisMissing() === undefined ? await startRedis() : undefined;
const nats = natsMissing() === undefined ? await startNatsServer() : undefined;

// `deno bench` has no hook for an end, and waits for nothing at it.
addEventListener("unload", cleanUp);
Deno.addSignalListener("SIGINT", () => {
  cleanUp();
  Deno.exit(130);
});

function cleanUp(): void {
  redis?.signal("SIGKILL");
  nats?.signal("SIGKILL");
  Deno.removeSync(folder, { recursive: true });
}

const buckets = makeBuckets();
const seeded = await buckets.forGuests().open("in_memory");
await seeded.set("mykey", new TextEncoder().encode("myvalue"));

// An instance.

const TEMPLATE = fileURLToPath(
  new URL(
    "../templates/http-kv-handler/dist/http_kv_handler.wasm",
    import.meta.url,
  ),
);

async function link(file: string) {
  return linkComponent(await guestArtifact(file), {
    interfaces: wasiInterfaces({
      environment: {},
      config: {},
      buckets: buckets.forGuests(),
      blobs: makeBlobsInMemory(),
    }),
    entry: incomingHandler(),
    output: { line() {}, message() {} },
  });
}

const hello = await link("hello");
const kvGet = await link("kv_get");
const echo = await link("echo");

for (const [name, factory] of [["hello", hello], ["kv_get", kvGet]] as const) {
  Deno.bench(`${name}: make and drop`, { group: "instance" }, async () => {
    (await factory.make()).drop();
  });
}

if (await isThere(TEMPLATE)) {
  const template = await link(TEMPLATE);
  Deno.bench("template: make and drop", { group: "instance" }, async () => {
    (await template.make()).drop();
  });
}

async function isThere(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

// A request, without a server.

const requestOf = (
  path: string,
  body: ReadableStream<Uint8Array> | null = null,
): HttpRequest => ({
  method: body === null ? "GET" : "POST",
  url: `http://guest.test${path}`,
  headers: [["host", "guest.test"]],
  body,
});

async function ask(
  guest: Awaited<ReturnType<typeof hello.make>>,
  path: string,
  body: ReadableStream<Uint8Array> | null = null,
): Promise<number> {
  const call = guest.handle(requestOf(path, body), "bench");
  const length = await lengthOf(await call.response);
  await call.finished;
  return length;
}

async function lengthOf({ body }: HttpResponse): Promise<number> {
  if (body === null) return 0;
  if (body instanceof Uint8Array) return body.length;
  let length = 0;
  for await (const chunk of body) length += chunk.length;
  return length;
}

for (const [name, factory] of [["hello", hello], ["kv_get", kvGet]] as const) {
  const reused = await factory.make();
  Deno.bench(`${name}: reused instance`, { group: "request" }, async () => {
    await ask(reused, "/");
  });
  // Buckets are open by then, as after the first requests.
  await ask(reused, "/");
  Deno.bench(
    `${name}: reused instance, plain call`,
    { group: "request" },
    () => void reused.handlePlainly(requestOf("/"), "bench"),
  );
  Deno.bench(`${name}: fresh instance`, { group: "request" }, async () => {
    const guest = await factory.make();
    await ask(guest, "/");
    guest.drop();
  });
}

// Calls of a host function with a string, which answers bytes: so many in one go.

const CALLS = 1000;

/**
 * ```wat
 * (module
 *   (import "host" "f" (func $f (param i32 i32 i32)))
 *   (import "host" "memory" (memory 1))
 *   (func (export "call") (param i32)
 *     loop
 *       i32.const 16 i32.const 5 i32.const 64 call $f
 *       local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
 *     end))
 * ```
 */
const CALLER = Uint8Array.fromHex(
  "0061736d01000000010b0260037f7f7f0060017f00021902" +
    "04686f737401660000" + "04686f7374066d656d6f7279020001" +
    "03020101" + "07080104" + "63616c6c0001" +
    "0a19011700034041104105" + "41c0001000200041016b22000d000b0b",
);

/** Where its guest would allocate: over and over in one place. */
const HEAP = 1024;

const VALUE = new Uint8Array(64);

/** A module that calls a host function, which waits or does not. */
function caller(waits: boolean): CoreFunction {
  const f = () => waits ? Promise.resolve(VALUE) : VALUE;
  const host: HostInterface = {
    name: "bench:bench/bench",
    version: "0.1.0",
    functions: { f: "func(key: string) -> list<u8>" },
    types: {},
    resources: {},
    waits: waits ? ["f"] : [],
    imports: () => ({ f }),
  };
  const memory = new WebAssembly.Memory({ initial: 1 });
  new TextEncoder().encodeInto("mykey", new Uint8Array(memory.buffer, 16));
  const guest = new GuestMemory(new GuestState(), memory, () => HEAP);
  const lowered = lowerFunction(host, "f");
  const bound = lowered.bind({ f }, guest);
  const [imported] = typeof lowered.waits === "object"
    ? prepareTrampolines([lowered.waits])({
      begin: [bound],
      wait: () => guest.state.takeLater(),
    })
    : [bound];
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(CALLER),
    { host: { f: imported!, memory } },
  );
  const call = exports.call as CoreFunction;
  return waits ? promising(call) : call;
}

const answered = caller(false);
const waited = caller(true);

Deno.bench(`${CALLS} calls, answered at once`, { group: "host call" }, () => {
  answered(CALLS);
});

Deno.bench(`${CALLS} calls that wait`, { group: "host call" }, async () => {
  await waited(CALLS);
});

// A key of a bucket, by the handles that guests have.

const stores: [string, Promise<Backend>][] = [
  ["in_memory", openInMemory()],
  ["sqlite", openSqlite({ path: `${folder}/sqlite` })],
  ["deno_kv", openDenoKv({ path: `${folder}/deno_kv.db` })],
  ["filesystem", openFilesystem({ path: `${folder}/files` })],
];
if (redis !== undefined) stores.push(["redis", openRedis({ url: redis.url })]);
if (nats !== undefined) stores.push(["nats", openNats({ url: nats.url })]);

const handles: [string, DraftBucketHandle][] = [];
for (const [name, opening] of stores) {
  const bucket = await (await opening).open("bench");
  const handle = new DraftBucketHandle(bucket, "bench");
  await handle.set("mykey", VALUE);
  handles.push([name, handle]);
}

for (const [name, handle] of handles) {
  Deno.bench(`${name}: get`, { group: "get" }, async () => {
    await handle.get("mykey");
  });
}

for (const [name, handle] of handles) {
  Deno.bench(`${name}: set`, { group: "set" }, async () => {
    await handle.set("mykey", VALUE);
  });
}

// Chunks of streams, by a guest and without a server.

const CHUNK = 65_536;
const CHUNKS = 16;
const streaming = await echo.make();

Deno.bench(`${CHUNKS} chunks of 64 KiB out`, { group: "stream" }, async () => {
  const length = await ask(streaming, `/source?bytes=${CHUNKS * CHUNK}`);
  if (length !== CHUNKS * CHUNK) throw new Error(`${length} bytes came`);
});

Deno.bench(`${CHUNKS} chunks of 64 KiB in`, { group: "stream" }, async () => {
  let left = CHUNKS;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(CHUNK));
      if (--left === 0) controller.close();
    },
  });
  await ask(streaming, "/sink", body);
});

// Threads.

const worker = new Worker(new URL("echo_worker.ts", import.meta.url), {
  type: "module",
});

Deno.bench(
  "postMessage to a Worker and back",
  { group: "thread" },
  async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    worker.onmessage = resolve;
    worker.postMessage("ping");
    await promise;
  },
);

for (const lane of ["inline", "worker"] as const) {
  const app = await openGuestApp("hello", { lane, reuse: 1_000_000_000 });
  const request: HttpRequest = {
    method: "GET",
    url: "http://guest.test/",
    headers: [["host", "guest.test"]],
    body: null,
  };
  const name = lane === "inline" ? "in the server's thread" : "in a lane";
  Deno.bench(`hello, reused, ${name}`, { group: "thread" }, async () => {
    await lengthOf(await app.handle(request));
  });
}
