/**
 * Connecting without the two faults of the client library: a socket error after a failed
 * authentication that nobody listens to, which ends the process, and a transport that is
 * chosen for the whole process.
 *
 * @module
 */

import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  type ConnectionOptions,
  NatsConnectionImpl,
  ProtocolHandler,
  type Server,
  setTransportFactory,
  type TransportFactory,
} from "@nats-io/nats-core/internal";
import { ConnectionError } from "@nats-io/nats-core";
import {
  nodeResolveHost,
  NodeTransport,
} from "@nats-io/transport-node/node-transport";

type Socket = NodeTransport["socket"];

/** A connection of the client library. */
export type Connection = NatsConnectionImpl;

/**
 * The library takes every listener off a socket before it destroys it, and between two
 * steps of connecting. A reset or an alert that arrives then is an `error` event without a
 * listener, and so an uncaught exception.
 */
class GuardedTransport extends NodeTransport {
  override async dial(
    server: { hostname: string; port: number },
  ): Promise<Socket> {
    return guard(await super.dial(server));
  }

  /** As the library does it, but guarded from the start: an alert can come in the turn that ends the handshake. */
  override async startTLS(): ReturnType<NodeTransport["startTLS"]> {
    const { ca, cert, key } = this.options.tls ?? {};
    const ready = Promise.withResolvers<TLSSocket>();
    const socket: TLSSocket = guard(connectTls({
      socket: this.socket,
      servername: this.tlsName,
      rejectUnauthorized: true,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    }, () => {
      socket.removeAllListeners();
      ready.resolve(socket);
    }));
    socket.on("error", ready.reject);
    socket.on("close", () => ready.reject(new ConnectionError("closed")));
    return await ready.promise;
  }
}

function guard<T extends Socket>(socket: T): T {
  const removeAllListeners = socket.removeAllListeners.bind(socket);
  // By its number of arguments Node tells "all" from the event called undefined.
  socket.removeAllListeners = (...event: [event?: string | symbol]) => {
    removeAllListeners(...event);
    return socket.on("error", ignore);
  };
  return socket.on("error", ignore);
}

function ignore(): void {}

/** The library keeps one factory for the process: this one is set before each socket that is made. */
class GuardedProtocol extends ProtocolHandler {
  override dial(server: Server): Promise<void> {
    setTransportFactory(guardedTransports());
    const dialled = super.dial(server);
    const { transport } = this;
    // A server that hangs up before it greets is not worth the rest of the deadline.
    transport.closed().then((failure) => {
      if (this.transport !== transport || this.connected) return;
      const told = failure instanceof Error ? failure : undefined;
      this.connectError?.(told ?? new ConnectionError("the server hung up"));
    });
    return dialled;
  }
}

/** Connects; fails unless the first try succeeds. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  setTransportFactory(guardedTransports());
  // Its constructor is private, and its own connect() makes a protocol that is not guarded.
  const connection = Reflect.construct(NatsConnectionImpl, [
    options,
  ]) as NatsConnectionImpl;
  const protocol = new GuardedProtocol(connection.options, connection);
  connection.protocol = protocol;
  try {
    await protocol.dialLoop();
  } catch (cause) {
    await protocol.close();
    throw cause;
  }
  return connection;
}

function guardedTransports(): TransportFactory {
  return {
    factory: () => new GuardedTransport(),
    dnsResolveFn: nodeResolveHost,
  };
}
