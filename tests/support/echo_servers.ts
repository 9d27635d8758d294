/**
 * Servers of TCP and UDP on this machine, for what guests do with sockets.
 *
 * @module
 */

import { createSocket } from "node:dgram";

/** A server on a free port. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves every connection with `serve`, which need not close it. */
export function serveTcp(
  serve: (connection: Deno.TcpConn) => Promise<void>,
  hostname = "127.0.0.1",
): TestServer {
  const listener = Deno.listen({ hostname, port: 0 });
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      serving.push((async () => {
        using _closed = connection;
        await serve(connection);
      })());
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(serving);
    },
  };
}

/** Sends back what comes; closes after the client's end. */
export function serveTcpEcho(hostname?: string): TestServer {
  return serveTcp(async (connection) => {
    await connection.readable.pipeTo(connection.writable);
  }, hostname);
}

/** Everything that a client sends, up to its end. */
export async function readAll(connection: Deno.TcpConn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  let text = "";
  for (
    let length = await connection.read(buffer);
    length !== null;
    length = await connection.read(buffer)
  ) {
    text += decoder.decode(buffer.subarray(0, length), { stream: true });
  }
  return text;
}

/** Sends every datagram back to where it came from. */
export async function serveUdpEcho(
  address = "127.0.0.1",
): Promise<TestServer> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("listening", resolve);
  socket.once("error", reject);
  socket.bind(0, address);
  await promise;
  socket.on("message", (data, from) => {
    socket.send(data, from.port, from.address);
  });
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => socket.close(() => closed())),
  };
}

/** A port of this machine on which no one listens. */
export function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Whether this machine has an IPv6 address of its own. */
export function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrNotAvailable) return false;
    throw error;
  }
}
