import { ok, strictEqual, throws } from "node:assert/strict";
import { listen, ListenError } from "./listen.ts";

const hello = () => new Response("hello\n");

Deno.test("listen() serves at the address", async () => {
  await using server = listen({ hostname: "127.0.0.1", port: 0 }, hello);
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`);
  strictEqual(await response.text(), "hello\n");
});

Deno.test("listen() says why it cannot", async (test) => {
  await using taken = listen({ hostname: "127.0.0.1", port: 0 }, hello);
  const { port } = taken.addr;
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
    await test.step(shown, () => {
      throws(() => listen({ hostname, port }, hello), (error) => {
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
