import assert from "node:assert/strict";
import type { HttpRequest } from "../runtime/http_message.ts";
import { readWhole } from "./request_body.ts";

const LIMIT = { most: 4, what: 'value of "k"' };

/** A request whose body says what becomes of it. */
function upload(parts: readonly (string | Error)[]) {
  const left = [...parts];
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = left.shift();
      if (part === undefined) controller.close();
      else if (typeof part !== "string") controller.error(part);
      else controller.enqueue(new TextEncoder().encode(part));
    },
    cancel() {
      isCancelled = true;
    },
  }, { highWaterMark: 0 });
  const request: HttpRequest = {
    method: "PUT",
    url: "http://localhost/",
    headers: [],
    body,
  };
  return {
    request,
    left,
    get isCancelled() {
      return isCancelled;
    },
  };
}

Deno.test("readWhole() joins the parts up to the limit", async () => {
  const { request } = upload(["ab", "", "cd"]);
  const whole = await readWhole(request, undefined, LIMIT);
  assert.equal(new TextDecoder().decode(whole), "abcd");
  const none = await readWhole({ ...request, body: null }, "0", LIMIT);
  assert.equal(none.length, 0);
});

Deno.test("readWhole() reads nothing of a body that says it is too long", async () => {
  const { request, left } = upload(["a"]);
  await assert.rejects(readWhole(request, "5", LIMIT), { code: "too-large" });
  assert.deepEqual(left, ["a"]);
});

Deno.test("readWhole() gives a body up that is longer than it said", async () => {
  const sent = upload(["abc", "de", "fg"]);
  await assert.rejects(readWhole(sent.request, "3", LIMIT), {
    code: "too-large",
    message:
      'Cannot take the value of "k": it is longer than the 4 bytes that are allowed',
  });
  assert.deepEqual([sent.left, sent.isCancelled], [["fg"], true]);
});

Deno.test("readWhole() takes a body that breaks off for the client's doing", async () => {
  const { request } = upload(["a", new Error("the connection is gone")]);
  await assert.rejects(readWhole(request, "3", LIMIT), { code: "bad-request" });
});
