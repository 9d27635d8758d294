/**
 * gRPC through a guest, by the client that Node programs use.
 */

import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { type GuestServer, serveGuest } from "./support/http_server.ts";

/** Messages are bytes as they are. */
const asIs = (bytes: Uint8Array) => Buffer.from(bytes);

function connect({ port }: GuestServer): Client & Disposable {
  const client = new Client(
    `127.0.0.1:${port}`,
    credentials.createInsecure(),
  );
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

interface Failure {
  readonly code: number;
  readonly details: string;
}

function unary(
  client: Client,
  method: string,
  message: Uint8Array,
): Promise<Uint8Array | Failure> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      `/wharf.Test/${method}`,
      asIs,
      asIs,
      Buffer.from(message),
      new Metadata(),
      (error, answer) => resolve(error ?? new Uint8Array(answer!)),
    );
  });
}

Deno.test("node: a unary call is answered", async () => {
  await using server = await serveGuest("grpc", { door: "node" });
  using client = connect(server);
  for (const length of [0, 5, 20_000]) {
    const message = Uint8Array.from({ length }, (_, index) => index % 251);
    assert.deepEqual(await unary(client, "Echo", message), message);
  }
  assert.deepEqual(server.broken, []);
});

Deno.test("node: a call of no method ends with its status", async () => {
  await using server = await serveGuest("grpc", { door: "node" });
  using client = connect(server);
  const failure = await unary(client, "Nothing", new Uint8Array(1));
  assert.ok("code" in failure);
  assert.equal(failure.code, status.UNIMPLEMENTED);
  assert.equal(failure.details, "there is no such method");
});

Deno.test("node: a call is answered by a stream of messages", async () => {
  await using server = await serveGuest("grpc", { door: "node" });
  using client = connect(server);
  const call = client.makeServerStreamRequest(
    "/wharf.Test/Repeat",
    asIs,
    asIs,
    Buffer.from("abc"),
  );
  const messages: string[] = [];
  for await (const message of call) messages.push(`${message}`);
  assert.deepEqual(messages, ["abc", "abc", "abc"]);
});

Deno.test("node: messages go both ways at once", async () => {
  await using server = await serveGuest("grpc", { door: "node" });
  using client = connect(server);
  const call = client.makeBidiStreamRequest("/wharf.Test/Chat", asIs, asIs);
  const ended = new Promise<number>((resolve) =>
    call.once("status", ({ code }) => resolve(code))
  );
  const answers = call[Symbol.asyncIterator]();
  for (const message of ["one", "two", "three"]) {
    call.write(Buffer.from(message));
    // Nothing more is sent until it is back.
    assert.equal(`${(await answers.next()).value}`, message);
  }
  call.end();
  assert.equal((await answers.next()).done, true);
  assert.equal(await ended, status.OK);
});

Deno.test("deno: a call is refused with what to set", async () => {
  await using server = await serveGuest("grpc");
  using client = connect(server);
  const failure = await unary(client, "Echo", new Uint8Array(1));
  assert.ok("code" in failure);
  assert.equal(failure.code, status.UNIMPLEMENTED);
  assert.match(failure.details, /set dev\.http_server: node/);
  assert.deepEqual(server.refused, [415]);
});
