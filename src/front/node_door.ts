import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import {
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import {
  createServer as createNetServer,
  type Server,
  type Socket,
} from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { Connections } from "./connections.ts";
import type { FrontDoor, FrontDoorOptions } from "./front_door.ts";
import { Gate } from "./gate.ts";
import { IdleWatch } from "./idle_watch.ts";
import { listenError } from "./listen_error.ts";
import { denoSpan, http1Request, sendHttp1 } from "./node_http1.ts";
import { http2Request, sendHttp2 } from "./node_http2.ts";
import { onProtocol } from "./protocol.ts";

/** How many requests one connection of HTTP/2 may have in flight. */
const STREAMS = 256;

/**
 * The door for what `Deno.serve` cannot do: trailers, and so gRPC; bodies that are read no
 * faster than guests read them; a count of connections. It is the slower one.
 *
 * @throws {ListenError} The address is taken, or not this machine's.
 */
export async function openNodeDoor(
  options: FrontDoorOptions,
): Promise<FrontDoor> {
  const door = new NodeDoor(options);
  await door.listen();
  return door;
}

class NodeDoor implements FrontDoor {
  readonly scheme: "http" | "https";
  readonly #options: FrontDoorOptions;
  readonly #gate: Gate;
  readonly #watch: IdleWatch;
  readonly #connections: Connections<object>;
  readonly #server: Server;
  readonly #http1;
  readonly #http2;

  constructor(options: FrontDoorOptions) {
    const { certificate, limits, handle, observe, events } = options;
    this.#options = options;
    this.scheme = certificate === undefined ? "http" : "https";
    this.#gate = new Gate({
      limits,
      handle,
      observe,
      events,
      sendsTrailers: true,
    });
    this.#watch = new IdleWatch(limits.clientTimeout);
    this.#connections = new Connections(this.#watch);
    this.#http1 = this.#makeHttp1();
    this.#http2 = this.#makeHttp2();
    this.#server = this.#makeServer();
    if (limits.maxConnections !== undefined) {
      this.#server.maxConnections = limits.maxConnections;
    }
  }

  get address(): { hostname: string; port: number } {
    const address = this.#server.address();
    if (address === null || typeof address === "string") {
      throw new TypeError("The door has not been opened");
    }
    return { hostname: address.address, port: address.port };
  }

  async listen(): Promise<void> {
    const { hostname, port } = this.#options.address;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen(port, hostname, () => {
          this.#server.off("error", reject);
          resolve();
        });
      });
    } catch (error) {
      throw listenError(this.#options.address, error);
    }
  }

  async shutdown(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#connections.close();
    await this.#connections.empty();
    await closed;
    this.#gate[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
  }

  finish(): Promise<void> {
    return this.shutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.shutdown();
    this.#connections.destroy();
    await ended;
  }

  #makeServer(): Server {
    const { certificate } = this.#options;
    if (certificate === undefined) {
      return createNetServer((socket) => {
        this.#add(socket);
        onProtocol(socket, (protocol) => this.#hand(socket, protocol));
      });
    }
    const server = createTlsServer({
      ...certificate,
      ALPNProtocols: ["h2", "http/1.1"],
      handshakeTimeout: this.#options.limits.clientTimeout,
    }, (socket) => {
      this.#add(socket);
      this.#hand(socket, socket.alpnProtocol === "h2" ? "http2" : "http1");
    });
    // A client that speaks no TLS, or trusts no such certificate: nothing of ours.
    return server.on("tlsClientError", (_error, socket) => socket.destroy());
  }

  #add(socket: Socket | TLSSocket): void {
    socket.setNoDelay(true);
    // Connections that break are seen where something waits for them.
    socket.on("error", () => {});
    this.#connections.add(socket, {
      // A client need not close its side: what is written leaves, and that is all.
      close: () => socket.destroySoon(),
      destroy: () => socket.destroy(),
    });
    socket.once("close", () => this.#connections.remove(socket));
  }

  #hand(socket: Socket | TLSSocket, protocol: "http1" | "http2"): void {
    if (protocol === "http1") {
      this.#http1.emit("connection", socket);
      return;
    }
    this.#http2.emit("connection", socket);
    // The session stands for it from now on.
    this.#connections.remove(socket);
  }

  #makeHttp1() {
    const { limits } = this.#options;
    const answer =
      (expects: boolean) =>
      (request: IncomingMessage, response: ServerResponse) => {
        this.#answerHttp1(request, response, expects);
      };
    const server = createServer({
      // The gate counts what it is given and answers with what is allowed; this is for more.
      maxHeaderSize: 2 * limits.maxHeadSize,
      keepAliveTimeout: limits.clientTimeout,
      // Connections and bodies that stand still are ended by the door and its gate.
      headersTimeout: 0,
      requestTimeout: 0,
    }, answer(false));
    // It is handed connections, and would end each of them behind its first response because
    // it does not listen itself.
    Object.defineProperty(server, "listening", {
      get: () => this.#server.listening,
    });
    server.on("checkContinue", answer(true));
    server.on("clientError", (error: Error & { code?: string }, socket) => {
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      const status = error.code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : "400 Bad Request";
      socket.end(
        `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    });
    return server;
  }

  #makeHttp2() {
    const server = createHttp2Server({
      settings: {
        maxConcurrentStreams: STREAMS,
        maxHeaderListSize: 2 * this.#options.limits.maxHeadSize,
      },
    });
    server.on("session", (session: ServerHttp2Session) => {
      this.#connections.add(session, {
        close: () => session.close(),
        destroy: () => session.destroy(),
      });
      session.once("close", () => this.#connections.remove(session));
      session.on("error", () => {});
    });
    server.on("stream", (
      stream: ServerHttp2Stream,
      _headers: IncomingHttpHeaders,
      flags: number,
      raw: string[],
    ) => {
      const { session } = stream;
      if (session === undefined) return;
      // What is wrong with a stream is seen where something waits for it.
      stream.on("error", () => {});
      this.#connections.begin(session);
      stream.once("close", () => this.#connections.end(session));
      const request = http2Request(stream, {
        raw,
        flags,
        scheme: this.scheme,
      });
      const answer = this.#gate.handle(
        request,
        () => ({ client: session.socket?.remoteAddress }),
      );
      Promise.resolve(answer)
        .then((response) =>
          sendHttp2(stream, response, { isHead: request.method === "HEAD" })
        )
        .catch((error) => this.#options.events.broken(error));
    });
    return server;
  }

  async #answerHttp1(
    message: IncomingMessage,
    response: ServerResponse,
    expects: boolean,
  ): Promise<void> {
    const { socket } = message;
    this.#connections.begin(socket);
    response.once("close", () => this.#connections.end(socket));
    const { scheme } = this;
    const request = http1Request(message, response, { scheme, expects });
    try {
      const answer = await this.#gate.handle(
        request,
        () => ({
          client: socket.remoteAddress,
          span: () => denoSpan(response),
        }),
      );
      await sendHttp1(response, answer, {
        // A body that the client was not asked for does not come any more.
        closes: this.#connections.closing ||
          (expects && !message.readableDidRead),
        isHead: request.method === "HEAD",
        takesTrailers: request.takesTrailers === true,
      });
      // What the guest did not read stands before the next request. It has as long for it as
      // a connection may be idle.
      message.resume();
    } catch (error) {
      this.#options.events.broken(error);
      socket.destroy();
    }
  }
}
