import assert from "node:assert/strict";
import {
  TEST_ENTRY,
  TEST_EXPORT,
  testArtifact,
  testInterface,
} from "./_test_component.ts";
import type { Artifact } from "./artifact.ts";
import { linkComponent, surveyComponent } from "./component.ts";
import type { ChangeEntry, GuestFactory, HttpEntry } from "./guest.ts";
import type { HostInterface, InstanceContext } from "./host_interface.ts";
import { LinkError } from "./linker.ts";

/** What guests have written. */
const lines: unknown[][] = [];
const OUTPUT = {
  line: (...line: unknown[]) => void lines.push(line),
  message() {},
};
const REQUEST = new Request("http://guest.test/");

/** Calls an export of the test's component; the response is of no interest. */
function entryOf(name: string, version = "0.1.0"): HttpEntry {
  return {
    ...TEST_ENTRY,
    version,
    call(exported) {
      return {
        response: Promise.resolve(new Response()),
        finished: exported.call(name, [{}]),
        waitingSince: () => undefined,
        abort() {},
      };
    },
    callPlainly(exported) {
      exported.callPlainly(name, [{}]);
      return { status: 200, headers: [], body: null };
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
  context!.output.line("a2", "stdout", "of the guest");
  assert.deepEqual(lines, [["a2", "stdout", "of the guest"]]);
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

Deno.test("Guest.handlePlainly() drops no half line of the request before", async () => {
  const host = testInterface("func(x: u32) -> u32", () => 1, {
    imports: ({ output }) => ({
      f() {
        // What had no newline yet is written when the next request writes.
        output.line("a1", "stdout", "half a line");
        output.line("a2", "stdout", "a whole one");
        throw new Error("no plain call");
      },
    }),
    plain: "all",
  });
  lines.length = 0;
  const guest = await linked(host).make();
  assert.throws(() => guest.handlePlainly(REQUEST, "a2"), /no plain call/);
  guest.drop();
  assert.deepEqual(lines, [["a1", "stdout", "half a line"]]);
});

Deno.test("Guest.handlePlainly() begins nothing that asks somebody outside", async () => {
  const asked: unknown[] = [];
  const host = testInterface("func(x: u32) -> u32", () => 1, {
    imports: () => ({ f: (x: number) => asked.push(x) }),
    plain: ["f"],
    goesOut: { f: () => true },
  });
  const guest = await linked(host).make();
  assert.throws(() => guest.handlePlainly(REQUEST, "a1"), /not plain/);
  assert.deepEqual(asked, []);
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

Deno.test("surveyComponent() tells all that linkComponent() refuses, exports and imports", () => {
  const artifact: Artifact = {
    ...testArtifact(),
    imports: [{
      name: "acme:a/a",
      version: "",
      label: "acme:a/a",
      functions: {},
      types: {},
    }],
  };
  const options = { interfaces: [], entry: entryOf("call") };
  const servable = surveyComponent(artifact, options);
  assert.equal(servable.http, TEST_EXPORT);
  assert.deepEqual(servable.missing.map((each) => each.import), ["acme:a/a"]);
  const { http, change, missing } = surveyComponent(
    { ...artifact, exports: [] },
    { ...options, watchers: [] },
  );
  assert.deepEqual({ http, change }, { http: undefined, change: undefined });
  assert.deepEqual(
    missing.map((each) => each.import),
    [`${TEST_ENTRY.name}@${TEST_ENTRY.version}`, "acme:a/a"],
  );
});

Deno.test("linkComponent() refuses imports that nothing satisfies, before any instance", () => {
  assert.throws(
    () => linked(testInterface("func(x: u64) -> u32", () => 1)),
    LinkError,
  );
});

const CHANGE = { kind: "delete", bucket: "b", key: "k" } as const;

/** Tells of a change by an export of the test's component. */
function watcherOf(name: string, version = "0.1.0"): ChangeEntry {
  return {
    ...TEST_ENTRY,
    version,
    call: (exported) => ({
      finished: exported.call(name, [{}]),
      waitingSince: () => undefined,
      abort() {},
    }),
  };
}

function linkedTo(
  http: HttpEntry,
  watchers: readonly ChangeEntry[],
  onCall: () => number = () => 1,
) {
  const host = testInterface("func(x: u32) -> u32", onCall);
  const artifact: Artifact = {
    ...testArtifact(),
    imports: [{ ...host, label: "test:test/test@0.1.0" }],
  };
  const options = { interfaces: [host], entry: http, watchers, output: OUTPUT };
  return linkComponent(artifact, options);
}

const NO_HTTP = { ...entryOf("call"), name: "test:test/other" };

Deno.test("linkComponent() makes guests that are told of changes, and serve no HTTP", async () => {
  let calls = 0;
  const factory = linkedTo(
    NO_HTTP,
    [watcherOf("call", "0.9.0"), watcherOf("call")],
    () => ++calls,
  );
  assert.equal(factory.answersHttp, false);
  assert.equal(factory.takesChanges, true);
  const guest = await factory.make();
  await guest.tell(CHANGE, "c1").finished;
  assert.equal(calls, 1);
  assert.equal(guest.uses, 1);
  assert.throws(() => guest.handle(REQUEST, "a1"), TypeError);
});

Deno.test("linkComponent() makes guests that serve HTTP, and are told of no changes", async () => {
  const factory = linkedTo(entryOf("call"), [watcherOf("call", "0.9.0")]);
  assert.equal(factory.answersHttp, true);
  assert.equal(factory.takesChanges, false);
  const guest = await factory.make();
  assert.throws(() => guest.tell(CHANGE, "c1"), TypeError);
});

Deno.test("a guest's export that the entry has not is refused", async () => {
  const guest = await linkedTo(NO_HTTP, [watcherOf("other")]).make();
  await assert.rejects(guest.tell(CHANGE, "c1").finished, {
    name: "TypeError",
    message: 'Cannot call "other": test:test/entry@0.1.0 has no such function',
  });
});

Deno.test("make() refuses exports of another type, as far as it shows", async () => {
  const watcher: ChangeEntry = {
    ...watcherOf("call"),
    functions: {
      call: "func(x: thing, key: string)",
      missing: "func(x: thing)",
      ignore: "func(x: thing)",
    },
  };
  await assert.rejects(linkedTo(NO_HTTP, [watcher]).make(), {
    name: "LinkError",
    missing: [
      {
        import: "test:test/entry@0.1.0#call",
        reason:
          "the component's takes 1 core values where func(x: thing, key: string) takes 3",
      },
      {
        import: "test:test/entry@0.1.0#missing",
        reason: "the component does not export this function",
      },
    ],
  });
});
