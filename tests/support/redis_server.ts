/**
 * A redis-server for tests, on a free port of 127.0.0.1 with a folder of its own.
 *
 * @module
 */

import { hang } from "./stopped_process.ts";

import { createConnection, createServer } from "node:net";
import { once } from "node:events";
import { TextLineStream } from "./text_line_stream.ts";

const BINARY = "redis-server";

/** Why tests with a server are ignored, if they are; where `CI` is set they fail instead. */
export function redisMissing(): string | undefined {
  if (Deno.env.has("CI")) return undefined;
  try {
    new Deno.Command(BINARY, { args: ["--version"], stdout: "null" })
      .outputSync();
    return undefined;
  } catch {
    return `${BINARY} is not installed`;
  }
}

/** Registers a test that needs a server, or shows it as ignored with the reason. */
export function testWithRedis(name: string, fn: () => Promise<void>): void {
  const missing = redisMissing();
  if (missing === undefined) Deno.test(name, fn);
  else Deno.test.ignore(`${name} (ignored: ${missing})`, fn);
}

/** A running server. Disposing ends it and removes its folder. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Ends it with SIGKILL; its port and its data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, and waits until it answers; `args` in place of the first ones. */
  start(args?: readonly string[]): Promise<void>;
  /** Makes it hang until it gets SIGCONT. */
  hang(): Promise<void>;
  /** Sends it a signal. */
  signal(signal: Deno.Signal): void;
  /** Sends a command as redis-cli would, and answers the raw reply. */
  send(...command: (string | Uint8Array)[]): Promise<string>;
}

/** Starts a server; `args` are further lines of its configuration. */
export async function startRedis(
  args: readonly string[] = [],
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<RedisServer> {
  const folder = await Deno.makeTempDir({ prefix: "wharf-redis-" });
  const port = await freePort();
  let process: Deno.ChildProcess | undefined;
  let lines: ReadableStreamDefaultReader<string> | undefined;

  const start = async (settings = args) => {
    process = new Deno.Command(BINARY, {
      args: [
        ...["--bind", "127.0.0.1", "--dir", folder, "--save", ""],
        ...["--appendonly", "no", ...settings],
        ...(tls ? ["--port", "0", "--tls-port"] : ["--port"]),
        String(port),
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    lines = process.stdout.pipeThrough(new TextLineStream()).getReader();
    const log: string[] = [];
    while (true) {
      const { value } = await lines.read();
      if (value === undefined) break;
      log.push(value);
      if (value.includes("Ready to accept connections")) return;
    }
    throw new Error(`redis-server did not start:\n${log.join("\n")}`);
  };
  const kill = async () => {
    if (process === undefined) return;
    const ending = process;
    process = undefined;
    ending.kill("SIGKILL");
    await lines?.cancel();
    await ending.status;
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    hang: async () => {
      if (process !== undefined) await hang(process);
    },
    signal: (signal) => process?.kill(signal),
    send: (...command) => send(port, command),
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") {
    throw new Error("no free port");
  }
  return address.port;
}

async function send(
  port: number,
  command: readonly (string | Uint8Array)[],
): Promise<string> {
  const socket = createConnection({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  const parts = [Buffer.from(`*${command.length}\r\n`)];
  for (const part of command) {
    const bytes = Buffer.from(part);
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n"));
  }
  const quit = Buffer.from("*1\r\n$4\r\nQUIT\r\n");
  socket.write(Buffer.concat([...parts, quit]));
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1").replace(/\+OK\r\n$/, "");
}
