/**
 * Several `serve` processes of one deployment, each of which can be ended and started again
 * where it was.
 *
 * @module
 */

import type { DevEnd } from "./dev_process.ts";
import {
  type ReadyServeProcess,
  type ServeProcessOptions,
  startServe,
} from "./serve_process.ts";

/** One of the processes. */
export interface FleetServer {
  readonly url: string;
  /** Says whether it is ready. */
  readonly readyUrl: string;
  /** Ends it; resolves when it has ended. */
  end(signal: Deno.Signal): Promise<DevEnd>;
  /** Starts it again on its ports; resolves when it answers requests. */
  start(): Promise<void>;
}

/** The processes. Disposing ends them at once. */
export interface Fleet extends AsyncDisposable {
  readonly servers: readonly FleetServer[];
}

/** Somebody else's connection may have the port for a moment. */
const TRIES = 5;

/** Starts so many. */
export async function startFleet(
  dist: string,
  count: number,
  options: ServeProcessOptions = {},
): Promise<Fleet> {
  await using stack = new AsyncDisposableStack();
  const servers = Array.from(
    { length: count },
    () => stack.use(new Server(dist, options)),
  );
  // What one fails by does not leave another behind that is on its way.
  const starts = await Promise.allSettled(
    servers.map((server) => server.start()),
  );
  for (const start of starts) {
    if (start.status === "rejected") throw start.reason;
  }
  const held = stack.move();
  return { servers, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

class Server implements FleetServer, AsyncDisposable {
  readonly #dist: string;
  readonly #options: ServeProcessOptions;
  #process: ReadyServeProcess | undefined;
  #ports: readonly string[] = [];
  #urls = { url: "", readyUrl: "" };

  constructor(dist: string, options: ServeProcessOptions) {
    this.#dist = dist;
    this.#options = options;
  }

  get url(): string {
    return this.#urls.url;
  }

  get readyUrl(): string {
    return this.#urls.readyUrl;
  }

  async end(signal: Deno.Signal): Promise<DevEnd> {
    const process = this.#process!;
    process.kill(signal);
    return await process.ended;
  }

  async start(): Promise<void> {
    const { args = [], ...options } = this.#options;
    for (let tries = 1;; tries++) {
      try {
        const process = await startServe(this.#dist, {
          ...options,
          args: [...args, ...this.#ports],
        });
        this.#process = process;
        const { host } = new URL(process.admin);
        this.#urls = {
          url: process.url,
          readyUrl: `${process.admin}/health/ready`,
        };
        const { port } = new URL(process.url);
        this.#ports = ["--port", port, "--admin-address", host];
        return;
      } catch (error) {
        if (tries === TRIES) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
  }
}
