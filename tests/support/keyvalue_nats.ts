/**
 * How the contract tests open the NATS backend.
 *
 * @module
 */

import { openNats } from "../../src/keyvalue/nats.ts";
import type { BucketFixture } from "../contract/bucket_contract.ts";
import { makeClock } from "./keyvalue_backends.ts";
import { natsMissing, startNatsServer } from "./nats_server.ts";

/** A server of its own, with nothing in it. */
export async function openNatsFixture(): Promise<BucketFixture> {
  const clock = makeClock();
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startNatsServer());
  const open = () =>
    openNats({ url: server.url, now: clock.now, timeout: 30_000 });
  const backend = stack.use(await open());
  const held = stack.move();
  return {
    backend,
    again: open,
    elapse: (milliseconds) => Promise.resolve(clock.advance(milliseconds)),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** The row of the contract: without a server it is ignored. */
export function natsRow() {
  const missing = natsMissing();
  return missing === undefined
    ? {
      open: openNatsFixture,
      lacks: {
        "16 MiB values": "a server takes 1 MiB unless max_payload says more",
        "versions that outlive a drop":
          "a revision of NATS lasts as long as its bucket",
        "watched expiry": "the server does not know when a value ends",
      },
    }
    : { ignored: missing };
}
