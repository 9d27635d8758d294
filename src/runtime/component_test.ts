import assert from "node:assert/strict";
import { TEST_EXPORT, testArtifact, testInterface } from "./_test_component.ts";
import type { Artifact } from "./artifact.ts";
import { linkComponent } from "./component.ts";
import type { GuestFactory, HttpEntry } from "./guest.ts";
import type { HostInterface, InstanceContext } from "./host_interface.ts";
import { LinkError } from "./linker.ts";

const OUTPUT = { line() {}, message() {} };
const REQUEST = new Request("http://guest.test/");

/** Calls an export of the test's component; the response is of no interest. */
function entryOf(name: string, version = "0.1.0"): HttpEntry {
  return {
    name: "test:test/entry",
    version,
    call(exported) {
      return {
        response: Promise.resolve(new Response()),
        finished: exported.call(name, [{}]),
        waitingSince: () => undefined,
        abort() {},
      };
    },
  };
}

function linked(
  host: HostInterface,
  entry: HttpEntry = entryOf("call"),
): GuestFactory {
  const artifact: Artifact = {
    ...testArtifact(),
    imports: [{
      name: host.name,
      version: host.version,
      label: "test:test/test@0.1.0",
      functions: { f: "func(x: u32) -> u32" },
      types: {},
    }],
  };
  return linkComponent(artifact, { interfaces: [host], entry, output: OUTPUT });
}

Deno.test("linkComponent() makes guests that count their requests and mark them", async () => {
  const seen: (string | undefined)[] = [];
  let context: InstanceContext | undefined;
  const host = testInterface("func(x: u32) -> u32", () => 1, {
    imports(instance) {
      context = instance;
      seen.push(instance.requestId);
      return { f: () => seen.push(instance.requestId) };
    },
  });
  const guest = await linked(host).make();
  assert.equal(guest.uses, 0);
  await guest.handle(REQUEST, "a1").finished;
  await guest.handle(REQUEST, "a2").finished;
  assert.equal(guest.uses, 2);
  assert.deepEqual(seen, [undefined, "a1", "a2"]);
  assert.equal(context!.output, OUTPUT);
});

Deno.test("Guest.drop() calls back, once, and ends the guest", async () => {
  const dropped: string[] = [];
  const host = testInterface("func(x: u32) -> u32", () => 1, {
    imports(instance) {
      instance.onDrop(() => dropped.push("first"));
      instance.onDrop(() => dropped.push("second"));
      return { f: () => 1 };
    },
  });
  const guest = await linked(host).make();
  guest.drop();
  guest.drop();
  assert.deepEqual(dropped, ["first", "second"]);
  await assert.rejects(
    guest.handle(REQUEST, "a").finished,
    /The instance was dropped/,
  );
});

Deno.test("Guest.drop() wakes a guest that waits: V8 would keep it for good", async () => {
  const host = testInterface(
    "func(x: u32) -> u32",
    () => new Promise(() => {}),
    { waits: ["f"] },
  );
  const guest = await linked(host, entryOf("insist")).make();
  const { finished } = guest.handle(REQUEST, "a");
  guest.drop();
  await assert.rejects(finished, /The instance was dropped/);
});

Deno.test("linkComponent() refuses a component that does not export the entry", () => {
  const artifact = testArtifact();
  const link = (exports: readonly string[], version: string) =>
    linkComponent({ ...artifact, exports }, {
      interfaces: [testInterface("func()", () => {})],
      entry: entryOf("call", version),
      output: OUTPUT,
    });
  for (
    const [exports, has] of [
      [[], "nothing"],
      [["acme:a/b@1.0.0", "run"], "acme:a/b@1.0.0, run"],
      [[TEST_EXPORT], TEST_EXPORT],
    ] as const
  ) {
    assert.throws(() => link(exports, "0.2.0"), {
      name: "LinkError",
      message: "Cannot link the component: one import is not offered\n" +
        "  test:test/entry@0.2.0: the component does not export it, " +
        `it exports ${has}; only components that answer HTTP requests can be served`,
    });
  }
});

Deno.test("linkComponent() refuses imports that nothing satisfies, before any instance", () => {
  assert.throws(
    () => linked(testInterface("func(x: u64) -> u32", () => 1)),
    LinkError,
  );
});
