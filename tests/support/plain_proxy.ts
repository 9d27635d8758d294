/**
 * A proxy in front of several servers, as plain as they come: each request goes to the next
 * server by a connection of its own. A server that takes no connection is passed over. A
 * request that may have reached one is never sent again: what breaks off then is the client's
 * to know.
 *
 * @module
 */

import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as requestOver,
  type ServerResponse,
} from "node:http";
import { connect, type Socket } from "node:net";

/** A server behind the proxy. */
export interface BackEnd {
  /** Where clients come: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Asked all the time where it is set; the server gets requests while it answers 200. */
  readonly readyUrl?: string;
}

/** A running proxy. Disposing breaks off what is in flight. */
export interface PlainProxy extends AsyncDisposable {
  readonly url: string;
  /** How many answers have come from a server. */
  answeredBy(backEnd: number): number;
  /** Resolves when a server has sent so many answers more. */
  answers(backEnd: number, count: number): Promise<void>;
  /** Resolves in the moment in which a request leaves for a server. */
  sending(backEnd: number): Promise<void>;
}

/** Milliseconds between two questions whether a server is ready. */
const ASKS_EVERY = 20;

interface Target {
  readonly hostname: string;
  readonly port: number;
  readonly readyUrl: string | undefined;
  isReady: boolean;
  answered: number;
}

/** Starts one on a free port of the loopback; it knows by then which servers are ready. */
export async function startPlainProxy(
  backEnds: readonly BackEnd[],
): Promise<PlainProxy> {
  const proxy = new Proxy(backEnds);
  await proxy.listen();
  return proxy;
}

class Proxy implements PlainProxy {
  readonly #targets: readonly Target[];
  readonly #events = new EventTarget();
  readonly #closing = new AbortController();
  readonly #server = createServer((incoming, outgoing) => {
    this.#pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  #asking: Promise<void>[] = [];
  #turn = 0;

  constructor(backEnds: readonly BackEnd[]) {
    this.#targets = backEnds.map(({ url, readyUrl }) => {
      const { hostname, port } = new URL(url);
      return {
        hostname,
        port: Number(port),
        readyUrl,
        isReady: readyUrl === undefined,
        answered: 0,
      };
    });
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") {
      throw new TypeError("The proxy does not listen");
    }
    return `http://127.0.0.1:${address.port}`;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    await Promise.all(this.#targets.map((target) => this.#ask(target)));
    this.#asking = this.#targets.map((target) => this.#askOn(target));
  }

  answeredBy(backEnd: number): number {
    return this.#targets[backEnd]!.answered;
  }

  async answers(backEnd: number, count: number): Promise<void> {
    const target = this.#targets[backEnd]!;
    const wanted = target.answered + count;
    while (target.answered < wanted) await this.#next(`answer ${backEnd}`);
  }

  sending(backEnd: number): Promise<void> {
    return this.#next(`send ${backEnd}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, ...this.#asking]);
  }

  #next(name: string): Promise<void> {
    return new Promise((resolve) =>
      this.#events.addEventListener(name, () => resolve(), { once: true })
    );
  }

  #tell(name: string, target: Target): void {
    const index = this.#targets.indexOf(target);
    this.#events.dispatchEvent(new Event(`${name} ${index}`));
  }

  async #ask(target: Target): Promise<void> {
    const { readyUrl } = target;
    if (readyUrl === undefined) return;
    try {
      const { signal } = this.#closing;
      const response = await fetch(readyUrl, { signal });
      await response.body?.cancel();
      target.isReady = response.status === 200;
    } catch {
      target.isReady = false;
    }
  }

  async #askOn(target: Target): Promise<void> {
    if (target.readyUrl === undefined) return;
    while (!this.#closing.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, ASKS_EVERY));
      await this.#ask(target);
    }
  }

  async #pass(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const count = this.#targets.length;
    for (let tries = 0; tries < count; tries++) {
      const target = this.#targets[this.#turn++ % count]!;
      if (!target.isReady) continue;
      const socket = await connectTo(target);
      if (socket === undefined) continue;
      this.#send(incoming, outgoing, { target, socket });
      return;
    }
    outgoing.writeHead(503, { "content-length": 0 }).end();
  }

  /** From here on nobody can know what the server has seen. */
  #send(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { target, socket }: { readonly target: Target; readonly socket: Socket },
  ): void {
    const broken = () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502, { "content-length": 0 }).end();
    };
    const request = requestOver({
      createConnection: () => socket,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, connection: "close" },
    }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.once("error", broken);
      answer.once("end", () => {
        target.answered++;
        this.#tell("answer", target);
      });
      answer.pipe(outgoing);
    });
    request.once("error", broken);
    incoming.pipe(request);
    this.#tell("send", target);
  }
}

/** A connection; nothing where none is taken. */
function connectTo({ hostname, port }: Target): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port });
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}
