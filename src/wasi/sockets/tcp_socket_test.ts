import assert from "node:assert/strict";
import {
  closedPort,
  readAll,
  serveTcp,
  serveTcpEcho,
} from "../../../tests/support/echo_servers.ts";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { WitError } from "../../runtime/host_interface.ts";
import type { OutputStream, StreamError } from "../io/streams.ts";
import { InstanceSockets, type SocketPolicy } from "./instance_sockets.ts";
import { type IpSocketAddress, socketAddress } from "./ip_address.ts";
import { Network, networkInterface } from "./network.ts";
import { TcpSocket } from "./tcp_socket.ts";
import { TCP_WINDOW } from "./tcp_streams.ts";

const ANYWHERE: SocketPolicy = {
  lookup: () => ({ allowed: true }),
  address: () => ({ allowed: true }),
};

function networkOf(instance: RecordedInstance): Network {
  return new Network(new InstanceSockets(ANYWHERE, instance));
}

function local(port: number): IpSocketAddress {
  return socketAddress({ address: "127.0.0.1", port });
}

async function connect(instance: RecordedInstance, port: number) {
  const socket = new TcpSocket("ipv4");
  socket.startConnect(networkOf(instance), local(port));
  await socket.subscribe().block();
  const [input, output] = socket.finishConnect();
  return { socket, input, output };
}

/** Writes until there is no room for many turns: the system's own buffers fill up first. */
async function fill(output: OutputStream): Promise<number> {
  const pollable = output.subscribe();
  let written = 0;
  for (let full = 0; full < 50; full++) {
    const room = Number(output.checkWrite());
    assert.ok(room <= TCP_WINDOW);
    assert.equal(pollable.ready(), room > 0);
    if (room > 0) {
      output.write(new Uint8Array(room));
      written += room;
      full = 0;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return written;
}

function isClosed(error: unknown): boolean {
  return error instanceof WitError &&
    (error.payload as StreamError).tag === "closed";
}

Deno.test("a stream takes no more than its window from a guest whose peer does not read", async () => {
  const release = Promise.withResolvers<void>();
  const received = Promise.withResolvers<number>();
  await using server = serveTcp(async (connection) => {
    await release.promise;
    received.resolve((await readAll(connection)).length);
  });
  using instance = new RecordedInstance();
  const { socket, output } = await connect(instance, server.port);
  const written = await fill(output);
  release.resolve();
  await output.blockingFlush();
  socket.shutdown("send");
  assert.equal(await received.promise, written);
});

Deno.test("a stream reads no further than its window from a peer that does not stop", async () => {
  let sent = 0;
  await using server = serveTcp(async (connection) => {
    const bytes = new Uint8Array(TCP_WINDOW);
    // Until the guest goes away.
    while (true) {
      try {
        sent += await connection.write(bytes);
      } catch (error) {
        if (isGone(error)) return;
        throw error;
      }
    }
  });
  using instance = new RecordedInstance();
  const { input } = await connect(instance, server.port);
  await input.subscribe().block();
  let last = -1;
  for (let still = 0; still < 50; still++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (sent !== last) still = 0;
    last = sent;
  }
  const bytes = await input.blockingRead(1n << 40n);
  assert.ok(bytes.length > 0 && bytes.length <= TCP_WINDOW);
});

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset;
}

Deno.test("read answers at once, with nothing, and gives the event loop a turn", async () => {
  await using server = serveTcpEcho();
  using instance = new RecordedInstance();
  const { input, output } = await connect(instance, server.port);
  output.write(new TextEncoder().encode("x"));
  assert.ok(input.read(10n) instanceof Uint8Array);
  // A guest that never polls: without turns the byte would never come.
  let bytes = new Uint8Array() as Uint8Array;
  while (bytes.length === 0) {
    const read = input.read(10n);
    bytes = read instanceof Promise ? await read : read;
  }
  assert.deepEqual([...bytes], [120]);
});

Deno.test("what was written is sent though every handle is dropped at once", async () => {
  const release = Promise.withResolvers<void>();
  const received = Promise.withResolvers<number>();
  await using server = serveTcp(async (connection) => {
    await release.promise;
    received.resolve((await readAll(connection)).length);
  });
  using instance = new RecordedInstance();
  const { socket, input, output } = await connect(instance, server.port);
  const written = await fill(output);
  for (const handle of [socket, input, output]) handle[Symbol.dispose]();
  release.resolve();
  assert.equal(await received.promise, written);
});

Deno.test("a connection is open for as long as one handle is", async () => {
  await using server = serveTcpEcho();
  using instance = new RecordedInstance();
  const { socket, input, output } = await connect(instance, server.port);
  socket[Symbol.dispose]();
  await output.blockingWriteAndFlush(Uint8Array.of(1, 2));
  output[Symbol.dispose]();
  assert.deepEqual([...await input.blockingRead(2n)], [1, 2]);
  input[Symbol.dispose]();
});

Deno.test("a reset connection fails its streams, once, and network-error-code knows why", async () => {
  const server = Promise.withResolvers<Deno.TcpConn>();
  await using listening = serveTcp((connection) => {
    server.resolve(connection);
    return Promise.resolve();
  });
  using instance = new RecordedInstance();
  const { output } = await connect(instance, listening.port);
  await server.promise;
  let failure: StreamError | undefined;
  while (failure === undefined) {
    try {
      await output.blockingWriteAndFlush(new Uint8Array(4096));
    } catch (error) {
      assert.ok(error instanceof WitError);
      failure = error.payload as StreamError;
    }
  }
  assert.equal(failure.tag, "last-operation-failed");
  const { networkErrorCode } = networkInterface.imports(instance);
  assert.ok(failure.tag === "last-operation-failed");
  assert.equal(networkErrorCode?.(failure.val), "connection-reset");
  assert.throws(() => output.checkWrite(), isClosed);
});

Deno.test("after a failed connect the socket is closed", async () => {
  using instance = new RecordedInstance();
  const socket = new TcpSocket("ipv4");
  const network = networkOf(instance);
  socket.startConnect(network, local(closedPort()));
  await socket.subscribe().block();
  assert.throws(
    () => socket.finishConnect(),
    { payload: "connection-refused" },
  );
  for (
    const act of [
      () => socket.startConnect(network, local(80)),
      () => socket.startBind(network, local(0)),
      () => socket.keepAliveEnabled(),
      () => socket.hopLimit(),
      () => socket.localAddress(),
    ]
  ) {
    assert.throws(act, { payload: "invalid-state" });
  }
});

Deno.test("a socket that is dropped while it connects leaves nothing open", async () => {
  const ended = Promise.withResolvers<void>();
  await using server = serveTcp((connection) =>
    readAll(connection).then(() => ended.resolve(), ended.reject)
  );
  using instance = new RecordedInstance();
  // Connected, and the guest has not asked for it yet.
  const socket = new TcpSocket("ipv4");
  socket.startConnect(networkOf(instance), local(server.port));
  await socket.subscribe().block();
  socket[Symbol.dispose]();
  await ended.promise;
});

Deno.test("a guest that was dropped is not resumed by its sockets", async () => {
  const ended = Promise.withResolvers<void>();
  await using server = serveTcp((connection) =>
    readAll(connection).then(() => ended.resolve(), ended.reject)
  );
  const instance = new RecordedInstance();
  const { input } = await connect(instance, server.port);
  let resumed = false;
  input.subscribe().block().then(() => resumed = true);
  const connecting = new TcpSocket("ipv4");
  connecting.startConnect(networkOf(instance), local(server.port));
  connecting.subscribe().block().then(() => resumed = true);
  instance.drop();
  await ended.promise;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(resumed, false);
});
