import { ok, rejects, strictEqual } from "node:assert/strict";
import type { FrontDoor } from "./front_door.ts";
import { type DoorName, ListenError, openFrontDoor } from "./mod.ts";

const DOORS: readonly DoorName[] = ["deno", "node"];

function open(
  name: DoorName,
  hostname: string,
  port: number,
): Promise<FrontDoor> {
  return openFrontDoor(name, {
    address: { hostname, port },
    limits: {
      maxHeadSize: 1024,
      maxHeaders: 10,
      maxRequests: 10,
      clientTimeout: 1000,
    },
    handle: () =>
      Promise.resolve({
        status: 200,
        headers: [],
        body: new TextEncoder().encode("hello\n"),
      }),
    events: { broken() {}, refused() {}, trailersLost() {} },
  });
}

for (const door of DOORS) {
  Deno.test(`openFrontDoor() serves at the address: ${door}`, async () => {
    await using server = await open(door, "127.0.0.1", 0);
    strictEqual(server.scheme, "http");
    const response = await fetch(`http://127.0.0.1:${server.address.port}/`);
    strictEqual(await response.text(), "hello\n");
  });

  Deno.test(`openFrontDoor() says why it cannot: ${door}`, async (test) => {
    await using taken = await open(door, "127.0.0.1", 0);
    const { port } = taken.address;
    const cases: [hostname: string, port: number, state: string | RegExp][] = [
      [
        "127.0.0.1",
        port,
        "the address is in use; ask for another with --port, or for any free one with --port 0",
      ],
      [
        "192.0.2.1",
        0,
        "it is no address of this machine; ask for another with --address",
      ],
      // Too long a label for any server of names to be asked.
      [`${"x".repeat(64)}.invalid`, 0, /; ask for another with --address$/],
      ["ff02::1", 0, /; ask for another with --address$/],
    ];
    for (const [hostname, port, state] of cases) {
      const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
      await test.step(shown, async () => {
        await rejects(open(door, hostname, port), (error) => {
          ok(error instanceof ListenError);
          const prefix = `Cannot listen on "${shown}:${port}": `;
          ok(error.message.startsWith(prefix), error.message);
          const found = error.message.slice(prefix.length);
          if (typeof state === "string") strictEqual(found, state);
          else ok(state.test(found), found);
          return true;
        });
      });
    }
  });
}
