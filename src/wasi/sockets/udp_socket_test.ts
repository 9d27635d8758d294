import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { serveUdpEcho } from "../../../tests/support/echo_servers.ts";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { InstanceSockets, type SocketPolicy } from "./instance_sockets.ts";
import { type IpSocketAddress, socketAddress } from "./ip_address.ts";
import { Network } from "./network.ts";
import { UdpPort } from "./udp_port.ts";
import { UdpSocket } from "./udp_socket.ts";

const ANYWHERE: SocketPolicy = {
  lookup: () => ({ allowed: true }),
  address: () => ({ allowed: true }),
};

function local(port: number): IpSocketAddress {
  return socketAddress({ address: "127.0.0.1", port });
}

async function bind(instance: RecordedInstance, policy = ANYWHERE) {
  const network = new Network(new InstanceSockets(policy, instance));
  const socket = new UdpSocket("ipv4");
  socket.startBind(network, local(0));
  await socket.finishBind();
  return socket;
}

function datagram(text: string, port?: number) {
  return {
    data: new TextEncoder().encode(text),
    remoteAddress: port === undefined ? undefined : local(port),
  };
}

Deno.test("a socket hears only those whom the policy lets it send to", async () => {
  await using one = await serveUdpEcho();
  await using other = await serveUdpEcho();
  let denied = 0;
  using instance = new RecordedInstance();
  const socket = await bind(instance, {
    ...ANYWHERE,
    address: ({ port }) =>
      port === denied ? { allowed: false, remedy: "" } : { allowed: true },
  });
  const [incoming, outgoing] = socket.stream(undefined);
  outgoing.checkSend();
  // Sent while it is allowed; its echo comes back first, when it is not any more.
  assert.equal(outgoing.send([datagram("denied", other.port)]), 1n);
  denied = other.port;
  outgoing.send([datagram("allowed", one.port)]);
  await incoming.subscribe().block();
  const texts = incoming.receive(10n).map(({ data }) =>
    new TextDecoder().decode(data)
  );
  assert.deepEqual(texts, ["allowed"]);
});

Deno.test("send sends what comes before the first that it cannot, and traps beyond the permit", async () => {
  await using server = await serveUdpEcho();
  using instance = new RecordedInstance();
  const socket = await bind(instance);
  const [, outgoing] = socket.stream(local(server.port));
  assert.throws(() => outgoing.send([datagram("unasked")]), RangeError);
  const permit = Number(outgoing.checkSend());
  assert.ok(permit > 1);
  const tooMany = Array(permit + 1).fill(datagram("x"));
  assert.throws(() => outgoing.send(tooMany), RangeError);
  const large = { ...datagram(""), data: new Uint8Array(65_508) };
  assert.equal(outgoing.send([datagram("first"), large]), 1n);
  assert.throws(
    () => outgoing.send([large]),
    { payload: "datagram-too-large" },
  );
});

Deno.test("datagrams are sent though the handles are dropped at once", async () => {
  const receiver = createSocket("udp4");
  const listening = Promise.withResolvers<void>();
  receiver.bind(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const received = Promise.withResolvers<string>();
  receiver.once("message", (data) => received.resolve(`${data}`));
  using instance = new RecordedInstance();
  const socket = await bind(instance);
  const [incoming, outgoing] = socket.stream(local(receiver.address().port));
  outgoing.checkSend();
  outgoing.send([datagram("last words")]);
  for (const handle of [incoming, outgoing, socket]) handle[Symbol.dispose]();
  assert.equal(await received.promise, "last words");
  await new Promise<void>((closed) => receiver.close(() => closed()));
});

Deno.test("what waits for a guest that does not receive is bounded", async () => {
  await using server = await serveUdpEcho();
  using instance = new RecordedInstance();
  const socket = await bind(instance);
  const [incoming, outgoing] = socket.stream(local(server.port));
  for (let round = 0; round < 4; round++) {
    await outgoing.subscribe().block();
    const permit = Number(outgoing.checkSend());
    outgoing.send(Array(permit).fill(datagram("x")));
  }
  await incoming.subscribe().block();
  // The echo of a datagram that is sent now comes behind all others, and finds no room.
  for (let turns = 0; turns < 200; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(incoming.receive(1000n).length <= 64);
});

Deno.test("a bind that fails can be tried again", async () => {
  using instance = new RecordedInstance();
  const network = new Network(new InstanceSockets(ANYWHERE, instance));
  const socket = new UdpSocket("ipv4");
  // An address of documentation, which is no machine's.
  socket.startBind(
    network,
    socketAddress({ address: "203.0.113.1", port: 0 }),
  );
  await assert.rejects(
    async () => await socket.finishBind(),
    { payload: "address-not-bindable" },
  );
  socket.startBind(network, local(0));
  await socket.subscribe().block();
  assert.equal(socket.finishBind(), undefined);
  assert.notEqual(socket.localAddress().val.port, 0);
});

Deno.test("a fixed port is denied, and the log says what to do", () => {
  using instance = new RecordedInstance();
  const network = new Network(new InstanceSockets(ANYWHERE, instance));
  const socket = new UdpSocket("ipv4");
  assert.throws(
    () => socket.startBind(network, local(5353)),
    { payload: "access-denied" },
  );
  assert.deepEqual(instance.messages.map(([, , , text]) => text), [
    'Cannot bind to UDP port "5353": the component is not allowed to; ' +
    "bind to port 0, for any that is free",
  ]);
});

Deno.test("a socket that is dropped while it is being bound is closed", async () => {
  using instance = new RecordedInstance();
  const sockets = new InstanceSockets(ANYWHERE, instance);
  for (let count = 1; count < 256; count++) sockets.opened(() => {});
  const dropped = new UdpSocket("ipv4");
  dropped.startBind(new Network(sockets), local(0));
  dropped[Symbol.dispose]();
  // Begun later, this one is bound when the other one has been closed.
  using other = new RecordedInstance();
  await bind(other);
  // The last that may be open.
  const next = new UdpSocket("ipv4");
  next.startBind(new Network(sockets), local(0));
  await next.finishBind();
  assert.notEqual(next.localAddress().val.port, 0);
});

Deno.test("an instance that is dropped while a socket is being bound leaves nothing open", async () => {
  const instance = new RecordedInstance();
  const sockets = new InstanceSockets(ANYWHERE, instance);
  const opening = UdpPort.open(
    { family: "ipv4", local: { address: "127.0.0.1", port: 0 } },
    sockets,
  );
  instance.drop();
  await assert.rejects(opening, { payload: "connection-aborted" });
});

Deno.test("binding one socket too many answers new-socket-limit, and closes it", async () => {
  using instance = new RecordedInstance();
  const sockets = new InstanceSockets(ANYWHERE, instance);
  for (let count = 0; count < 256; count++) sockets.opened(() => {});
  const socket = new UdpSocket("ipv4");
  socket.startBind(new Network(sockets), local(0));
  await assert.rejects(
    async () => await socket.finishBind(),
    { payload: "new-socket-limit" },
  );
});

/** Whether a port of this machine can be bound. */
async function isFree(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once("listening", () => resolve(true));
  socket.once("error", () => resolve(false));
  socket.bind(port, "127.0.0.1");
  const free = await promise;
  await new Promise<void>((closed) => socket.close(() => closed()));
  return free;
}

Deno.test("dropping the instance frees the port of its sockets", async () => {
  const instance = new RecordedInstance();
  const socket = await bind(instance);
  const { port } = socket.localAddress().val;
  assert.equal(await isFree(port), false);
  instance.drop();
  // node:dgram closes in a later turn, and tells no one but its owner.
  for (let tries = 0; !await isFree(port); tries++) assert.ok(tries < 1000);
});
