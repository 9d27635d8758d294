import assert from "node:assert/strict";
import type { Gate } from "./gate.ts";
import { GateServer, RemoteGate } from "./lane_gate.ts";
import type { GateMessage, GateReply } from "./lane_protocol.ts";

/** Lets one in at a time, whichever way. */
function oneByOne(): Gate {
  let last: Promise<unknown> = Promise.resolve();
  const pass = <T>(task: () => Promise<T>): Promise<T> => {
    const done = last.then(task);
    last = done.catch(() => {});
    return done;
  };
  return { follow: pass, change: pass };
}

/** A lane's two sides, without threads between them. */
function connect(gate: Gate): { remote: RemoteGate; server: GateServer } {
  const later = (act: () => void) => queueMicrotask(act);
  const server: GateServer = new GateServer(gate, {
    post: (reply: GateReply) => later(() => remote.take(reply)),
  });
  const remote: RemoteGate = new RemoteGate({
    post: (message: GateMessage) => later(() => server.take(message)),
  });
  return { remote, server };
}

Deno.test("RemoteGate lets guests of two lanes in by turns, and gives what they give", async () => {
  const gate = oneByOne();
  const lanes = [connect(gate), connect(gate)];
  let inside = 0;
  const task = async (name: number) => {
    assert.equal(++inside, 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inside--;
    if (name === 3) throw new TypeError("it failed");
    return name;
  };
  const results = await Promise.allSettled(
    [0, 1, 2, 3, 4, 5].map((name) => {
      const { remote } = lanes[name % 2]!;
      return name < 3
        ? remote.follow(() => task(name))
        : remote.change(() => task(name));
    }),
  );
  assert.deepEqual(
    results.map((each) => each.status === "fulfilled" ? each.value : "failed"),
    [0, 1, 2, "failed", 4, 5],
  );
});

Deno.test("GateServer.leaveAll() lets others in when a lane ends inside", async () => {
  const gate = oneByOne();
  const [ending, other] = [connect(gate), connect(gate)];
  const entered = Promise.withResolvers<void>();
  ending.remote.change(() => {
    entered.resolve();
    return new Promise<void>(() => {});
  });
  ending.remote.follow(() => Promise.reject(new TypeError("never let in")));
  await entered.promise;
  ending.server.leaveAll();
  assert.equal(await other.remote.follow(() => Promise.resolve("in")), "in");
});
