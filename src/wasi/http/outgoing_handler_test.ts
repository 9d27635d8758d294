import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { BodySource } from "./body_source.ts";
import { Fields } from "./fields.ts";
import { IncomingBody } from "./incoming.ts";
import { OutgoingRequest } from "./outgoing.ts";
import { deniedClient } from "./outgoing_client.ts";
import {
  FutureIncomingResponse,
  IncomingResponse,
  makeOutgoingHandlerInterface,
  type ResponseOutcome,
} from "./outgoing_handler.ts";

function makeResponse(): IncomingResponse {
  return new IncomingResponse(
    404,
    new Fields(),
    new IncomingBody(new BodySource(null)),
  );
}

Deno.test("handle() of a client that may call nobody denies every request", () => {
  const { handle } = makeOutgoingHandlerInterface(deniedClient()).imports(
    new RecordedInstance(),
  );
  for (const authority of ["127.0.0.1", "a.example"]) {
    const request = new OutgoingRequest(new Fields());
    request.setAuthority(authority);
    assert.throws(() => handle!(request, undefined), (error) => {
      assert.ok(error instanceof WitError);
      assert.deepEqual(error.payload, { tag: "HTTP-request-denied" });
      return true;
    });
  }
});

Deno.test("get() of a future is none until it has settled, and gives it once", async () => {
  const outcome = Promise.withResolvers<ResponseOutcome>();
  const future = new FutureIncomingResponse(outcome.promise);
  const pollable = future.subscribe();
  assert.equal(future.get(), undefined);
  assert.equal(pollable.ready(), false);
  const blocked = pollable.block();
  const response = makeResponse();
  outcome.resolve({ tag: "ok", val: response });
  await blocked;
  assert.equal(pollable.ready(), true);
  assert.deepEqual(future.get(), {
    tag: "ok",
    val: { tag: "ok", val: response },
  });
  assert.deepEqual(future.get(), { tag: "err", val: undefined });
  // Still ready: a guest may poll it together with others.
  assert.equal(future.subscribe().ready(), true);
});

Deno.test("get() of a future hands a failure on", async () => {
  const refused = { tag: "connection-refused" } as const;
  const future = new FutureIncomingResponse(
    Promise.resolve({ tag: "err", val: refused }),
  );
  await future.subscribe().block();
  assert.deepEqual(future.get(), {
    tag: "ok",
    val: { tag: "err", val: refused },
  });
});

Deno.test("an incoming response gives its body once", () => {
  const response = makeResponse();
  assert.equal(response.status(), 404);
  assert.throws(() => response.headers().delete("x"), WitError);
  assert.ok(response.consume() instanceof IncomingBody);
  assert.throws(() => response.consume(), WitError);
});
