import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import type { OutputStream, StreamError } from "../io/streams.ts";
import { type ErrorCode, HttpFailure } from "./error_code.ts";
import { type FieldEntry, Fields } from "./fields.ts";
import { bytesFrom } from "../../runtime/latin1.ts";
import {
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
} from "./outgoing.ts";

function fieldsOf(...lines: [name: string, value: string][]): Fields {
  return Fields.fromList(
    lines.map(([name, value]): FieldEntry => [name, bytesFrom(value)]),
  );
}

function bodyOf(contentLength?: string): OutgoingBody {
  const lines: [string, string][] = contentLength === undefined
    ? []
    : [["content-length", contentLength]];
  return new OutgoingResponse(fieldsOf(...lines)).body();
}

function assertRefused(act: () => unknown, payload?: unknown): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof WitError, `no WitError: ${error}`);
    assert.deepEqual(error.payload, payload);
    return true;
  });
}

/** The HTTP error behind a stream's failure; `undefined` when it is only closed. */
function streamErrorOf(act: () => unknown): ErrorCode | undefined {
  let code: ErrorCode | undefined;
  assert.throws(act, (error) => {
    assert.ok(error instanceof WitError, `no WitError: ${error}`);
    const payload = error.payload as StreamError;
    if (payload.tag === "last-operation-failed") {
      assert.ok(payload.val.cause instanceof HttpFailure);
      code = payload.val.cause.code;
    }
    return true;
  });
  return code;
}

function finish(body: OutgoingBody, stream?: OutputStream): void {
  stream?.[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}

Deno.test("a new response has status 200 and the headers it was made with", () => {
  const headers = fieldsOf(["x-a", "1"]);
  const response = new OutgoingResponse(headers);
  assert.equal(response.statusCode(), 200);
  assert.deepEqual(response.headers().entries(), headers.entries());
  assertRefused(() => response.headers().delete("x-a"), { tag: "immutable" });
  assertRefused(() => headers.delete("x-a"), { tag: "immutable" });
});

Deno.test("setStatusCode() takes 100 to 599", () => {
  const response = new OutgoingResponse(new Fields());
  for (const status of [100, 199, 200, 404, 599]) {
    response.setStatusCode(status);
    assert.equal(response.statusCode(), status);
  }
  for (const status of [0, 99, 600, 999, 65_535]) {
    assertRefused(() => response.setStatusCode(status));
    assert.equal(response.statusCode(), 599);
  }
});

Deno.test("body() and write() give what they have once", () => {
  const response = new OutgoingResponse(new Fields());
  assert.equal(OutgoingResponse.pipe(response), undefined);
  const body = response.body();
  assert.equal(OutgoingResponse.pipe(response), body.pipe);
  assertRefused(() => response.body());
  const stream = body.write();
  assertRefused(() => body.write());
  stream[Symbol.dispose]();
  assertRefused(() => body.write());
});

Deno.test("finish() traps while the stream is held, and not after or without one", () => {
  const body = bodyOf();
  const stream = body.write();
  assert.throws(() => finish(body), TypeError);
  finish(body, stream);
  assert.equal(body.pipe.finished, true);
  const untouched = bodyOf();
  finish(untouched);
  assert.equal(untouched.pipe.finished, true);
});

Deno.test("finish() accepts trailers", () => {
  const body = bodyOf();
  OutgoingBody.finish(body, fieldsOf(["x-trailer", "1"]));
  assert.equal(body.pipe.finished, true);
});

Deno.test("a body as long as its content-length is finished", () => {
  for (const [length, text] of [["4", "text"], ["0", ""], ["04", "text"]]) {
    const body = bodyOf(length);
    const stream = body.write();
    stream.write(bytesFrom(text!));
    finish(body, stream);
    assert.equal(body.pipe.finished, true);
    assert.equal(body.pipe.takeAll().length, text!.length);
  }
});

Deno.test("a body shorter than its content-length fails when it is finished", () => {
  const body = bodyOf("10");
  const stream = body.write();
  stream.write(bytesFrom("text"));
  assertRefused(() => finish(body, stream), {
    tag: "HTTP-response-body-size",
    val: 4n,
  });
  assert.equal(
    body.pipe.failure?.message,
    "The body has 4 bytes where content-length says 10",
  );
});

Deno.test("a body longer than its content-length fails where it goes over", async () => {
  const body = bodyOf("5");
  const stream = body.write();
  stream.write(bytesFrom("123"));
  const code = streamErrorOf(() => stream.write(bytesFrom("45678")));
  assert.deepEqual(code, { tag: "HTTP-response-body-size", val: 8n });
  // From then on it is closed, as after every failure.
  assert.equal(streamErrorOf(() => stream.write(bytesFrom("9"))), undefined);
  assert.equal(streamErrorOf(() => stream.checkWrite()), undefined);
  const reader = body.pipe.readable().getReader();
  assert.deepEqual((await reader.read()).value, bytesFrom("123"));
  await assert.rejects(() => reader.read(), HttpFailure);
  assertRefused(() => finish(body, stream), {
    tag: "HTTP-response-body-size",
    val: 8n,
  });
});

Deno.test("a request's body fails by the request's own error", () => {
  const request = new OutgoingRequest(fieldsOf(["Content-Length", "1"]));
  const body = request.body();
  assertRefused(() => request.body());
  const stream = body.write();
  assert.deepEqual(streamErrorOf(() => stream.write(bytesFrom("12"))), {
    tag: "HTTP-request-body-size",
    val: 2n,
  });
});

Deno.test("every way to write counts", () => {
  const size = { tag: "HTTP-response-body-size", val: 4n };
  assert.deepEqual(
    streamErrorOf(() => bodyOf("3").write().writeZeroes(4n)),
    size,
  );
  const stream = bodyOf("3").write();
  assert.deepEqual(
    streamErrorOf(() => stream.blockingWriteAndFlush(bytesFrom("1234"))),
    size,
  );
});

Deno.test("contentLength() refuses what is no length", () => {
  const lengthOf = (...values: string[]) =>
    OutgoingResponse.contentLength(
      new OutgoingResponse(
        fieldsOf(
          ...values.map((value): [string, string] => ["content-length", value]),
        ),
      ),
    );
  assert.equal(lengthOf(), undefined);
  assert.equal(lengthOf("0"), 0);
  assert.equal(lengthOf("12"), 12);
  assert.equal(lengthOf("12", "12"), 12);
  for (
    const values of [
      ...[["10", "ten"], ["10", "11"], ["-1"], ["1.5"], [""], ["0x10"]],
      ...[["1 2"], ["10, 10"], ["99999999999999999999"]],
    ]
  ) {
    assert.throws(() => lengthOf(...values), {
      name: "RangeError",
      message: `The guest set content-length to "${values.join(", ")}", ` +
        `which is no length`,
    });
  }
});

Deno.test("a body with a content-length that is none takes any number of bytes", () => {
  const body = bodyOf("ten");
  const stream = body.write();
  stream.write(bytesFrom("1234567890abc"));
  finish(body, stream);
  assert.equal(body.pipe.finished, true);
});

Deno.test("dropping a body that is not finished breaks it off", () => {
  const body = bodyOf();
  body[Symbol.dispose]();
  assert.match(`${body.pipe.failure}`, /dropped the body without finishing/);
  const finished = bodyOf();
  finish(finished);
  finished[Symbol.dispose]();
  assert.equal(finished.pipe.failure, undefined);
});

Deno.test("a request has what it was given, and none of it at first", () => {
  const request = new OutgoingRequest(new Fields());
  assert.deepEqual(request.method(), { tag: "get" });
  assert.equal(request.pathWithQuery(), undefined);
  assert.equal(request.scheme(), undefined);
  assert.equal(request.authority(), undefined);
  request.setMethod({ tag: "other", val: "BREW" });
  request.setPathWithQuery("/a?b");
  request.setScheme({ tag: "HTTPS" });
  request.setAuthority("a.test:80");
  const set = () => [
    ...[request.method(), request.pathWithQuery(), request.scheme()],
    request.authority(),
  ];
  const before = set();
  assertRefused(() => request.setMethod({ tag: "other", val: "A B" }));
  assertRefused(() => request.setPathWithQuery("/a b"));
  assertRefused(() => request.setScheme({ tag: "other", val: "a b" }));
  assertRefused(() => request.setAuthority("a b"));
  assert.deepEqual(set(), before);
  assert.deepEqual(before, [
    { tag: "other", val: "BREW" },
    "/a?b",
    { tag: "HTTPS" },
    "a.test:80",
  ]);
  request.setPathWithQuery(undefined);
  request.setScheme(undefined);
  request.setAuthority(undefined);
  assert.deepEqual(set().slice(1), [undefined, undefined, undefined]);
});

Deno.test("request options keep the three times apart", () => {
  const options = new RequestOptions();
  const times = () => [
    options.connectTimeout(),
    options.firstByteTimeout(),
    options.betweenBytesTimeout(),
  ];
  assert.deepEqual(times(), [undefined, undefined, undefined]);
  options.setConnectTimeout(1n);
  options.setFirstByteTimeout(2n);
  options.setBetweenBytesTimeout(3n);
  assert.deepEqual(times(), [1n, 2n, 3n]);
  options.setFirstByteTimeout(undefined);
  assert.deepEqual(times(), [1n, undefined, 3n]);
});
