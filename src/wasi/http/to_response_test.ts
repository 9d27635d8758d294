import assert from "node:assert/strict";
import { fetchResponse } from "../../runtime/fetch_message.ts";
import { type FieldEntry, Fields } from "./fields.ts";
import { bytesFrom } from "../../runtime/latin1.ts";
import { OutgoingBody, OutgoingResponse } from "./outgoing.ts";
import { toResponse } from "./to_response.ts";

type Line = [name: string, value: string];

function responseOf(status: number, ...lines: Line[]): OutgoingResponse {
  const response = new OutgoingResponse(
    Fields.fromList(
      lines.map(([name, value]): FieldEntry => [name, bytesFrom(value)]),
    ),
  );
  response.setStatusCode(status);
  return response;
}

/** A response with a body that the guest has finished, or tried to. */
function withBody(response: OutgoingResponse, text: string): OutgoingResponse {
  const body = response.body();
  const stream = body.write();
  try {
    stream.write(bytesFrom(text));
  } catch {
    // The guest does not look at what it is told.
  }
  stream[Symbol.dispose]();
  try {
    OutgoingBody.finish(body, undefined);
  } catch {
    // Nor here.
  }
  return response;
}

function send(response: OutgoingResponse, isHead = false): Response {
  const options = { isHead, gone: () => assert.fail("no client has gone") };
  return fetchResponse(toResponse(response, options));
}

Deno.test("toResponse() keeps status, lines and body", async () => {
  const lines: Line[] = [
    ["x-b", "1"],
    ["set-cookie", "a=1"],
    ["x-a", "caf\xe9 \xff"],
    ["set-cookie", "b=2"],
    ["x-empty", ""],
  ];
  const sent = send(withBody(responseOf(404, ...lines), "none"));
  assert.equal(sent.status, 404);
  assert.deepEqual([...sent.headers].sort(), lines.sort());
  assert.deepEqual(sent.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(await sent.text(), "none");
});

Deno.test("toResponse() sends what is not finished as a stream", async () => {
  const response = responseOf(200);
  const body = response.body();
  const stream = body.write();
  stream.write(bytesFrom("some "));
  const text = send(response).text();
  stream.write(bytesFrom("more"));
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
  assert.equal(await text, "some more");
});

Deno.test("toResponse() tells when the client goes away", async () => {
  let gone = 0;
  const response = responseOf(200);
  response.body();
  const sent = fetchResponse(
    toResponse(response, { isHead: false, gone: () => gone++ }),
  );
  await sent.body!.cancel();
  assert.equal(gone, 1);
});

for (const status of [100, 101, 103, 199]) {
  Deno.test(`toResponse() refuses status ${status}`, () => {
    assert.throws(() => send(responseOf(status)), {
      message:
        `The guest answered with status ${status}, which is no final response`,
    });
  });
}

for (const status of [204, 205, 304]) {
  Deno.test(`toResponse() sends status ${status} without a body, whatever was written`, () => {
    const written = withBody(responseOf(status, ["x-a", "1"]), "dropped");
    const sent = send(written);
    assert.equal(sent.status, status);
    assert.equal(sent.body, null);
    assert.equal(sent.headers.get("x-a"), "1");

    const streaming = responseOf(status);
    const stream = streaming.body().write();
    assert.equal(send(streaming).body, null);
    assert.throws(() => stream.write(bytesFrom("more")));
  });
}

Deno.test("toResponse() sends a HEAD the content-length of a body that is not there", () => {
  const lines: Line[] = [["content-length", "1000"]];
  for (
    const response of [
      responseOf(200, ...lines),
      withBody(responseOf(200, ...lines), ""),
    ]
  ) {
    const sent = send(response, true);
    assert.equal(sent.body, null);
    assert.equal(sent.headers.get("content-length"), "1000");
  }
});

Deno.test("toResponse() leaves it to the server to count a HEAD's body", async () => {
  const counted = send(withBody(responseOf(200), "12345"), true);
  assert.equal((await counted.bytes()).length, 5);
  const streaming = responseOf(200);
  streaming.body();
  // The server cancels it; its client has not gone.
  await send(streaming, true).body!.cancel();
});

const WRONG_LENGTHS: readonly [
  length: string,
  body: string | undefined,
  cause: string,
][] = [
  ["10", "123", "The body has 3 bytes where content-length says 10"],
  ["2", "123", "The body has 3 bytes where content-length says 2"],
  ["0", "1", "The body has 1 bytes where content-length says 0"],
  ["ten", "1", 'The guest set content-length to "ten", which is no length'],
  ["5", undefined, "The response has no body where content-length says 5"],
];

for (const [length, body, message] of WRONG_LENGTHS) {
  Deno.test(`toResponse() refuses content-length ${length} with ${body ?? "no body"}`, () => {
    const response = responseOf(200, ["content-length", length]);
    if (body !== undefined) withBody(response, body);
    assert.throws(() => send(response), { message });
  });
}

Deno.test("toResponse() keeps a content-length that is right", async () => {
  const sent = send(withBody(responseOf(200, ["content-length", "3"]), "abc"));
  assert.equal(sent.headers.get("content-length"), "3");
  assert.equal(await sent.text(), "abc");
  assert.equal(send(responseOf(200, ["content-length", "0"])).body, null);
});

Deno.test("toResponse() refuses a body that the guest has broken off", () => {
  const response = responseOf(200);
  response.body()[Symbol.dispose]();
  assert.throws(() => send(response), {
    message: "The guest dropped the body without finishing it",
  });
});
