/**
 * Servers of NATS for tests: real ones, each on a free port with a folder of its own.
 *
 * @module
 */

import { hang } from "./stopped_process.ts";

/** How a server is started. */
export interface NatsServerOptions {
  /** Lines of its configuration beside the address and JetStream. */
  readonly config?: string;
  /** Whether it has JetStream. Default true. */
  readonly jetstream?: boolean;
}

/** A started server. Disposing kills it and removes its folder. */
export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Its folder, for files that the configuration names. */
  readonly folder: string;
  /** Starts it again on its port; it must have been killed. */
  start(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Makes it hang. */
  hang(): Promise<void>;
  /** Sends a signal: SIGCONT ends a hang. */
  signal(name: Deno.Signal): void;
}

const PROGRAM = "nats-server";
const READY = "Server is ready";
/** A port can be taken between finding and using it. */
const TRIES = 5;

/** Why tests that need a server cannot run here; `undefined` if they can. In CI it is a failure, not a reason. */
export function natsMissing(): string | undefined {
  if (Deno.env.get("CI") !== undefined) return undefined;
  try {
    new Deno.Command(PROGRAM, { args: ["--version"] }).outputSync();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    return `${PROGRAM} is not installed`;
  }
}

/** A test that needs a server: ignored, with the reason in its name, where there is none. */
export function natsTest(name: string, fn: () => Promise<void>): void {
  const missing = natsMissing();
  Deno.test({
    name: missing === undefined ? name : `${name} (ignored: ${missing})`,
    ignore: missing !== undefined,
    fn,
  });
}

/** Starts a server in a new folder. */
export async function startNatsServer(
  options: NatsServerOptions | ((folder: string) => NatsServerOptions) = {},
): Promise<NatsServer> {
  const folder = await Deno.makeTempDir({ prefix: "wharf-nats-" });
  const settings = typeof options === "function" ? options(folder) : options;
  for (let tries = 1;; tries++) {
    const port = freePort();
    try {
      const configFile = await writeConfig(folder, port, settings);
      return new StartedServer(port, folder, await spawn(configFile));
    } catch (cause) {
      if (tries < TRIES && !(cause instanceof Deno.errors.NotFound)) continue;
      await Deno.remove(folder, { recursive: true });
      throw cause;
    }
  }
}

class StartedServer implements NatsServer {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  #process: Deno.ChildProcess | undefined;

  constructor(port: number, folder: string, process: Deno.ChildProcess) {
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
    this.folder = folder;
    this.#process = process;
  }

  async start(): Promise<void> {
    this.#process = await spawn(`${this.folder}/server.conf`);
  }

  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    process.kill("SIGKILL");
    await process.status;
  }

  async hang(): Promise<void> {
    if (this.#process !== undefined) await hang(this.#process);
  }

  signal(name: Deno.Signal): void {
    this.#process?.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function writeConfig(
  folder: string,
  port: number,
  { config = "", jetstream = true }: NatsServerOptions,
): Promise<string> {
  const path = `${folder}/server.conf`;
  const lines = [
    `host: "127.0.0.1"`,
    `port: ${port}`,
    ...(jetstream ? [`jetstream { store_dir: "${folder}/data" }`] : []),
    config,
  ];
  await Deno.writeTextFile(path, lines.join("\n"));
  return path;
}

async function spawn(configFile: string): Promise<Deno.ChildProcess> {
  const process = new Deno.Command(PROGRAM, {
    args: ["-c", configFile],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  if (await isReady(process.stderr)) return process;
  await process.status;
  throw new Error(`${PROGRAM} did not start`);
}

/** Reads what the server says until it is ready, and drains the rest. */
async function isReady(stderr: ReadableStream<Uint8Array>): Promise<boolean> {
  const reader = stderr.pipeThrough(
    new TextDecoderStream() as TransformStream<Uint8Array, string>,
  ).getReader();
  let said = "";
  while (!said.includes(READY)) {
    const { value, done } = await reader.read();
    if (done) return false;
    said += value;
  }
  (async () => {
    while (!(await reader.read()).done);
  })().catch(() => {});
  return true;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
