/**
 * Large bodies in little memory: `dev` as a process of its own, measured by the kernel.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "../src/cli/cache_directory.ts";
import type { DoorName } from "../src/front/mod.ts";
import { cachedArtifact } from "../src/transpile/cache.ts";
import { guestPath } from "./support/guest_app.ts";
import { RawConnection, textOf } from "./support/http_client.ts";
import { DOORS, readsAheadWhileResponding } from "./support/http_server.ts";
import { TextLineStream } from "./support/text_line_stream.ts";

const MIB = 1024 * 1024;

/** Long enough for a byte kept of each to be seen. */
const LONG = 256 * MIB;

/** Garbage between two collections, and what a loaded machine collects late. */
const MOST_GROWTH = 120 * MIB;

const HOST = "Host: a.test\r\n";

/** `dev` with a guest. */
interface DevServer extends AsyncDisposable {
  readonly port: number;
  /** A size in bytes of `/proc/<pid>/status`: `VmRSS`, or `VmHWM` for the most it ever was. */
  memory(name: "VmRSS" | "VmHWM"): Promise<number>;
}

async function startEcho(door: DoorName): Promise<DevServer> {
  const root = new URL("..", import.meta.url);
  const main = fileURLToPath(new URL("main.ts", root));
  const permissions = ["read", "write", "net", "env", "run", "sys"];
  // Transpiling would take more memory than all that is measured here.
  const env = { WHARF_CACHE_DIR: fileURLToPath(new URL(".wharf", root)) };
  await cachedArtifact(
    cacheDirectory(env),
    await Deno.readFile(guestPath("echo")),
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...permissions.map((name) => `--allow-${name}`),
      ...[main, "dev", "--component", guestPath("echo"), "--port", "0"],
      ...["--format", "json", "--log-level", "error"],
      ...["--http-server", door],
      // A watch warms the transpiler for the next save.
      "--no-watch",
    ],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextLineStream());
  const ready = Promise.withResolvers<number>();
  const ended = (async () => {
    for await (const line of lines) {
      const port = /"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(line)?.[1];
      if (port !== undefined) ready.resolve(Number(port));
    }
    ready.reject(new Error("dev ended early"));
    await child.status;
  })();
  return {
    port: await ready.promise,
    async memory(name) {
      // Deno lets no one read /proc who is not allowed all.
      const { stdout } = await new Deno.Command("cat", {
        args: [`/proc/${child.pid}/status`],
      }).output();
      const status = new TextDecoder().decode(stdout);
      const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status);
      return Number(kilobytes![1]) * 1024;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Uploads to a guest that only counts. */
async function upload(port: number, length: number): Promise<void> {
  using client = await RawConnection.open(port);
  await client.send(
    `POST /sink HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\n`,
  );
  await client.sendZeros(length);
  assert.equal(textOf((await client.readResponse()).body), `${length}\n`);
}

/** Downloads from a guest that writes as fast as it may. */
async function download(port: number, length: number): Promise<void> {
  using client = await RawConnection.open(port);
  await client.send(`GET /source?bytes=${length} HTTP/1.0\r\n\r\n`);
  await client.readHead();
  await client.discard(length);
  assert.equal(await client.readToEnd(), 0);
}

/** Sends to an echo, and reads it back: no more than `ahead` bytes are between the two. */
async function echo(
  port: number,
  length: number,
  ahead: number,
): Promise<void> {
  using client = await RawConnection.open(port);
  await client.send(
    `POST / HTTP/1.0\r\n${HOST}Content-Length: ${length}\r\n\r\n`,
  );
  let sent = 0;
  let back = 0;
  let moved = Promise.withResolvers<void>();
  const send = async () => {
    while (sent < length) {
      while (sent - back >= ahead) await moved.promise;
      const part = Math.min(length - sent, 256 * 1024, ahead);
      await client.sendZeros(part);
      sent += part;
    }
  };
  const read = async () => {
    await client.readHead();
    while (back < length) {
      const part = Math.min(length - back, 64 * 1024, ahead);
      await client.discard(part);
      back += part;
      moved.resolve();
      moved = Promise.withResolvers();
    }
    assert.equal(await client.readToEnd(), 0);
  };
  await Promise.all([send(), read()]);
}

const TRANSFERS: readonly {
  readonly what: string;
  readonly transfer: (port: number, length: number) => Promise<void>;
  /** Does not hold where the server reads ahead. */
  readonly streamsBothWays?: true;
}[] = [
  { what: "an upload", transfer: upload },
  { what: "a download", transfer: download },
  {
    what: "an echo whose client waits for it now and then",
    transfer: (port, length) => echo(port, length, MIB),
  },
  {
    what: "an echo whose client sends as fast as it may",
    transfer: (port, length) => echo(port, length, length),
    streamsBothWays: true,
  },
];

for (const door of DOORS) {
  const readsAhead = await readsAheadWhileResponding(door);
  for (const { what, transfer, streamsBothWays = false } of TRANSFERS) {
    const ignore = readsAhead && streamsBothWays;
    const why = ignore
      ? ": Deno reads ahead without bound, denoland/deno#36869"
      : "";
    Deno.test({
      name: `${door}: 256 MiB pass in little memory: ${what}${why}`,
      // The figures are read from /proc.
      ignore: ignore || Deno.build.os !== "linux",
      async fn() {
        await using server = await startEcho(door);
        await transfer(server.port, 8 * MIB);
        const before = await server.memory("VmRSS");
        await transfer(server.port, LONG);
        const most = await server.memory("VmHWM");
        const growth = most - before;
        const figures = `${before / MIB} MiB before, ${most / MIB} MiB at most`;
        assert.ok(growth < MOST_GROWTH, figures);
      },
    });
  }
}
