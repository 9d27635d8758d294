/**
 * A `dev` process under attack, and what has to hold of every connection.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type ReadyDevProcess, startDev } from "./dev_process.ts";
import type { FuzzSample } from "./fuzz_sample.ts";
import { guestPath } from "./guest_app.ts";
import { readAnswers, send } from "./http_attacker.ts";
import { httpAttacks } from "./http_attacks.ts";
import { textOf } from "./http_client.ts";

/** What came of all connections. */
export interface HttpOutcome {
  /** How many answers there were of each status; of `cut` and `none`, connections. */
  readonly answers: ReadonlyMap<string, number>;
}

/** Starts `dev` with the echo guest. */
export function openAttackedDev(): Promise<ReadyDevProcess> {
  return startDev({ args: ["--component", guestPath("echo")] });
}

/** Attacks it, connection by connection. */
export async function attackDev(
  dev: ReadyDevProcess,
  { seed, runs }: FuzzSample,
): Promise<HttpOutcome> {
  const answers = new Map<string, number>();
  const count = (label: string) =>
    answers.set(label, (answers.get(label) ?? 0) + 1);
  const port = Number(new URL(dev.url).port);
  const good = async () => {
    const next = await fetch(`${dev.url}/sink`, { method: "POST", body: "x" });
    assert.equal(await next.text(), "1\n");
  };
  await fc.assert(
    fc.asyncProperty(httpAttacks(), async (attack) => {
      const bytes = await send(port, attack, good);
      if (!attack.leaves) {
        const { statuses, isCut } = readAnswers(bytes, attack.isHead);
        for (const status of statuses) count(`${status}`);
        if (isCut) count("cut");
        else if (statuses.length === 0) count("none");
        // Wharf answers 5xx for its guest only, and this one does no wrong; 501 is for WebSockets.
        assert.ok(
          statuses.every((one) => one < 500 || one === 501),
          textOf(bytes),
        );
      }
      const faults = dev.events.filter(({ event }) => event === "error");
      assert.deepEqual(faults, []);
      await good();
    }),
    { seed, numRuns: runs },
  );
  return { answers };
}
