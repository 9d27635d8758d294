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
      const body = requestBody(
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
