import assert from "node:assert/strict";
import { requestBody } from "./bodies.ts";
import { IdleWatch } from "./idle_watch.ts";

Deno.test("requestBody() ends a body of no bytes, and passes over empty pieces", async (t) => {
  const bodies: Readonly<Record<string, () => ReadableStream<Uint8Array>>> = {
    "an empty body of the Fetch API": () =>
      new Request("http://a.test/", { method: "POST", body: "" }).body!,
    "an empty piece": () => ReadableStream.from([new Uint8Array(0)]),
  };
  for (const [name, make] of Object.entries(bodies)) {
    await t.step(name, async () => {
      using watch = new IdleWatch(1000);
      const { body } = requestBody(
        make(),
        { limit: undefined, watch },
        { failed: (error) => assert.fail(error), over() {} },
      );
      const reader = body.getReader({ mode: "byob" });
      const { done } = await reader.read(new Uint8Array(16));
      assert.equal(done, true);
    });
  }
});

Deno.test("readAhead() takes what the guest has not asked for, and it gets it in order", async () => {
  using watch = new IdleWatch(1000);
  const over = Promise.withResolvers<void>();
  const { body, readAhead } = requestBody(
    ReadableStream.from(["one ", "two ", "three"]).pipeThrough(
      new TextEncoderStream(),
    ),
    { limit: undefined, watch },
    { failed: (error) => assert.fail(error), over: over.resolve },
  );
  const reader = body.getReader();
  const first = reader.read();
  readAhead();
  await over.promise;
  let text = new TextDecoder().decode((await first).value);
  assert.equal(text, "one ");
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  assert.equal(text, "one two three");
});

Deno.test("readAhead() lets the guest meet what broke off", async () => {
  using watch = new IdleWatch(1000);
  const gone = new Error("gone");
  const { body, readAhead } = requestBody(
    new ReadableStream({ pull: (controller) => controller.error(gone) }),
    { limit: undefined, watch },
    { failed: (error) => assert.fail(error), over() {} },
  );
  readAhead();
  await assert.rejects(body.getReader().read(), gone);
});
