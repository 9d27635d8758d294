/**
 * What every lane does, wherever its guests run. Each case opens an app of its own and speaks
 * to the lane behind it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { makeBuckets } from "../../src/keyvalue/buckets.ts";
import type { HttpRequest } from "../../src/runtime/http_message.ts";
import { LaneBusyError } from "../../src/runtime/lane.ts";
import { guestFrames, GuestTrap } from "../../src/runtime/trap.ts";
import {
  type GuestApp,
  type GuestAppOptions,
  openGuestApp,
} from "../support/guest_app.ts";
import { bytes, textAt } from "../support/keyvalue_values.ts";

/** Opens a guest in a lane of the kind that is tested. */
export type OpenLane = (
  guest: string,
  options?: GuestAppOptions,
) => Promise<GuestApp>;

interface LaneCase {
  /** The method and the criterion. */
  readonly name: string;
  run(open: OpenLane): Promise<void>;
}

/** A request without a body. */
function get(path: string): HttpRequest {
  return {
    method: "GET",
    url: `http://guest.test${path}`,
    headers: [],
    body: null,
  };
}

async function textOf({ body }: { body: BodyInit | null }): Promise<string> {
  return await new Response(body).text();
}

const CASES: readonly LaneCase[] = [
  {
    name:
      "fetch() hands over the request's lines and the response's as they are",
    async run(open) {
      await using app = await open("echo");
      const response = await app.lane.fetch({
        ...get("/reflect?q=1"),
        headers: [["X-B", "1"], ["x-a", "\u00ff"], ["X-B", "2"]],
      }, "r1");
      const text = await textOf(response);
      assert.match(text, /\/reflect\?q=1/);
      const echoed = [...response.headers].filter(([name]) =>
        name.startsWith("x-echo-")
      );
      assert.deepEqual(echoed.map(([, value]) => value).sort(), [
        "1",
        "2",
        "\u00ff",
      ]);
    },
  },
  {
    name: "fetch() marks what the guest writes with its request",
    async run(open) {
      await using app = await open("misbehave");
      await assert.rejects(async () =>
        await app.lane.fetch(get("/panic-message"), "r7")
      );
      await app.idle();
      assert.equal(app.record.lines.length, 2);
      for (const { request } of app.record.lines) assert.equal(request, "r7");
    },
  },
  {
    name:
      "fetch() rejects with the guest's trap and its frames, and reports it",
    async run(open) {
      await using app = await open("misbehave");
      const error = await Promise.resolve(app.lane.fetch(get("/trap"), "r1"))
        .catch((e) => e);
      assert.ok(error instanceof GuestTrap);
      assert.equal(error.kind, "trapped");
      assert.equal(guestFrames(error.cause).length, 2);
      await app.idle();
      assert.deepEqual(
        app.record.traps.map(({ request, trap }) => [request, trap.message]),
        [["r1", error.message]],
      );
    },
  },
  {
    name: "fetch() rejects when every instance stays busy",
    async run(open) {
      await using app = await open("misbehave", {
        limit: 1,
        queueTimeout: 10,
        requestTimeout: 1000,
      });
      const never = app.lane.fetch(get("/never"), "r1");
      await assert.rejects(
        async () => await app.lane.fetch(get("/ok"), "r2"),
        LaneBusyError,
      );
      await assert.rejects(async () => await never, {
        name: "GuestTrap",
        kind: "deadline",
      });
    },
  },
  {
    name: "fetch() reads nothing of a body that the guest does not ask for",
    async run(open) {
      await using app = await open("misbehave");
      let pulls = 0;
      const body = new ReadableStream<Uint8Array>({
        pull: () => void pulls++,
      }, { highWaterMark: 0 });
      const response = await app.lane.fetch({ ...get("/ok"), body }, "r1");
      assert.equal(await textOf(response), "ok\n");
      await app.idle();
      assert.equal(pulls, 0);
    },
  },
  {
    name: "fetch() carries a large body both ways",
    async run(open) {
      await using app = await open("echo");
      const sent = crypto.getRandomValues(new Uint8Array(60_000));
      let left = 50;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left-- > 0) controller.enqueue(sent.slice());
          else controller.close();
        },
      }, { highWaterMark: 0 });
      const request = { ...get("/"), method: "POST", body };
      const response = await app.lane.fetch(request, "r1");
      const got = new Uint8Array(
        await new Response(response.body).arrayBuffer(),
      );
      assert.equal(got.length, 50 * sent.length);
      for (let part = 0; part < 50; part++) {
        const at = part * sent.length;
        assert.deepEqual(got.subarray(at, at + sent.length), sent);
      }
    },
  },
  {
    name: "fetch() keeps a fast client waiting for one that does not read",
    async run(open) {
      await using app = await open("echo", { requestTimeout: 60_000 });
      const MOST = 2 ** 20;
      let given = 0;
      let ended: unknown;
      const asked = Promise.withResolvers<void>();
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          given += 32 * 1024;
          controller.enqueue(new Uint8Array(32 * 1024));
          if (given > 64 * 1024) asked.resolve();
        },
        cancel: (reason) => void (ended = reason ?? true),
      }, { highWaterMark: 0 });
      const request = { ...get("/"), method: "POST", body };
      const response = await app.lane.fetch(request, "r1");
      assert.ok(response.body instanceof ReadableStream);
      await asked.promise;
      // Whatever is under way has come to rest when another request was answered.
      assert.equal(await textOf(await app.lane.fetch(get("/"), "r2")), "");
      assert.ok(given < MOST, `${given} bytes were read`);
      await response.body.cancel();
      await app.idle();
      assert.ok(ended !== undefined, "the client was not let go");
    },
  },
  {
    name: "fetch() tells the guest when the client's body breaks off",
    async run(open) {
      await using app = await open("echo");
      let pieces = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (pieces++ === 0) controller.enqueue(bytes("first"));
          else controller.error(new Error("gone"));
        },
      }, { highWaterMark: 0 });
      const request = { ...get("/"), method: "POST", body };
      const response = await app.lane.fetch(request, "r1");
      // It ends its own body at the error that it reads.
      assert.equal(await textOf(response), "first");
      await app.idle();
      assert.deepEqual(app.record.traps, []);
    },
  },
  {
    name: "tell() hands over the change and resolves when the guest took it",
    async run(open) {
      await using buckets = makeBuckets();
      await using app = await open("kv_watcher", { buckets });
      const change = { bucket: "watched", key: "k" };
      const value = bytes("v");
      await app.lane.tell({ kind: "set", ...change, value }, "c1");
      const told = await buckets.open("told");
      const set = await textAt(told, "k");
      await app.lane.tell({ kind: "delete", ...change }, "c2");
      assert.notEqual(await textAt(told, "k"), set);
      assert.notEqual(set, undefined);
    },
  },
  {
    name: "a lane that is disposed finishes what is under way",
    async run(open) {
      const app = await open("echo");
      const body = Promise.withResolvers<void>();
      const request = {
        ...get("/"),
        method: "POST",
        body: new ReadableStream<Uint8Array>({
          async pull(controller) {
            await body.promise;
            controller.enqueue(bytes("late"));
            controller.close();
          },
        }, { highWaterMark: 0 }),
      };
      const answering = Promise.resolve(app.lane.fetch(request, "r1"))
        .then(textOf);
      const disposing = app[Symbol.asyncDispose]();
      body.resolve();
      assert.equal(await answering, "late");
      await disposing;
    },
  },
];

/** Registers the tests of one kind of lane. */
export function testLaneContract(
  kind: string,
  options: GuestAppOptions,
): void {
  for (const { name, run } of CASES) {
    Deno.test(`${kind} lane: ${name}`, () =>
      run((guest, more) => openGuestApp(guest, { ...more, ...options })));
  }
}
