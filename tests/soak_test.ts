/**
 * A short soak; `deno task soak` is the long one, and writes its figures down.
 */

import assert from "node:assert/strict";
import { soak } from "./support/soak.ts";

Deno.test("dev holds no more after 2,000 clients of all kinds than after 200", async () => {
  const { servers, sent } = await soak({ requests: 2000, seed: 1 });
  assert.equal([...sent.values()].reduce((sum, one) => sum + one), 2000);
  for (const { guest, idle, early, late } of servers) {
    assert.ok(late.files <= idle.files, `${guest}: ${late.files} files`);
    // Leaking an instance a request would be a hundred times as much.
    assert.ok(late.memory < early.memory + 256, `${guest}: ${late.memory} MiB`);
  }
});
