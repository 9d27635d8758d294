import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { WitError } from "../../runtime/host_interface.ts";
import { InstanceSockets, type SocketPolicy } from "./instance_sockets.ts";

const TARGET = { address: "10.0.0.1", port: 80, protocol: "tcp" } as const;

/** Allows what was found by the name `known`. */
const BY_NAME: SocketPolicy = {
  lookup: (name) =>
    name === "known"
      ? { allowed: true }
      : { allowed: false, remedy: `lookups: ${name}` },
  address: ({ name }) =>
    name === "known" ? { allowed: true } : { allowed: false, remedy: "hosts" },
};

function refusal(code: string) {
  return (error: unknown) =>
    error instanceof WitError && error.payload === code;
}

Deno.test("checkTarget() asks by each name that the address was found by", () => {
  using instance = new RecordedInstance();
  const sockets = new InstanceSockets(BY_NAME, instance);
  assert.throws(() => sockets.checkTarget(TARGET), refusal("access-denied"));
  sockets.named("other", [TARGET.address]);
  assert.throws(() => sockets.checkTarget(TARGET), refusal("access-denied"));
  sockets.named("known", [TARGET.address]);
  sockets.checkTarget(TARGET);
  assert.ok(sockets.allows(TARGET));
  assert.ok(!sockets.allows({ ...TARGET, address: "10.0.0.2" }));
});

Deno.test("a denial is logged with its remedy, for the request that met it", () => {
  using instance = new RecordedInstance();
  instance.requestId = "r1";
  const sockets = new InstanceSockets(BY_NAME, instance);
  assert.throws(() => sockets.checkLookup("x.test"), refusal("access-denied"));
  assert.throws(
    () => sockets.checkTarget({ address: "::1", port: 53, protocol: "udp" }),
    refusal("access-denied"),
  );
  assert.deepEqual(instance.messages, [
    [
      "r1",
      "warn",
      "wasi:sockets",
      'Cannot look up "x.test": the component is not allowed to; set lookups: x.test',
    ],
    [
      "r1",
      "warn",
      "wasi:sockets",
      'Cannot send to "[::1]:53": the component is not allowed to; set hosts',
    ],
  ]);
});

Deno.test("allows() says nothing to the log", () => {
  using instance = new RecordedInstance();
  const sockets = new InstanceSockets(BY_NAME, instance);
  assert.equal(sockets.allows(TARGET), false);
  assert.deepEqual(instance.messages, []);
});

Deno.test("named() forgets the oldest of very many addresses", () => {
  using instance = new RecordedInstance();
  const sockets = new InstanceSockets(BY_NAME, instance);
  sockets.named("known", [TARGET.address]);
  for (let count = 0; count < 1024; count++) {
    sockets.named("other", [`::${count.toString(16)}`]);
  }
  assert.equal(sockets.allows(TARGET), false);
});

Deno.test("opened() answers new-socket-limit to the 257th, until one is closed", () => {
  using instance = new RecordedInstance();
  const sockets = new InstanceSockets(BY_NAME, instance);
  const close = () => {};
  const forget = sockets.opened(close);
  for (let count = 1; count < 256; count++) sockets.opened(close);
  assert.throws(() => sockets.opened(close), refusal("new-socket-limit"));
  forget();
  sockets.opened(close);
});

Deno.test("dropping the instance closes what is open, once, and nothing else", () => {
  const instance = new RecordedInstance();
  const sockets = new InstanceSockets(BY_NAME, instance);
  const closed: string[] = [];
  sockets.opened(() => closed.push("open"));
  sockets.opened(() => closed.push("forgotten"))();
  assert.equal(sockets.dropped, false);
  instance.drop();
  instance.drop();
  assert.deepEqual(closed, ["open"]);
  assert.equal(sockets.dropped, true);
});
