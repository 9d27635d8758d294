/**
 * A process of its own that may write no large file; started by {@linkcode writeBeyondLimit}.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type BackendChoice,
  openBackend,
} from "../../src/keyvalue/backends.ts";
import { KeyValueError } from "../../src/keyvalue/store.ts";
import { bytes, listAll, textAt } from "./keyvalue_values.ts";

/** How large a file the process may write, in blocks of 512 bytes. */
const LIMIT = 4096;
const TOO_LARGE = 4 * 2 ** 20;

/** What the process saw. */
export interface Seen {
  readonly code: string;
  readonly message: string;
  /** The value that was to be replaced, afterwards. */
  readonly kept: string | undefined;
  readonly keys: readonly string[];
  /** What a small write after it left. */
  readonly later: string | undefined;
}

/** Replaces a value by one that is too large, in a process that may not write it. */
export async function writeBeyondLimit(choice: BackendChoice): Promise<Seen> {
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: [
      // The signal that comes with the error would end the process.
      ...["-c", `trap '' XFSZ; ulimit -f ${LIMIT}; exec "$@"`, "sh"],
      ...[Deno.execPath(), "run", "--quiet", "--no-config", "--no-lock"],
      ...["--no-code-cache", "--unstable-kv", "--allow-read", "--allow-write"],
      ...[import.meta.filename!, JSON.stringify(choice)],
    ],
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}

async function work(choice: BackendChoice): Promise<Seen> {
  await using backend = await openBackend(choice);
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("old"));
  const failure = await bucket.set("key", new Uint8Array(TOO_LARGE))
    .then(() => undefined, (cause) => cause);
  assert.ok(failure instanceof KeyValueError, String(failure));
  const kept = await textAt(bucket, "key");
  const keys = await listAll(bucket);
  await bucket.set("key", bytes("new"));
  const { code, message } = failure;
  return { code, message, kept, keys, later: await textAt(bucket, "key") };
}

if (import.meta.main) {
  const seen = await work(JSON.parse(Deno.args[0]!));
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(seen)));
}
