import assert from "node:assert/strict";
import { requestReader } from "../../runtime/fetch_message.ts";
import { WitError } from "../../runtime/host_interface.ts";
import type { StreamError } from "../io/streams.ts";
import { BodySource } from "./body_source.ts";
import { IncomingBody, IncomingRequest } from "./incoming.ts";
import { RequestHead } from "./request_head.ts";

function receive(request: Request): IncomingRequest {
  const head = new RequestHead(requestReader()(request));
  return new IncomingRequest(head, new BodySource(request.body));
}

function post(body: BodyInit): IncomingRequest {
  return receive(new Request("http://a.test/", { method: "POST", body }));
}

async function textOf(body: IncomingBody): Promise<string> {
  const stream = body.stream();
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (true) text += decoder.decode(await stream.blockingRead(3n));
  } catch (error) {
    assert.ok(error instanceof WitError, `no WitError: ${error}`);
    assert.deepEqual(error.payload, { tag: "closed" });
  }
  stream[Symbol.dispose]();
  return text;
}

Deno.test("a request tells its method, target and headers", () => {
  const request = receive(
    new Request("https://a.test:81/a?b=c", {
      method: "PUT",
      headers: [["x-a", "1"]],
    }),
  );
  assert.deepEqual(request.method(), { tag: "put" });
  assert.deepEqual(request.scheme(), { tag: "HTTPS" });
  assert.equal(request.authority(), "a.test:81");
  assert.equal(request.pathWithQuery(), "/a?b=c");
  assert.deepEqual(request.headers().entries(), [["x-a", Uint8Array.of(0x31)]]);
  assert.throws(() => request.headers().delete("x-a"), WitError);
});

Deno.test("consume() and stream() give what they have once", () => {
  const request = post("abc");
  const body = request.consume();
  assert.throws(() => request.consume(), WitError);
  const stream = body.stream();
  assert.throws(() => body.stream(), WitError);
  stream[Symbol.dispose]();
  assert.throws(() => body.stream(), WitError);
});

Deno.test("a body is read to its end, an empty or absent one too", async () => {
  assert.equal(await textOf(post("abcdefgh").consume()), "abcdefgh");
  assert.equal(await textOf(post("").consume()), "");
  const get = receive(new Request("http://a.test/"));
  assert.equal(await textOf(get.consume()), "");
});

Deno.test("finish() traps while the stream is held", async () => {
  const body = post("abc").consume();
  const stream = body.stream();
  assert.throws(() => IncomingBody.finish(body), TypeError);
  stream[Symbol.dispose]();
  await IncomingBody.finish(body).subscribe().block();
});

Deno.test("trailers are none, and are given once", async () => {
  const body = post("abc").consume();
  await textOf(body);
  const trailers = IncomingBody.finish(body);
  const pollable = trailers.subscribe();
  await pollable.block();
  assert.equal(pollable.ready(), true);
  assert.deepEqual(trailers.get(), {
    tag: "ok",
    val: { tag: "ok", val: undefined },
  });
  assert.deepEqual(trailers.get(), { tag: "err", val: undefined });
});

Deno.test("trailers of a body that broke off are the failure", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("gone")),
  }, { highWaterMark: 0 });
  const body = new IncomingBody(new BodySource(broken));
  const stream = body.stream();
  await assert.rejects(async () => await stream.blockingRead(1n), (error) => {
    assert.ok(error instanceof WitError);
    const payload = error.payload as StreamError;
    return payload.tag === "last-operation-failed";
  });
  stream[Symbol.dispose]();
  const trailers = IncomingBody.finish(body);
  await trailers.subscribe().block();
  assert.deepEqual(trailers.get(), {
    tag: "ok",
    val: { tag: "err", val: { tag: "connection-terminated" } },
  });
});
